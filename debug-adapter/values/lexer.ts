/**
 * Tokens of a C expression (C11 6.4), and what a debugger adds: `$name` for registers, `file.c::` and `function::` for names
 * that are not visible here.
 */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';

interface Place {
  /** First character in the source, and the one behind the last. */
  readonly at: number;
  readonly end: number;
}

export type Token = Place &
  (
    | {
        readonly kind: 'integer';
        readonly value: bigint;
        /** Not hexadecimal, octal or binary, which may become unsigned by themselves. */
        readonly decimal: boolean;
        /** Lower-case u and l. */
        readonly suffix: string;
      }
    | {
        readonly kind: 'floating';
        /** Digits without the suffix. */
        readonly text: string;
        readonly suffix: '' | 'f' | 'l';
      }
    | { readonly kind: 'character'; readonly value: bigint }
    | { readonly kind: 'string'; readonly bytes: readonly number[] }
    /** `scope`: without the `::` behind it. */
    | { readonly kind: 'name' | 'register' | 'operator' | 'scope'; readonly text: string }
    | { readonly kind: 'end' }
  );

type Body = Token extends infer T ? (T extends Place ? Omit<T, keyof Place> : never) : never;

/** Longest source, so that no evaluation takes more than a moment. */
export const MAX_SOURCE = 4096;

/** Longest operators first. */
const OPERATOR = /(?:<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:()[\]{}.,;])/y;
const INTEGER = /(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uU]?(?:ll|LL|[lL])?[uU]?)(?![\w.])/y;
const FLOATING =
  /((?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][-+]?[0-9]+)([fFlL]?)(?![\w.])/y;
const SCOPE = /(?:'([^'\n]+)'|([A-Za-z_]\w*(?:\.\w+)*))::/y;
const NAME = /[A-Za-z_]\w*/y;
const REGISTER = /\$(\w+)/y;
const CHARACTER = /'((?:\\x[0-9a-fA-F]+|\\[0-7]{1,3}|\\.|[^'\\\n])+)'/y;
const STRING = /"((?:\\.|[^"\\\n])*)"/y;
const ESCAPE = /\\x([0-9a-fA-F]+)|\\([0-7]{1,3})|\\(.)|([^\\])/gsu;
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

/** The bytes that stand between quotes; characters beyond ASCII are UTF-8. */
function unescape(body: string): number[] {
  return [...body.matchAll(ESCAPE)].flatMap(([, hex, octal, escaped, plain]) => {
    if (hex !== undefined) return [parseInt(hex.slice(-2), 16)];
    if (octal !== undefined) return [parseInt(octal, 8) & 0xff];
    if (escaped !== undefined && ESCAPES[escaped] !== undefined) return [ESCAPES[escaped]];
    return [...new TextEncoder().encode(escaped ?? plain)];
  });
}

/** The value of a character constant (C11 6.4.4.4); several characters as gcc packs them, a plain one is signed here. */
function characterConstant(body: string): bigint {
  const bytes = unescape(body);
  if (bytes.length > 4) fail(say`Four characters fit into an int, but '${body}' has ${bytes.length}.`);
  const all = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return BigInt.asIntN(bytes.length === 1 ? 8 : 32, all);
}

function integer(digits: string, suffix: string): Body {
  const octal = /^0[0-7]+$/.test(digits);
  return {
    kind: 'integer',
    value: BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase()),
    decimal: !digits.startsWith('0'),
    suffix: suffix.toLowerCase(),
  };
}

/** The token that begins at `at`, and where it ends. */
function next(source: string, at: number): [Body, end: number] {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const patterns: readonly [RegExp, (found: RegExpExecArray) => Body][] = [
    [FLOATING, ([, text, suffix]) => ({ kind: 'floating', text, suffix: suffix.toLowerCase() as 'f' })],
    [INTEGER, ([, digits, suffix]) => integer(digits, suffix)],
    [SCOPE, ([, quoted, plain]) => ({ kind: 'scope', text: quoted ?? plain })],
    [NAME, ([text]) => ({ kind: 'name', text })],
    [REGISTER, ([, text]) => ({ kind: 'register', text: text.toLowerCase() })],
    [CHARACTER, ([, body]) => ({ kind: 'character', value: characterConstant(body) })],
    [STRING, ([, body]) => ({ kind: 'string', bytes: unescape(body) })],
    [OPERATOR, ([text]) => ({ kind: 'operator', text })],
  ];
  const number = /[0-9]/.test(source[at]) || /^\.[0-9]/.test(source.slice(at, at + 2));
  for (const [pattern, make] of number ? patterns.slice(0, 2) : patterns.slice(2)) {
    const found = match(pattern);
    if (found) return [make(found), pattern.lastIndex];
  }
  if (number) {
    const [word] = /^[\w.]+/.exec(source.slice(at)) ?? [source[at]];
    fail(
      say`"${word}" is no number of C: write it as 10, 0x1f, 0b101, 017 or 1.5e3, with u, l or f behind it.`,
    );
  }
  if (source[at] === '"' || source[at] === "'")
    fail(
      source[at] === '"'
        ? say`The string that begins at column ${at + 1} does not end.`
        : say`The character that begins at column ${at + 1} does not end.`,
    );
  return fail(
    say`"${source[at]}" begins nothing in a C expression: write variables, $registers, numbers and C operators.`,
  );
}

/** @throws AdapterError naming the character that begins no token. */
export function tokenize(source: string): Token[] {
  if (source.length > MAX_SOURCE)
    fail(say`The expression has ${source.length} characters: at most ${MAX_SOURCE} can be evaluated.`);
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(source.charAt(at))) at++;
    if (at >= source.length) break;
    const [token, end] = next(source, at);
    tokens.push({ ...token, at, end } as Token);
    at = end;
  }
  tokens.push({ kind: 'end', at, end: at });
  return tokens;
}
