/** What stands between quotes (C11 6.4.4.4, 6.4.5): escape sequences, and characters as the units of a string of bytes or of wider ones. */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';

/** Before the quote; `u8` is UTF-8, as nothing is here. */
export type Encoding = '' | 'u8' | 'L' | 'u' | 'U';

/** Bytes of a unit. A `wchar_t` of i386 has four (System V ABI, Intel386 supplement). */
export const UNIT_BYTES: Readonly<Record<Encoding, 1 | 2 | 4>> = { '': 1, u8: 1, u: 2, L: 4, U: 4 };

const ESCAPE = /\\x([0-9a-fA-F]+)|\\([0-7]{1,3})|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\(.)|([^\\])/gsu;
const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
};
/** Greatest code point. */
const LAST = 0x10ffff;

/** A character as UTF-8, UTF-16 or UTF-32. */
function encoded(character: string, bytes: 1 | 2 | 4): number[] {
  if (bytes === 4) return [character.codePointAt(0)!];
  if (bytes === 2) return Array.from({ length: character.length }, (_, n) => character.charCodeAt(n));
  return [...new TextEncoder().encode(character)];
}

function named(digits: string, bytes: 1 | 2 | 4): number[] {
  const point = parseInt(digits, 16);
  if (point > LAST) fail(say`There is no character of number 0x${digits}.`);
  return encoded(String.fromCodePoint(point), bytes);
}

/** The units that stand between quotes. Numbers too large for one lose their upper digits. */
export function unitsOf(body: string, encoding: Encoding): number[] {
  const bytes = UNIT_BYTES[encoding];
  return [...body.matchAll(ESCAPE)].flatMap(([, hex, octal, short, long, escaped, plain]) => {
    if (hex !== undefined) return [parseInt(hex.slice(-2 * bytes), 16)];
    if (octal !== undefined) return [parseInt(octal, 8) & (bytes === 1 ? 0xff : 0x1ff)];
    if (short !== undefined || long !== undefined) return named(short ?? long!, bytes);
    if (escaped !== undefined && 'xuU'.includes(escaped))
      fail(
        say`Hexadecimal digits are needed behind \\${escaped}: one or more for x, four for u, eight for U.`,
      );
    if (escaped !== undefined && ESCAPES[escaped] !== undefined) return [ESCAPES[escaped]];
    return encoded(escaped ?? plain!, bytes);
  });
}

/** The value of a character constant; several characters as gcc packs them, a plain one is signed here. */
export function characterConstant(body: string, encoding: Encoding): bigint {
  const units = unitsOf(body, encoding);
  if (encoding !== '') {
    const [unit] = units;
    if (units.length !== 1) fail(say`One character makes a wide one, but '${body}' has ${units.length}.`);
    return encoding === 'L' ? BigInt.asIntN(32, BigInt(unit!)) : BigInt(unit!);
  }
  if (units.length > 4) fail(say`Four characters fit into an int, but '${body}' has ${units.length}.`);
  const all = units.reduce((value, unit) => (value << 8n) | BigInt(unit), 0n);
  return BigInt.asIntN(units.length === 1 ? 8 : 32, all);
}
