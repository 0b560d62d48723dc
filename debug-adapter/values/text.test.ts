/** Texts of Rust: UTF-8 of a known length. */
import { describe, expect, it } from 'vitest';
import { quotedUtf8 } from './text.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('a text of Rust', () => {
  it.each([
    ['grüße, \u{263a} \u{1f600}', '"grüße, \u{263a} \u{1f600}"'],
    ['a\0b', '"a\\0b"'],
    ['"it\'s"\n\\', '"\\"it\'s\\"\\n\\\\"'],
    ['\x07\x1b[0m1', '"\\x07\\x1b[0m1"'],
    // Formatting that would turn what follows around is escaped byte by byte.
    ['a\u{202e}b', '"a\\xe2\\x80\\xaeb"'],
    ['\u{feff}', '"\\xef\\xbb\\xbf"'],
    ['', '""'],
  ])('%j is %s', (text, expected) => {
    expect(quotedUtf8(utf8(text), true)).toBe(expected);
  });

  it('ends before a character of which a part is missing, if there is more', () => {
    const bytes = utf8('aß');
    expect(quotedUtf8(bytes.subarray(0, 2), false)).toBe('"a"…');
    expect(quotedUtf8(bytes.subarray(0, 2), true)).toBe('"a\\xc3"');
  });

  it('escapes what is no UTF-8', () => {
    expect(quotedUtf8(Uint8Array.of(0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x62), true)).toBe(
      '"a\\xff\\xc0\\x80\\xed\\xa0\\x80b"',
    );
  });
});
