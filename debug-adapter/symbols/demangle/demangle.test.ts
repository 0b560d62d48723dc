/** Names as binutils reads them, of all that the C++ library exports, and of Rust; hostile ones end. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { run } from '../testing/fixtures.ts';
import { seededRandom } from '../testing/random.ts';
import { demangled } from './demangle.ts';
import { changedName, ODD, RUST } from './testing/names.ts';

/** What binutils reads, as gdb shows it: without what implements it. */
function filtered(names: readonly string[]): string[] {
  const input = names.join('\n');
  return execFileSync('c++filt', ['-i'], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
    .trimEnd()
    .split('\n');
}

const text = (name: string) => demangled(name)?.text ?? name;

/** All that a library exports. */
function exportsOf(library: string): string[] {
  const path = run('g++', [`-print-file-name=${library}`]).trim();
  const names = [...run('nm', ['-D', '--defined-only', path]).matchAll(/ (_Z[^@\n]*)/g)].map(
    ([, name]) => name!,
  );
  return [...new Set(names)];
}

describe('a mangled name', () => {
  it('is read as binutils reads it, of all that the C++ library exports', () => {
    const names = exportsOf('libstdc++.so.6');
    expect(names.map(text)).toEqual(filtered(names));
    expect(names.length).toBeGreaterThan(5000);
  });

  it.each([
    ['C++', ODD],
    ['Rust', RUST],
  ])('is read as binutils reads it, of %s', (_, names) => {
    expect(names.map((name) => [name, text(name)])).toEqual(
      filtered(names).map((line, n) => [names[n], line]),
    );
  });

  it.each([
    // Binutils 2.40 loses digits of wide numbers, writes `\'\'\'` for a character, and does not read the others.
    ['_RINvC1a1fKc27_E', "a::f::<'\\''>"],
    ['_ZGR4temp0_', 'reference temporary #1 for temp'],
    ['_RINvC1a1fKnn80000000000000000000000000000000_E', 'a::f::<-0x80000000000000000000000000000000>'],
    ['_ZN1a1b17h0123456789abcdefE.llvm.8F', 'a::b'],
  ])('%s is %s', (name, shown) => {
    expect(text(name)).toBe(shown);
  });

  it('says what a function is called without what it returns', () => {
    expect(demangled('_ZN6kernel5twiceIiEET_S1_')).toEqual({
      ...{ text: 'int kernel::twice<int>(int)', path: 'kernel::twice<int>', parameters: '(int)' },
    });
    expect(demangled('_ZTVN6kernel6DeviceE')).toEqual({ text: 'vtable for kernel::Device' });
  });
});

describe('a hostile name', () => {
  /** Each part twice what the one before it is: 2^40 letters. */
  const doubling = `_Z1f${Array.from({ length: 40 }, (_, n) => `1aI${ref(n)}${ref(n)}E`).join('')}`;
  const pairs = `_Z1fP1AIiiE${Array.from({ length: 30 }, (_, n) => `1BI${ref(n * 2)}${ref(n * 2)}E`).join('')}`;

  it.each([
    ['pointers to pointers', `_Z1f${'P'.repeat(5000)}i`],
    ['arguments in arguments', `_Z1f${'1aI'.repeat(2000)}`],
    ['names in names', `_Z${'N1a'.repeat(2000)}`],
    ['packs in packs', `_Z1fI${'J'.repeat(3000)}E`],
    ['functions in functions', `_Z1f${'PF'.repeat(3000)}v`],
    ['expressions in expressions', `_Z1fIX${'ng'.repeat(3000)}`],
    ['parameters that are themselves', '_Z1fIT_EvT_'],
    ['parameters that are each other', '_Z1fIT0_T_EvT_T0_'],
    ['packs that are expanded in expansions', `_Z1fIJ${'i'.repeat(100)}EEv${'Dp'.repeat(100)}T_`],
    ['what doubles', doubling],
    ['what doubles, as types', pairs],
    ['Rust: references back to themselves', '_RNvB_1a'],
    ['Rust: references back that double', `_RINvC1a1f${'T'.repeat(20)}B6_${'B6_E'.repeat(20)}E`],
    ['Rust: lifetimes', '_RINvC1a1fFGzzzzzz_EuE'],
    ['Rust: tuples in tuples', `_RINvC1a1f${'T'.repeat(4000)}`],
    ['a long one', `_Z8191${'a'.repeat(8186)}`],
  ])('ends: %s', (_, name) => {
    expect((demangled(name)?.text ?? '').length).toBeLessThanOrEqual(1 << 14);
  });

  it('never throws, whatever is changed', () => {
    const random = seededRandom(20261128);
    for (let round = 0; round < 20_000; round++) demangled(changedName(random));
  });
});

/** The `n`th thing that a name refers back to. */
function ref(n: number): string {
  return n === 0 ? 'S_' : `S${(n - 1).toString(36).toUpperCase()}_`;
}
