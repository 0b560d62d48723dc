/** Tokens of a C expression (C11 6.4), with `$name` for registers. */
import { AdapterError } from '../errors.ts';

export type Token =
  | { readonly kind: 'number'; readonly value: bigint; readonly unsigned: boolean }
  | { readonly kind: 'name' | 'register' | 'operator'; readonly text: string }
  | { readonly kind: 'end' };

/** Longest operators first. */
const OPERATORS = /^(?:<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:()[\].,])/;
const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  '0': 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
};

function characterConstant(body: string): bigint {
  if (!body.startsWith('\\')) return BigInt(body.charCodeAt(0));
  if (body[1] === 'x') return BigInt(parseInt(body.slice(2), 16) || 0);
  return BigInt(ESCAPES[body[1]] ?? body.charCodeAt(1));
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
    const number = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlL]*)/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    const register = /^\$(\w+)/.exec(rest);
    const character = /^'(\\x[0-9a-fA-F]{1,2}|\\.|[^'\\])'/.exec(rest);
    const operator = OPERATORS.exec(rest);
    if (number) {
      const [all, digits, suffix] = number;
      take(all.length);
      const octal = /^0[0-7]+$/.test(digits);
      tokens.push({
        kind: 'number',
        value: BigInt(octal ? `0o${digits.slice(1)}` : digits),
        unsigned: /u/i.test(suffix) || /^0[xXbB]/.test(digits),
      });
    } else if (name) tokens.push({ kind: 'name', text: take(name[0].length) });
    else if (register) {
      take(register[0].length);
      tokens.push({ kind: 'register', text: register[1].toLowerCase() });
    } else if (character) {
      take(character[0].length);
      tokens.push({ kind: 'number', value: characterConstant(character[1]), unsigned: false });
    } else if (operator) tokens.push({ kind: 'operator', text: take(operator[0].length) });
    else {
      throw new AdapterError(
        'evaluate-failed',
        `"${rest[0]}" begins nothing in a C expression: write variables, $registers, numbers and C operators.`,
      );
    }
  }
  tokens.push({ kind: 'end' });
  return tokens;
}
