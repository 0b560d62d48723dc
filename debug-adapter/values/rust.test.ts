/** Values of Rust as a person means them: of an enum the variant that it has, slices and strings as what they hold. Read from a file at rest. */
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SymbolImage } from '../symbols/image.ts';
import { openWorkshop, run } from '../symbols/testing/fixtures.ts';
import { childCounts, childrenOf } from './children.ts';
import { formatValue, type FormatContext, LIMITS } from './format.ts';
import type { TypedValue } from './value.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

function linked(): SymbolImage {
  const source = workshop.source('rust.s');
  copyFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', 'symbols', 'testing', 'rust.s'), source);
  run('clang', ['--target=i386-linux-gnu', '-c', source, '-o', `${source}.o`]);
  run('ld', ['-m', 'elf_i386', '-e', 'rust_start', `${source}.o`, '-o', `${source}.elf`]);
  return SymbolImage.open(new Uint8Array(readFileSync(`${source}.elf`)), 'rust');
}
const image = linked();
const context: FormatContext = {
  registers: [],
  readMemory: (address, length) => image.linkedBytes(address, length),
  symbolAt: () => undefined,
  lineAt: () => undefined,
  style: undefined,
  limits: LIMITS.line,
};

function valueOf(name: string): TypedValue {
  const { type } = image.findVariable(name)!;
  return { type, space: undefined, location: { kind: 'memory', address: image.symbolNamed(name)!.address } };
}
const text = (name: string) => formatValue(valueOf(name), context);
const parts = (name: string) => childrenOf(valueOf(name), name, context).map((child) => child.name);

describe('a Rust enum with data', () => {
  it('shows the variant that it has, and no other', () => {
    expect(text('LAST')).toBe('Wide{low=1, high=2}');
    expect(parts('LAST')).toEqual(['low', 'high']);
    expect(childCounts(valueOf('LAST'), context)).toEqual({ named: 2, indexed: 0 });
    expect(text('PLAIN')).toBe('Just(7)');
    expect(text('NOTHING')).toBe('Nothing');
  });

  it('tells them apart by a value that the other variant cannot have', () => {
    expect(parts('NICHE')).toEqual(['0']);
    expect(text('NO_NICHE')).toBe('Nothing');
    expect(parts('NO_NICHE')).toEqual([]);
  });

  it('shows all variants where the discriminant cannot be read', () => {
    const nowhere: FormatContext = { ...context, readMemory: () => undefined };
    expect(childrenOf(valueOf('LAST'), 'LAST', nowhere).map(({ name }) => name)).toEqual([
      'discriminant',
      'None',
      'Byte',
      'Wide',
    ]);
  });
});

describe('a Rust slice', () => {
  it('is written as its elements, a string as its text', () => {
    expect(text('BYTES')).toBe('[3] {1, 2, 3}');
    expect(text('NAME')).toBe('"colinux"');
    expect(parts('NAME')).toEqual(['data_ptr', 'length']);
  });

  it('is its two members where nothing is known of them', () => {
    const empty: FormatContext = { ...context, readMemory: (_at, length) => new Uint8Array(length) };
    expect(formatValue(valueOf('BYTES'), empty)).toBe('{data_ptr=0x00000000 (null), length=0}');
  });
});
