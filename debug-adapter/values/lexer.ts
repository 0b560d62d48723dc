/** Tokens of a C expression (C11 6.4), with `$name` for registers. */
import { AdapterError } from '../errors.ts';

export type Token =
  /** `hex`: not decimal, so it may become unsigned by itself; `suffix`: lower-case u and l. */
  | { readonly kind: 'number'; readonly value: bigint; readonly hex: boolean; readonly suffix: string }
  | { readonly kind: 'name' | 'register' | 'operator'; readonly text: string }
  | { readonly kind: 'end' };

/** Longest operators first. */
const OPERATORS = /^(?:<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:()[\].,])/;
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

/** A plain character is signed on this processor's ABI. */
function characterConstant(body: string): bigint {
  const code = (): number => {
    if (!body.startsWith('\\')) return body.charCodeAt(0);
    if (body[1] === 'x') return parseInt(body.slice(2), 16);
    if (/^[0-7]/.test(body[1])) return parseInt(body.slice(1), 8);
    return ESCAPES[body[1]] ?? body.charCodeAt(1);
  };
  return BigInt.asIntN(8, BigInt(code()));
}

/** @throws AdapterError naming the character that begins no token. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let rest = source.trimStart();
  const take = (length: number) => {
    const text = rest.slice(0, length);
    rest = rest.slice(length).trimStart();
    return text;
  };
  while (rest !== '') {
    const number =
      /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uU]?(?:ll|LL|[lL])?[uU]?)(?![\w.])/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    const register = /^\$(\w+)/.exec(rest);
    const character = /^'(\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3}|\\.|[^'\\])'/.exec(rest);
    const operator = OPERATORS.exec(rest);
    if (number) {
      const [all, digits, suffix] = number;
      take(all.length);
      const octal = /^0[0-7]+$/.test(digits);
      tokens.push({
        kind: 'number',
        value: BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase()),
        hex: digits.startsWith('0'),
        suffix: suffix.toLowerCase(),
      });
    } else if (name) tokens.push({ kind: 'name', text: take(name[0].length) });
    else if (register) {
      take(register[0].length);
      tokens.push({ kind: 'register', text: register[1].toLowerCase() });
    } else if (character) {
      take(character[0].length);
      tokens.push({ kind: 'number', value: characterConstant(character[1]), hex: false, suffix: '' });
    } else if (operator) tokens.push({ kind: 'operator', text: take(operator[0].length) });
    else if (/^[0-9]/.test(rest)) {
      const [word] = /^[\w.]+/.exec(rest) ?? [rest[0]];
      throw new AdapterError(
        'evaluate-failed',
        `"${word}" is no whole number of C: write it as 10, 0x1f, 0b101 or 017, with u or l behind it.`,
      );
    } else {
      throw new AdapterError(
        'evaluate-failed',
        `"${rest[0]}" begins nothing in a C expression: write variables, $registers, numbers and C operators.`,
      );
    }
  }
  tokens.push({ kind: 'end' });
  return tokens;
}
