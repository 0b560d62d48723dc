/**
 * Tokens of a C expression (C11 6.4), and what a debugger adds: `$name` for registers, `file.c::` and `function::` for names
 * that are not visible here.
 */
import { registerCalled } from '../registers.ts';
import { characterConstant, type Encoding } from './characters.ts';
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
    | { readonly kind: 'character'; readonly value: bigint; readonly encoding: Encoding }
    /** `body`: what stands between the quotes. */
    | { readonly kind: 'string'; readonly body: string; readonly encoding: Encoding }
    /** `scope`: without the `::` behind it; '' is outside of all namespaces. */
    | { readonly kind: 'name' | 'register' | 'operator' | 'scope'; readonly text: string }
    | { readonly kind: 'end' }
  );

type Body = Token extends infer T ? (T extends Place ? Omit<T, keyof Place> : never) : never;

/** Longest source, so that no evaluation takes more than a moment. */
export const MAX_SOURCE = 4096;

/** Longest operators first. */
const OPERATOR =
  /(?:<<=|>>=|->\*|\.\*|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:()[\]{}.,;])/y;
const INTEGER = /(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uU]?(?:ll|LL|[lL])?[uU]?)(?![\w.])/y;
const FLOATING =
  /((?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][-+]?[0-9]+)([fFlL]?)(?![\w.])/y;
/** Of a file, by how it ends: `device.Named::tag` is a member. */
const SCOPE =
  /(?:'([^'\n]+)'|([\p{XID_Start}_]\p{XID_Continue}*(?:(?:\.\p{XID_Continue}+)*\.(?:[chsSily]|cc|hh|cpp|cxx|hpp|hxx|rs|zig|asm|inc|nasm))?)?)::/uy;
const FIELD = /\.(\d+)(?![\w])/y;
/** Letters of every script (C11 6.4.2.1; the compilers go by Unicode's UAX #31). */
const NAME = /[\p{XID_Start}_]\p{XID_Continue}*/uy;
const REGISTER = /\$(\w+)/y;
const CHARACTER = /(u8|[LuU])?'((?:\\x[0-9a-fA-F]+|\\[0-7]{1,3}|\\.|[^'\\\n])+)'/y;
const STRING = /(u8|[LuU])?"((?:\\.|[^"\\\n])*)"/y;
function integer(digits: string, suffix: string): Body {
  const octal = /^0[0-7]+$/.test(digits);
  return {
    kind: 'integer',
    value: BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase()),
    decimal: !digits.startsWith('0'),
    suffix: suffix.toLowerCase(),
  };
}

const encodingOf = (prefix: string | undefined) => (prefix ?? '') as Encoding;

const character = (body: string, encoding: Encoding): Body => ({
  kind: 'character',
  value: characterConstant(body, encoding),
  encoding,
});

/** The token that begins at `at`, and where it ends. */
function next(source: string, at: number): [Body, end: number] {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const patterns: readonly [RegExp, (found: RegExpExecArray) => Body][] = [
    [FLOATING, ([, text, suffix]) => ({ kind: 'floating', text, suffix: suffix.toLowerCase() as 'f' })],
    [INTEGER, ([, digits, suffix]) => integer(digits, suffix)],
    [SCOPE, ([, quoted, plain]) => ({ kind: 'scope', text: quoted ?? plain ?? '' })],
    [CHARACTER, ([, prefix, body]) => character(body, encodingOf(prefix))],
    [STRING, ([, prefix, body]) => ({ kind: 'string', body, encoding: encodingOf(prefix) })],
    [NAME, ([text]) => ({ kind: 'name', text })],
    [REGISTER, ([, text]) => ({ kind: 'register', text: registerCalled(text.toLowerCase()) })],
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
  if (source[at] === '@') fail(say`"@" is an operator of gdb: write x,[n] for n elements from x on.`);
  return fail(
    say`"${String.fromCodePoint(source.codePointAt(at)!)}" begins nothing in a C expression: write variables, $registers, numbers and C operators.`,
  );
}

/** Can a member's name follow? */
const isValue = (token: Token | undefined): boolean =>
  token?.kind === 'name' || (token?.kind === 'operator' && (token.text === ')' || token.text === ']'));

/** The number of a member of a tuple of Rust, `pair.0`: the compiler calls it `__0`. */
function fieldAt(source: string, at: number): string | undefined {
  FIELD.lastIndex = at;
  return FIELD.exec(source)?.[1];
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
    const field = isValue(tokens.at(-1)) ? fieldAt(source, at) : undefined;
    if (field !== undefined) {
      tokens.push({ kind: 'operator', text: '.', at, end: at + 1 });
      tokens.push({ kind: 'name', text: `__${field}`, at: at + 1, end: at + 1 + field.length });
      at += 1 + field.length;
      continue;
    }
    const [token, end] = next(source, at);
    tokens.push({ ...token, at, end } as Token);
    at = end;
  }
  tokens.push({ kind: 'end', at, end: at });
  return tokens;
}
