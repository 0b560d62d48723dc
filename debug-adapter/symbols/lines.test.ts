/**
 * Lines, inlined calls and breakpoints of the fixtures at rest: every byte of code against addr2line, every
 * line table row against readelf, every breakable line against gdb.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sectionNamed } from './elf.ts';
import type { SymbolImage } from './image.ts';
import {
  type Fixture,
  gdb,
  hasNoLines,
  isElsewhere,
  openWorkshop,
  run,
  VARIANTS,
} from './testing/fixtures.ts';
import { ourRows, theirRows } from './testing/line-rows.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

function codeAddresses(image: SymbolImage): number[] {
  const addresses: number[] = [];
  for (const section of image.elf.sections) {
    if ((section.flags & 4) === 0) continue;
    for (let i = 0; i < section.size; i++) addresses.push(section.address + i);
  }
  return addresses;
}

/** addr2line -i of every address: function and line, innermost first. */
function addr2line(path: string, addresses: readonly number[]): [name: string, line: number][][] {
  const text = run('addr2line', ['-a', '-f', '-i', '-e', path, ...addresses.map((a) => a.toString(16))]);
  return text
    .split(/^0x[0-9a-f]+\n/m)
    .slice(1)
    .map((block) => {
      const lines = block.trimEnd().split('\n');
      const frames: [string, number][] = [];
      for (let i = 0; i + 1 < lines.length; i += 2) {
        frames.push([lines[i]!, Number(/:(\d+)/.exec(lines[i + 1]!)?.[1] ?? 0)]);
      }
      return frames;
    });
}

/** The lines readelf has at each address. */
function decodedLines(path: string): Map<number, Set<number>> {
  const lines = new Map<number, Set<number>>();
  const text = run('readelf', ['--debug-dump=decodedline', path]);
  for (const match of text.matchAll(/^\S+ +(\d+) +0x([0-9a-f]+)/gm)) {
    const address = Number.parseInt(match[2]!, 16);
    lines.set(address, (lines.get(address) ?? new Set()).add(Number(match[1])));
  }
  return lines;
}

