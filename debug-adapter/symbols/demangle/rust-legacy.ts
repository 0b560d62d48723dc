/**
 * Names of Rust as its older scheme mangles them, which looks like that of C++ with a hash behind: `_ZN4core3fmt5write17h0123456789abcdefE`
 * is `core::fmt::write`. Source: rustc's `symbol_names/legacy.rs`.
 */
import { Letters } from './reader.ts';

const SIGNS: Readonly<Record<string, string>> = {
  ...{ SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',' },
};
const HASH = /^h[\da-f]{16}$/;
/** Of a real hash: the letters of a name that happens to look like one are fewer. */
const LEAST_DIGITS = 5;
/** What LLVM and GCC put behind the names of copies. */
const COPY = /(?:\.llvm\.[\dA-F@]+)?$/y;

export function demangleRustLegacy(text: string): string | undefined {
  const letters = new Letters(text);
  if (!letters.takes('_ZN')) return undefined;
  const parts: string[] = [];
  while (!letters.takes('E')) {
    const length = letters.number();
    if (length === undefined || letters.at + length > text.length) return undefined;
    parts.push(letters.take(length));
  }
  letters.match(COPY);
  const hash = parts.pop();
  const isHash = hash !== undefined && HASH.test(hash) && new Set(hash.slice(1)).size >= LEAST_DIGITS;
  if (!isHash || parts.length === 0 || !letters.isAtEnd) return undefined;
  const shown = parts.map(unescaped);
  return shown.includes(undefined) ? undefined : shown.join('::');
}

function unescaped(part: string): string | undefined {
  let isKnown = true;
  const shown = part
    // A name begins with a letter.
    .replace(/^_\$/, '$')
    .replace(/\$(u[\da-f]{1,6}|[A-Z]{1,2})\$|\.\.|\$/g, (found, code: string | undefined) => {
      if (found === '..') return '::';
      const sign = code?.startsWith('u') ? letter(Number.parseInt(code.slice(1), 16)) : SIGNS[code ?? ''];
      if (sign === undefined) isKnown = false;
      return sign ?? '';
    });
  return isKnown ? shown : undefined;
}

function letter(code: number): string | undefined {
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return code < 0x20 || code > 0x10ffff || isSurrogate ? undefined : String.fromCodePoint(code);
}
