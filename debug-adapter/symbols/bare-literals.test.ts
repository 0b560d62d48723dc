/** Values that clang writes as literals before DWARF 4, beside what it says of the same code in DWARF 4, which has DW_OP_stack_value. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasBareLiterals, withoutBareLiterals } from './bare-literals.ts';
import { DW_OP as OP } from './constants.ts';
import { evaluateLocation } from './expression.ts';
import { SymbolImage } from './image.ts';
import { type FrameContext, readLocation, toNumber } from './location.ts';
import { openWorkshop } from './testing/fixtures.ts';
import { sizeOfType, stripType } from './types.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

const SOURCE = `
volatile int sink;
struct pair { int x, y; };
int loops(int n) {
  int acc = 0, k = 10;
  for (int i = 0; i < 4; i++) { int square = i * i; acc += square + k; sink = acc; k -= 20; }
  return acc;
}
int changes(int n) {
  long long wide = 5; sink = 1; wide = -7; sink = 2; wide = 0x123456789abLL; sink = 3;
  const char *text = 0; sink = 4; text = (const char *)&sink; sink = 5;
  struct pair both = { 3, n }; sink = both.y; both.x = -4; sink = both.x;
  return (int)wide + (text != 0) + both.x;
}
void _start(void) { loops(sink); changes(sink); for (;;); }
`;

/** What every variable is at every instruction of a build. */
function valuesOf(version: number): Map<string, string> {
  const [source, path] = ['c', 'elf'].map((suffix) =>
    join(workshop.directory, `literals-${version}.${suffix}`),
  );
  writeFileSync(source!, SOURCE);
  execFileSync('clang', [
    ...['-m32', '-O2', '-ffreestanding', '-fno-pic', '-nostdlib', '-static', '-Wl,-Ttext=0x100000'],
    ...[`-gdwarf-${version}`, source!, '-o', path!],
  ]);
  const image = SymbolImage.open(readFileSync(path!), 'literals');
  const values = new Map<string, string>();
  for (const name of ['loops', 'changes']) {
    const { address, size } = image.symbolNamed(name)!;
    for (let pc = address; pc < address + size; pc++) {
      const frame: FrameContext = {
        registers: [0x11, 0x22, 0x33, 0x44, 0x5000, 0x6000, 0x77, 0x88, pc],
        pc,
        cfa: () => 0x5000,
        // As of a kernel that has mapped low memory: nothing there is a value.
        readMemory: (_at, length) => new Uint8Array(length).fill(0xee),
      };
      for (const variable of image.scopesAt(pc).flatMap(({ variables }) => variables)) {
        const size = sizeOfType(stripType(variable.type));
        const bytes = readLocation(variable.locate(frame), size, frame);
        values.set(`${pc.toString(16)} ${variable.name}`, bytes ? toNumber(bytes).toString(16) : '-');
      }
    }
  }
  return values;
}

describe('what clang knows of values before DWARF 4', () => {
  it.each([2, 3])('is what it knows of them in DWARF 4: DWARF %d', (version) => {
    const [older, newer] = [valuesOf(version), valuesOf(4)];
    expect(new Set(older.values()).size).toBeGreaterThan(8);
    const different = [...newer].filter(([place, value]) => {
      const mine = older.get(place);
      // DW_OP_stack_value has 32 bits of a number, and who has written it no word for more.
      return mine !== value && mine?.slice(-8) !== value.padStart(8, '0');
    });
    expect(different).toEqual([]);
    const known = new Set([...older].map(([place, value]) => `${place.split(' ')[1]} ${value}`));
    for (const one of ['wide 5', 'wide fffffffffffffff9', 'wide 123456789ab', 'text 0', 'square 9'])
      expect(known).toContain(one);
  });
});

describe('literals', () => {
  const value = (...bytes: number[]) => {
    const location = evaluateLocation(withoutBareLiterals(Uint8Array.from(bytes)), {
      frame: undefined,
      ...{ frameBase: () => 0x1000, addressAt: () => 0, baseType: () => undefined },
    });
    return location.kind === 'value' ? toNumber(location.bytes) : location;
  };
  it.each([
    ['lit7', [OP.lit0 + 7], 7n],
    ['const1s', [OP.const1s, 0xff], 0xffff_ffff_ffff_ffffn],
    ['const2u', [OP.const2u, 0xff, 0xff], 0xffffn],
    ['consts', [OP.consts, 0x79], 0xffff_ffff_ffff_fff9n],
    ['constu', [OP.constu, 0x80, 1], 0x80n],
    ['const8u', [OP.const8u, 1, 2, 3, 4, 5, 6, 7, 8], 0x0807_0605_0403_0201n],
  ])('alone are values: %s', (_what, bytes, expected) => {
    expect(value(...bytes)).toBe(expected);
  });

  it('that are parts of addresses, or said to be values, stay what they are', () => {
    for (const bytes of [
      [OP.fbreg, 8],
      [OP.lit0 + 4, OP.stack_value],
      [OP.fbreg, 8, OP.lit0 + 4, OP.plus],
      [OP.lit0 + 4, OP.deref],
      [OP.addr, 1, 2, 3, 4],
      [OP.const4u, 1],
    ])
      expect([...withoutBareLiterals(Uint8Array.from(bytes))]).toEqual(bytes);
  });

  it('are values in units of LLVM before DWARF 4, and nowhere else', () => {
    const llvm = () => 'Debian clang version 14.0.6';
    expect([2, 3, 4, 5].map((version) => hasBareLiterals(version, llvm))).toEqual([true, true, false, false]);
    expect(hasBareLiterals(2, () => 'GNU C17 12.2.0')).toBe(false);
    expect(hasBareLiterals(2, () => undefined)).toBe(false);
  });
});
