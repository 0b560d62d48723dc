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

/** Is there anything but zeros behind a terminator? Then the bytes are no text, or not that alone. */
export function goesOnBehindText(bytes: Uint8Array | undefined): boolean {
  const end = bytes?.indexOf(0) ?? -1;
  return end >= 0 && bytes!.subarray(end).some((byte) => byte !== 0);
}
