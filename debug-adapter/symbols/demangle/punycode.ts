/** Letters beyond ASCII in names of Rust's v0 scheme. Source: RFC 3492, with `_` for its `-`. */
import { Unreadable } from './nodes.ts';

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** @throws Unreadable for what is no punycode */
export function punycode(text: string): string {
  const at = text.lastIndexOf('_');
  const letters = [...text.slice(0, Math.max(0, at))];
  const digits = text.slice(at + 1);
  let code = FIRST_CODE;
  let bias = FIRST_BIAS;
  let position = 0;
  for (let n = 0; n < digits.length;) {
    const before = position;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = DIGITS.indexOf(digits[n++] ?? ' ');
      if (digit < 0) throw new Unreadable();
      position += digit * weight;
      const threshold = k <= bias + T_MIN ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const count = letters.length + 1;
    bias = adapted(position - before, count, before === 0);
    code += Math.floor(position / count);
    position %= count;
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new Unreadable();
    letters.splice(position++, 0, String.fromCodePoint(code));
  }
  return letters.join('');
}

function adapted(step: number, count: number, isFirst: boolean): number {
  let delta = isFirst ? Math.floor(step / DAMP) : step >> 1;
  delta += Math.floor(delta / count);
  let k = 0;
  for (; delta > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) delta = Math.floor(delta / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW));
}