describe.each(VARIANTS)('%s at rest', (...variant) => {
  let fixture: Fixture;
  let image: SymbolImage;
  beforeAll(async () => {
    fixture = await workshop.load(variant);
    ({ image } = fixture);
  });

  it('decodes nothing at opening', () => {
    expect(image.decodedLineTables).toBe(0);
    expect(image.problems).toEqual([]);
  });

  it.skipIf(isElsewhere(variant) || hasNoLines(variant))(
    'agrees with addr2line on every byte of code',
    () => {
      const rows = decodedLines(fixture.path);
      const addresses = codeAddresses(image);
      const oracle = addr2line(fixture.path, addresses);
      let inlined = 0;
      addresses.forEach((pc, i) => {
        const line = image.lineAt(pc);
        if (!line) return expect(oracle[i]!.map(([, l]) => l)).toEqual([0]);
        const fn = image.functionAt(pc);
        const ours: [string, number][] = [];
        let at = line.line;
        for (const call of fn?.inlined ?? []) {
          ours.push([call.name, at]);
          at = call.call!.line;
          inlined++;
        }
        ours.push([fn?.name ?? '??', at]);
        // addr2line names the nearest function for padding between functions; we say there is none. Of several
        // rows at one address it takes another one than gdb, whose choice is ours (live.test.ts).
        const covered = fn !== undefined && fn.ranges.some((range) => pc >= range.low && pc < range.high);
        const theirs = oracle[i]!;
        const choices = rows.get(line.low)!;
        if (choices.has(theirs[0]![1])) ours[0]![1] = theirs[0]![1];
        if (covered) expect([pc.toString(16), ours]).toEqual([pc.toString(16), theirs]);
        return undefined;
      });
      expect(addresses.length).toBeGreaterThan(150);
      expect(inlined).toBeGreaterThan(10); // always_inline holds at -O0 too
    },
  );

  it('has every row of every line table readelf decodes, in order', () => {
    const theirs = theirRows(fixture.path);
    expect(ourRows(fixture.path)).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(40);
  });

  it('puts breakpoints where gdb puts them, in C and in assembly', () => {
    const requests = [
      ...Array.from({ length: 53 }, (_, i) => ['program.c', i + 1] as const),
      ...Array.from({ length: 13 }, (_, i) => ['start.S', i + 1] as const),
    ];
    const answers = gdb(
      fixture.path,
      requests.flatMap(([file, line]) => ['delete', `break ${file}:${String(line)}`, 'info breakpoints']),
    );
    const wrong: string[] = [];
    let found = 0;
    requests.forEach(([file, line], i) => {
      const text = answers[i * 3 + 2]!;
      const theirs = [...text.matchAll(/ y +(0x[0-9a-f]+) +(?:in|<|[^<]*:)/g)].map((m) => Number(m[1]));
      const ours = image.addressesForLine(workshop.source(file), line);
      found += theirs.length;
      const show = (list: readonly number[]): string =>
        list
          .map((a) => a.toString(16))
          .sort()
          .join(' ');
      if (show(theirs) !== show(ours?.addresses ?? [])) {
        wrong.push(
          `${file}:${String(line)} gdb ${show(theirs)}; ours ${show(ours?.addresses ?? [])} (line ${String(ours?.line)})`,
        );
      }
    });
    expect(found).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });

  it('puts function breakpoints where gdb puts them, inlined copies included', () => {
    const names = ['leaf', 'middle', 'wide', 'main', 'twice'];
    const answers = gdb(
      fixture.path,
      names.flatMap((name) => ['delete', `break ${name}`, 'info breakpoints']),
    );
    const info = run('readelf', ['--debug-dump=info', fixture.path]);
    const entries = new Set([...info.matchAll(/DW_AT_entry_pc +: (0x[0-9a-f]+)/g)].map((m) => Number(m[1])));
    names.forEach((name, i) => {
      const theirs = [...answers[i * 3 + 2]!.matchAll(/ y +(0x[0-9a-f]+) /g)].map((m) => Number(m[1]));
      expect(theirs.length).toBeGreaterThan(0);
      const ours = image.addressesForFunction(name);
      expect([name, ours.length]).toEqual([name, theirs.length]);
      // In a copy of several pieces gdb guesses where it is entered; the compiler said so in DW_AT_entry_pc.
      for (const address of ours) {
        if (!entries.has(address) && !isElsewhere(variant))
          expect([name, theirs]).toEqual([name, expect.arrayContaining([address])]);
      }
    });
  });

  it('finds files by exact path, by trailing components, and not by another name', () => {
    const exact = image.addressesForLine(workshop.source('program.c'), 31);
    expect(exact).toMatchObject({
      file: workshop.source('program.c'),
      line: 31,
      matchedComponents: Infinity,
    });
    const moved = image.addressesForLine('C:\\elsewhere\\program.c', 31);
    expect(moved).toMatchObject({ addresses: exact!.addresses, matchedComponents: 1 });
    expect(image.addressesForLine('/elsewhere/other.c', 31)).toBeUndefined();
    expect(image.sourceFiles()).toEqual(
      expect.arrayContaining(['program.c', 'start.S'].map(workshop.source)),
    );
  });

  it('has the MD5 of sources where the compiler records it', () => {
    const [, compiler, flags] = variant;
    const { lowPc } = image.findFunction('middle')!;
    const file = workshop.source('program.c');
    const digest = createHash('md5').update(readFileSync(file)).digest('hex');
    const isRecorded = compiler === 'clang' && flags.includes('-gdwarf-5');
    expect(image.sourceDigest(lowPc, file)).toBe(isRecorded ? digest : undefined);
    expect(image.sourceDigest(lowPc, '/elsewhere/program.c')).toBeUndefined();
  });

  it('offers every statement line of a range for breakpoints', () => {
    const text = run('readelf', ['--debug-dump=decodedline', fixture.path]);
    const expected = new Set<number>();
    for (const match of text.matchAll(/^\S*program\.c +(\d+) +0x[0-9a-f]+(?: +\d+)? +x/gm))
      expected.add(Number(match[1]));
    const wanted = [...expected].filter((line) => line >= 25 && line <= 40).sort((a, b) => a - b);
    expect(image.breakpointLines(workshop.source('program.c'), 25, 40)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(5);
  });

  it('gives for stepping all addresses of the line within the function, and no other', () => {
    const { lowPc, highPc } = image.findFunction('middle')!;
    const byLine = new Map<number, number[]>();
    for (let pc = lowPc; pc < highPc; pc++) {
      const { line } = image.lineAt(pc)!;
      byLine.set(line, [...(byLine.get(line) ?? []), pc]);
    }
    byLine.delete(0);
    expect(byLine.size).toBeGreaterThan(3);
    for (const [line, pcs] of byLine) {
      const ranges = image.lineRanges(pcs[0]!);
      const inside = (pc: number): boolean => ranges.some((range) => pc >= range.low && pc < range.high);
      for (let pc = lowPc; pc < highPc; pc++) {
        const at = image.lineAt(pc)!.line;
        if (at === line) expect(inside(pc)).toBe(true);
        else if (at !== 0) expect(inside(pc)).toBe(false);
      }
    }
  });

  it('knows assembly functions with and without size', () => {
    const start = image.findFunction('_start')!;
    expect(start.lowPc).toBe(image.entry);
    const bare = image.functionAt(image.symbolNamed('bare')!.address + 5)!;
    expect(bare.name).toBe('bare');
    expect(image.prologueEnd(start.lowPc)).toBe(start.lowPc);
    expect(sectionNamed(image.elf, '.text')).toBeDefined();
  });
});
