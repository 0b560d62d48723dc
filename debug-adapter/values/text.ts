/** Characters and strings of a program as C writes them; numbers in hexadecimal. */

const ESCAPES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  27: '\\e',
  39: "\\'",
  92: '\\\\',
};

/** @param size in bytes: the digits that are written */
export const hexOf = (value: bigint, size: number): string =>
  '0x' +
  BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');

export const hexAddress = (address: number): string => '0x' + (address >>> 0).toString(16).padStart(8, '0');

export function character(code: number): string {
  if (ESCAPES[code] !== undefined) return ESCAPES[code];
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, '0')}`;
}

const isHexDigit = (code: number | undefined): boolean =>
  code !== undefined && /[0-9a-f]/i.test(String.fromCharCode(code));

/** A character of a string. @param next behind it: `\x01` goes on with every digit that follows (C11 6.4.4.4), three octal digits do not. */
function characterOf(code: number, next: number | undefined): string {
  if (code === 34) return '\\"';
  if (code === 39) return "'";
  const text = character(code);
  return text.startsWith('\\x') && isHexDigit(next) ? `\\${code.toString(8).padStart(3, '0')}` : text;
}

/**
 * A quoted string up to its terminator.
 * @param whole there is nothing behind these bytes; else an ellipsis says that there may be
 * @param most characters that are shown
 */
export function quoted(bytes: Uint8Array, whole: boolean, most: number): string {
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, end < 0 ? bytes.length : end);
  const shown = Array.from(text.subarray(0, most), (code, n) => characterOf(code, text[n + 1]));
  const more = text.length > most || (end < 0 && !whole);
  return `"${shown.join('')}"${more ? '…' : ''}`;
}

/** Bytes of a character of UTF-8 by its first one; 1 for what begins none. */
const unitsOf = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1);

/** What a terminal or a view shows as it is: no controls, no formatting, nothing unassigned. */
const VISIBLE = /^[^\p{C}\p{Zl}\p{Zp}]$/u;

/**
 * A quoted string of Rust: UTF-8, all of it, for a zero is a character like others. What is no character is escaped byte by byte.
 * @param whole there is nothing behind these bytes; else an ellipsis says that there is
 */
export function quotedUtf8(bytes: Uint8Array, whole: boolean): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const shown: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const units = unitsOf(first);
    // The end may lie in the middle of a character.
    if (!whole && units > bytes.length - at) break;
    const letter = units > 1 ? decoded(decoder, bytes.subarray(at, at + units)) : undefined;
    shown.push(letter !== undefined && VISIBLE.test(letter) ? letter : rustCharacter(first));
    at += shown.at(-1) === letter ? units : 1;
  }
  return `"${shown.join('')}"${whole ? '' : '…'}`;
}

/** Tabs and ends of lines, which text has, and all else that is shown as it is. */
const READABLE = /^[\t\r\n\P{Control}]*$/u;

/** Are bytes UTF-8 that a person can read? @param whole there is nothing behind them: the last character may not be cut */
export function isReadableText(bytes: Uint8Array, whole: boolean): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return READABLE.test(decoder.decode(bytes, { stream: !whole }));
  } catch {
    return false;
  }
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where Rust has another escape than C, or none. */
const RUST_ESCAPES: Readonly<Record<number, string>> = {
  ...{ 7: '\\x07', 8: '\\x08', 11: '\\x0b', 12: '\\x0c', 27: '\\x1b' },
  ...{ 34: '\\"', 39: "'" },
};

const rustCharacter = (code: number): string => RUST_ESCAPES[code] ?? character(code);

/** Is there anything but zeros behind a terminator? Then the bytes are no text, or not that alone. */
export function goesOnBehindText(bytes: Uint8Array | undefined): boolean {
  const end = bytes?.indexOf(0) ?? -1;
  return end >= 0 && bytes!.subarray(end).some((byte) => byte !== 0);
}
