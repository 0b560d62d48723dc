/** C++ of which only the symbols are there: named, found and shown as gdb does. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { shownName } from './demangle/demangle.ts';
import { SymbolImage } from './image.ts';
import { gdb, run } from './testing/fixtures.ts';

const here = dirname(fileURLToPath(import.meta.url));
const FLAGS = '-m32 -O0 -w -std=c++17 -ffreestanding -fno-pie -fno-exceptions -fno-rtti -nostdlib -static';
const LINK = ['-fno-stack-protector', '-Wl,-m,elf_i386', '-Wl,-e,_start', '-Wl,-z,noexecstack'];
const folder = mkdtempSync(join(tmpdir(), 'symbols-only-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const path = join(folder, 'program');
run('g++', [...FLAGS.split(' '), ...LINK, join(here, 'testing/inside-names.cc'), '-o', path]);
const image = SymbolImage.open(new Uint8Array(readFileSync(path)), path);

const WRITTEN = [
  ...['over', 'kernel::over', 'over(int, kernel::v2::A *)', 'over(int, kernel::v2::A*)', 'over(int, A *)'],
  ...['over(unsigned long, const kernel::v2::A &)', 'over(kernel::v2::A const*const*)', 'hidden', 'two'],
  ...['kernel::(anonymous namespace)::hidden', 'Ring<int, 2>::at', 'Ring::at', 'same'],
  ...[
    'kernel::Default<int, A, 5>::size(int)',
    'mode(kernel::v2::Mode)',
    'nothing_here',
    'over(char)',
    '_start',
  ],
];

/** The functions that breakpoints of gdb's are in. */
function theirs(names: readonly string[]): string[][] {
  const said = gdb(
    path,
    names.flatMap((name) => [`break ${name}`, 'info breakpoints', 'delete']),
  );
  return names.map((_, n) => [...said[3 * n + 1]!.matchAll(/<(.+)\+\d+>/g)].map(([, name]) => name!).sort());
}

const mine = (name: string): string[] =>
  image
    .findFunctions(name)
    .map((fn) => fn.name)
    .sort();

describe('functions that only symbols know', () => {
  it('are found where gdb finds them', () => {
    const expected = theirs(WRITTEN);
    expect(WRITTEN.map((name) => [name, mine(name)])).toEqual(WRITTEN.map((name, n) => [name, expected[n]]));
    expect(expected.flat().length).toBeGreaterThan(30);
  });

  it.each([
    ['over(int, mm::Page *)', ['kernel::over(int, kernel::mm::Page*)']],
    ['over(int, v2::A *)', ['kernel::over(int, kernel::v2::A*)']],
    ['Ring<Ring<int, 2>, 3>::at', ['kernel::Ring<kernel::Ring<int, 2>, 3>::at(int)']],
    ['hidden(kernel::Hidden *)', ['kernel::hidden(kernel::(anonymous namespace)::Hidden*)']],
    ['kernel::same<kernel::v2::A>', ['kernel::v2::A* kernel::same<kernel::v2::A>(kernel::v2::A*)']],
    // Gdb takes those of all namespaces.
    ['::over', ['over(int, A*)']],
    ['int kernel::nowhere()', []],
  ])('are found by less: %s', (name, found) => {
    expect(mine(name)).toEqual(found);
  });

  it('are shown as gdb shows them, and found by what is shown', () => {
    const functions = Array.from({ length: image.symbols.count }, (_, n) => image.symbols.at(n)).filter(
      ({ type }) => type === 'function',
    );
    const said = gdb(
      path,
      functions.map(({ address }) => `info symbol ${address}`),
    );
    expect(functions.map(({ name }) => shownName(name))).toEqual(
      said.map((line) => line.split(' in section')[0]),
    );
    expect(functions.map(({ address }) => image.functionAt(address + 1)?.name)).toEqual(
      functions.map(({ name }) => shownName(name)),
    );
    for (const { name, address } of functions)
      expect(image.findFunctions(shownName(name)).map(({ lowPc }) => lowPc)).toContain(address);
    expect(functions.length).toBeGreaterThan(25);
  });

  it('have templates, whose < begins arguments', () => {
    expect(image.isTemplate('kernel::same')).toBe(true);
    expect(image.isTemplate('same')).toBe(true);
    expect(image.isTemplate('other::same')).toBe(false);
    expect(image.isTemplate('kernel::over')).toBe(false);
  });
});
