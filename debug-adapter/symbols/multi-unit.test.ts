/** Several units in one file: same names, types completed elsewhere, type units, split files, and laziness. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SymbolImage } from './image.ts';
import { openWorkshop, run } from './testing/fixtures.ts';
import { stripType } from './types.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

const ARCH = ['-m32', '-ffreestanding', '-march=i686', '-fno-pie', '-O1', '-g'];

function link(label: string, sources: Record<string, string>, flags: readonly string[]): SymbolImage {
  const objects = Object.entries(sources).map(([name, text]) => {
    const path = join(workshop.directory, `${label}-${name}`);
    writeFileSync(path, text);
    run('gcc', [...ARCH, ...flags, '-c', path, '-o', `${path}.o`]);
    return `${path}.o`;
  });
  const out = join(workshop.directory, label);
  run('ld', ['-m', 'elf_i386', '-e', 'first', ...objects, '-o', out]);
  return SymbolImage.open(new Uint8Array(readFileSync(out)), label);
}

const PAIR = {
  'a.c': `struct shared; struct shared *pointer; static int twin = 1; extern int other(void);
    static int helper(int x) { return x + twin; }
    int first(int n) { twin += n; return helper(n) * other(); }`,
  'b.c': `struct shared { int a; char b; }; struct shared object; static int twin = 2;
    int other(void) { twin++; return twin + object.a; }`,
};

describe('several units', () => {
  const image = link('pair', PAIR, ['-gdwarf-5']);

  it('tell apart file-level variables of one name by the pc', () => {
    const here = image.findVariable('twin', image.findFunction('first')!.lowPc)!.locate();
    const there = image.findVariable('twin', image.findFunction('other')!.lowPc)!.locate();
    const addresses = run('nm', [join(workshop.directory, 'pair')])
      .split('\n')
      .filter((line) => line.endsWith(' twin'))
      .map((line) => Number.parseInt(line, 16));
    expect(addresses.length).toBe(2);
    expect([here, there].map((l) => (l.kind === 'memory' ? l.address : -1)).sort()).toEqual(addresses.sort());
    expect(here).not.toEqual(there);
  });

  it('complete a struct one unit only declares', () => {
    const type = stripType(image.findVariable('pointer')!.type);
    const target = type.kind === 'pointer' ? stripType(type.target) : type;
    expect(target).toMatchObject({ kind: 'struct', name: 'shared', size: 8, incomplete: false });
    expect(target.kind === 'struct' && target.members.map((m) => [m.name, m.offset])).toEqual([
      ['a', 0],
      ['b', 4],
    ]);
  });

  it('decode only the line table that is asked for', () => {
    const fresh = link('fresh', PAIR, ['-gdwarf-5']);
    expect(fresh.decodedLineTables).toBe(0);
    expect(fresh.lineAt(fresh.findFunction('other')!.lowPc)?.file).toMatch(/fresh-b\.c$/);
    expect(fresh.decodedLineTables).toBe(1);
  });

  it('find code by the units themselves when .debug_aranges has holes', () => {
    const path = join(workshop.directory, 'pair');
    run('objcopy', ['--remove-section=.debug_aranges', path, `${path}.holes`]);
    const holed = SymbolImage.open(new Uint8Array(readFileSync(`${path}.holes`)), 'holes');
    for (const name of ['first', 'other']) {
      const { lowPc } = image.findFunction(name)!;
      expect(holed.functionAt(lowPc)?.source).toBe('dwarf');
      expect(holed.lineAt(lowPc)).toEqual(image.lineAt(lowPc));
    }
  });

  it('resolve types kept in type units by their signature', () => {
    const typed = link('typed', PAIR, ['-gdwarf-5', '-fdebug-types-section']);
    expect(run('readelf', ['--debug-dump=info', join(workshop.directory, 'typed')])).toContain('DW_UT_type');
    const type = stripType(typed.findVariable('object')!.type);
    expect(type.kind === 'struct' && type.members.map((m) => m.name)).toEqual(['a', 'b']);
  });

  it('say that split debug information is not here', () => {
    for (const version of ['-gdwarf-4', '-gdwarf-5']) {
      const split = link(`split${version}`, PAIR, [version, '-gsplit-dwarf']);
      split.functionAt(split.entry);
      expect(split.problems.map((p) => p.code)).toContain('dwarf-split');
      expect(split.lineAt(split.entry)?.line).toBeGreaterThan(0);
    }
  });
});
