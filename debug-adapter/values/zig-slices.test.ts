/** Slices of Zig, as its compiler describes them: text where bytes are text, else their elements. */
import { describe, expect, it } from 'vitest';
import { littleEndian } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';
import { childCounts, childrenOf } from './children.ts';
import { type FormatContext, formatValue, LIMITS } from './format.ts';
import type { Style } from './format-specifier.ts';
import { pointerTo, type TypedValue } from './value.ts';

const number = (name: string, size: number): CType => ({ kind: 'base', name, size, encoding: 'unsigned' });

/** A slice type; names and members as zig 0.11 writes them, and newer ones with `const`. */
const slice = (name: string, element: CType): CType => ({
  ...{ kind: 'struct', name, size: 8, incomplete: false },
  members: [
    { name: 'ptr', type: pointerTo(element), offset: 0 },
    { name: 'len', type: number('usize', 4), offset: 4 },
  ],
});
const BYTES = slice('[]u8', number('u8', 1));

function shown(type: CType, content: Uint8Array, length = content.length, style?: Style) {
  const value: TypedValue = {
    type,
    location: {
      kind: 'value',
      bytes: Uint8Array.from([...littleEndian(0x1000n, 4), ...littleEndian(BigInt(length), 4)]),
    },
  };
  const context: FormatContext = {
    registers: [],
    readMemory: (at, size) => content.slice(at - 0x1000, at - 0x1000 + size),
    symbolAt: () => undefined,
    lineAt: () => undefined,
    style,
    limits: LIMITS.line,
  };
  return { text: formatValue(value, context), value, context };
}
const utf8 = (text: string) => new TextEncoder().encode(text);

describe('bytes', () => {
  it.each(['[]u8', '[]const u8', '[:0]u8', '[:0]const u8'])('of %s are text where they are', (name) => {
    const type = slice(name, number('u8', 1));
    expect(shown(type, utf8('panic: ümlaut\n')).text).toBe('"panic: ümlaut\\n"');
    expect(shown(type, new Uint8Array(0)).text).toBe('""');
  });

  it('are numbers where they are not, and when asked for', () => {
    expect(shown(BYTES, Uint8Array.of(1, 2, 0x80)).text).toBe('[3] {1, 2, 128}');
    expect(shown(BYTES, Uint8Array.of(0x41, 0)).text).toBe('[2] {65, 0}');
    // The first byte of a character whose second one is not there.
    expect(shown(BYTES, Uint8Array.of(0x41, 0xc3)).text).toBe('[2] {65, 195}');
    expect(shown(BYTES, utf8('AB'), 2, 'x').text).toBe('[2] {0x41, 0x42}');
  });

  it('are cut where a line ends, in the middle of a character too', () => {
    const text = shown(BYTES, utf8('ü'.repeat(500))).text;
    expect(text).toMatch(/^"ü+"…$/);
  });

  it('have their elements below the text', () => {
    const { value, context } = shown(BYTES, utf8('AB'));
    expect(childCounts(value, context)).toMatchObject({ indexed: 2 });
    expect(childrenOf(value, 'name', context, 0, 9).map(({ name }) => name)).toEqual(['[0]', '[1]']);
  });
});

describe('other slices', () => {
  it('are arrays of their elements', () => {
    const words = slice('[]u32', number('u32', 4));
    expect(shown(words, Uint8Array.of(1, 0, 0, 0, 2, 1, 0, 0), 2).text).toBe('[2] {1, 258}');
  });
});
