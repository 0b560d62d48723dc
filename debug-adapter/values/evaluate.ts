/**
 * Evaluates C expressions over a stopped program (C11 6.5): variables, registers, memory, casts, members, arithmetic.
 * What would change the program (assignment, calls, ++) is refused with a sentence.
 */
import { AdapterError } from '../errors.ts';
import type { CType } from '../symbols/types.ts';
import { memberOf } from './format.ts';
import { type Token, tokenize } from './lexer.ts';
import {
  arrayOf,
  bare,
  bytesOf,
  commonType,
  fromInteger,
  INT,
  integerOf,
  isFloat,
  isScalar,
  literalType,
  sizeOf,
  type TypedValue,
  UNSIGNED,
  type ValueContext,
} from './value.ts';

export interface EvaluateContext extends ValueContext {
  /** A variable, parameter or function by name. */
  readonly variable: (name: string) => TypedValue | undefined;
  /** A type by its name: `struct x`, a typedef, a base type. */
  readonly type: (name: string) => CType | undefined;
  /** A register by its lower-case name; `undefined` when it has none or it was not saved. */
  readonly register: (name: string) => number | undefined;
}

/** Deepest nesting of an expression. */
const MAX_DEPTH = 200;

/** Binary operators by precedence, loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '++', '--'];
const BASE_WORDS = new Set([
  'unsigned',
  'signed',
  'int',
  'char',
  'short',
  'long',
  'void',
  '_Bool',
  'bool',
  'const',
  'volatile',
]);
const SIZES: readonly (readonly [RegExp, number])[] = [
  [/char/, 1],
  [/short/, 2],
  [/long.*long/, 8],
];

function fail(message: string): never {
  throw new AdapterError('evaluate-failed', message);
}

/** A base type written with C's own words. */
function baseType(words: readonly string[]): CType {
  const text = words.filter((word) => word !== 'const' && word !== 'volatile').join(' ');
  if (text === 'void') return { kind: 'void' };
  if (text === '_Bool' || text === 'bool')
    return { kind: 'base', name: '_Bool', size: 1, encoding: 'boolean' };
  const size = SIZES.find(([pattern]) => pattern.test(text))?.[1] ?? 4;
  const unsigned = text.includes('unsigned');
  const encoding =
    size === 1 ? (unsigned ? 'unsigned-char' : 'signed-char') : unsigned ? 'unsigned' : 'signed';
  return { kind: 'base', name: text, size, encoding };
}

export function evaluate(source: string, context: EvaluateContext): TypedValue {
  const tokens = tokenize(source);
  let at = 0;
  let depth = 0;
  /** Above 0 in an operand that C does not evaluate: its values are not read, its types still count. */
  let idle = 0;

  const peek = (): Token => tokens[at];
  const isOperator = (...texts: string[]) => {
    const token = peek();
    return token.kind === 'operator' && texts.includes(token.text);
  };
  const accept = (text: string) => {
    if (!isOperator(text)) return false;
    at++;
    return true;
  };
  const expect = (text: string) => {
    if (accept(text)) return;
    const token = peek();
    const found =
      token.kind === 'end' ? 'the end' : token.kind === 'number' ? String(token.value) : `"${token.text}"`;
    fail(`The expression needs "${text}" here, but ${found} follows.`);
  };

  function integer(value: TypedValue): bigint {
    const array = arrayOf(value.type);
    if (array) return BigInt(addressOf(value));
    if (bare(value.type).kind === 'function') return BigInt(addressOf(value));
    if (!isScalar(value.type))
      fail('A number is needed here, but this is a structure: choose one of its members.');
    if (isFloat(value.type))
      fail('Floating-point values can be shown, but not computed with: use whole numbers.');
    if (idle > 0) return 0n;
    if (value.location.kind === 'optimised-out')
      fail(`This value is optimised out: ${value.location.reason}.`);
    const bytes = bytesOf(value, context);
    if (!bytes) fail('This value cannot be read: its memory is not mapped.');
    return integerOf(bytes, value.type);
  }
  function addressOf(value: TypedValue): number {
    if (idle > 0) return 0;
    if (value.location.kind !== 'memory')
      fail('This value has no address: it lives in a register or is a result.');
    return value.location.address >>> 0;
  }
  const at32 = (address: bigint, type: CType): TypedValue => ({
    type,
    location: { kind: 'memory', address: Number(BigInt.asUintN(32, address)) },
  });

  /** Parses an operand without evaluating it. */
  function unevaluated<T>(parse: () => T): T {
    idle++;
    try {
      return parse();
    } finally {
      idle--;
    }
  }

  /** What a pointer or an array points to. */
  function target(type: CType): CType | undefined {
    const plain = bare(type);
    return plain.kind === 'pointer' ? plain.target : arrayOf(type)?.element;
  }

  function dereference(value: TypedValue): TypedValue {
    const pointed = target(value.type);
    if (!pointed) {
      // A bare number is an address of a word: handy for *$esp.
      return at32(integer(value), UNSIGNED);
    }
    if (bare(pointed).kind === 'void')
      fail('A "void *" points to nothing known: cast it, for example *(int *)p.');
    return at32(integer(value), pointed);
  }

  function member(value: TypedValue, name: string): TypedValue {
    const type = bare(value.type);
    if (type.kind !== 'struct' && type.kind !== 'union') fail(`".${name}" needs a structure on its left.`);
    const found = findMember(value, name);
    if (found) return found;
    const names = type.members.map((m) => m.name).filter((n) => n !== undefined);
    return fail(`There is no member "${name}": the structure has ${names.slice(0, 12).join(', ')}.`);
  }

  /** A member by name, also inside anonymous structures and unions (C11 6.7.2.1, 13). */
  function findMember(value: TypedValue, name: string, nesting = 0): TypedValue | undefined {
    const type = bare(value.type);
    if ((type.kind !== 'struct' && type.kind !== 'union') || nesting > MAX_DEPTH) return undefined;
    for (const candidate of type.members) {
      if (candidate.name === name) return memberOf(value, candidate, context);
      if (candidate.name !== undefined) continue;
      const inner = findMember(memberOf(value, candidate, context), name, nesting + 1);
      if (inner) return inner;
    }
    return undefined;
  }

  function typeName(): CType | undefined {
    const start = at;
    const words: string[] = [];
    for (let token = peek(); token.kind === 'name'; token = peek()) {
      const { text } = token;
      const tag = words.at(-1);
      if (BASE_WORDS.has(text) || ['struct', 'union', 'enum'].includes(text)) words.push(text);
      else if (tag === 'struct' || tag === 'union' || tag === 'enum') words.push(text);
      else if (words.filter((w) => w !== 'const' && w !== 'volatile').length === 0 && context.type(text))
        words.push(text);
      else break;
      at++;
    }
    if (words.length === 0) return undefined;
    const plain = words.filter((word) => word !== 'const' && word !== 'volatile');
    let type = plain.every((word) => BASE_WORDS.has(word)) ? baseType(words) : context.type(plain.join(' '));
    if (!type) {
      if (['struct', 'union', 'enum'].includes(plain[0]))
        fail(`There is no type "${plain.join(' ')}" in the debug information.`);
      at = start;
      return undefined;
    }
    while (accept('*')) type = { kind: 'pointer', size: 4, target: type };
    return type;
  }

  function cast(value: TypedValue, type: CType): TypedValue {
    if (bare(type).kind === 'void') return { type, location: { kind: 'value', bytes: new Uint8Array(0) } };
    if (!isScalar(type)) {
      return value.location.kind === 'memory'
        ? { type, location: value.location }
        : fail('Only numbers and pointers can be cast.');
    }
    const number = integer(value);
    if (isFloat(type)) fail('Nothing can be cast to a floating-point type here: use whole numbers.');
    const plain = bare(type);
    const boolean = plain.kind === 'base' && plain.encoding === 'boolean';
    return fromInteger(boolean && number !== 0n ? 1n : number, type);
  }

  function primary(): TypedValue {
    const token = peek();
    at++;
    switch (token.kind) {
      case 'number': {
        const type = literalType(token.value, token.hex, token.suffix);
        if (!type) fail(`The number ${token.value} does not fit into 64 bits.`);
        return fromInteger(token.value, type);
      }
      case 'register': {
        const value = context.register(token.text);
        if (value === undefined) fail(`There is no register "$${token.text}" in this frame.`);
        return fromInteger(BigInt(value >>> 0), UNSIGNED);
      }
      case 'name': {
        const value = context.variable(token.text);
        if (!value)
          fail(`There is no variable "${token.text}" here: it may be in another function or optimised away.`);
        return value;
      }
      case 'operator':
        if (token.text === '(') {
          const value = ternary();
          expect(')');
          return value;
        }
        return fail(`"${token.text}" cannot begin a value.`);
      case 'end':
        return fail('The expression ends where a value is needed.');
    }
  }

  function postfix(): TypedValue {
    let value = primary();
    for (;;) {
      if (accept('[')) {
        const index = integer(ternary());
        expect(']');
        const element = target(value.type);
        if (!element) fail('Only arrays and pointers can be indexed.');
        value = at32(integer(value) + index * BigInt(sizeOf(element)), element);
      } else if (isOperator('.', '->')) {
        const arrow = isOperator('->');
        at++;
        const token = peek();
        if (token.kind !== 'name') fail(`A member's name must follow "${arrow ? '->' : '.'}".`);
        at++;
        const isAddress = bare(value.type).kind === 'pointer' || (arrow && arrayOf(value.type) !== undefined);
        const pointed = isAddress ? dereference(value) : value;
        value = member(pointed, token.text);
      } else if (isOperator('('))
        fail('Calling functions of the guest is not possible: it would change its state.');
      else return value;
    }
  }

  function unary(): TypedValue {
    if (++depth > MAX_DEPTH) fail('The expression is nested too deeply.');
    try {
      if (isOperator('++', '--')) fail('Changing values in an expression is not possible.');
      if (accept('*')) return dereference(unary());
      if (accept('&')) {
        const value = unary();
        return fromInteger(BigInt(addressOf(value)), { kind: 'pointer', size: 4, target: value.type });
      }
      if (accept('-')) return arithmetic('-', fromInteger(0n, INT), unary());
      if (accept('+')) return arithmetic('+', fromInteger(0n, INT), unary());
      if (accept('~')) {
        const value = unary();
        return fromInteger(~integer(value), commonType(value.type, INT));
      }
      if (accept('!')) return fromInteger(integer(unary()) === 0n ? 1n : 0n, INT);
      const token = peek();
      if (token.kind === 'name' && token.text === 'sizeof') {
        at++;
        return sizeofOperator();
      }
      if (isOperator('(')) {
        const start = at;
        at++;
        const type = typeName();
        if (type && accept(')')) return cast(unary(), type);
        at = start;
      }
      return postfix();
    } finally {
      depth--;
    }
  }

  function sizeofOperator(): TypedValue {
    const start = at;
    if (accept('(')) {
      const type = typeName();
      if (type && accept(')')) return fromInteger(BigInt(sizeOf(type)), UNSIGNED);
      at = start;
    }
    return fromInteger(BigInt(sizeOf(unevaluated(unary).type)), UNSIGNED);
  }

  function arithmetic(operator: string, left: TypedValue, right: TypedValue): TypedValue {
    let a = integer(left);
    let b = integer(right);
    const pointed = target(left.type);
    if (pointed && (operator === '+' || operator === '-')) {
      const size = BigInt(Math.max(1, sizeOf(pointed)));
      if (operator === '-' && target(right.type)) return fromInteger((a - b) / size, INT);
      const type: CType = { kind: 'pointer', size: 4, target: pointed };
      return fromInteger(operator === '+' ? a + b * size : a - b * size, type);
    }
    if (operator === '+' && target(right.type)) return arithmetic('+', right, left);
    const type =
      operator === '<<' || operator === '>>' ? commonType(left.type, INT) : commonType(left.type, right.type);
    // Both operands become the common type first: -1 / 2u is a large number.
    a = integerOf(bytesOf(fromInteger(a, type), context)!, type);
    if (operator !== '<<' && operator !== '>>') b = integerOf(bytesOf(fromInteger(b, type), context)!, type);
    return fromInteger(integerResult(operator, a, b, type), type);
  }

  function integerResult(operator: string, a: bigint, b: bigint, type: CType): bigint {
    const bits = BigInt(sizeOf(type) * 8);
    if (idle > 0) return 0n;
    if ((operator === '/' || operator === '%') && b === 0n) fail('Division by zero.');
    if ((operator === '<<' || operator === '>>') && (b < 0n || b >= bits))
      fail(`A shift by ${b} is outside of 0 to ${bits - 1n}.`);
    switch (operator) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return a / b;
      case '%':
        return a % b;
      case '&':
        return a & b;
      case '|':
        return a | b;
      case '^':
        return a ^ b;
      case '<<':
        return a << b;
      default:
        return a >> b;
    }
  }

  function comparison(operator: string, left: TypedValue, right: TypedValue): TypedValue {
    const type = commonType(left.type, right.type);
    // Both sides in the common type: -1 is not less than 1u.
    const a = integer(fromInteger(integer(left), type));
    const b = integer(fromInteger(integer(right), type));
    const holds = { '==': a === b, '!=': a !== b, '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }[
      operator
    ];
    return fromInteger(holds ? 1n : 0n, INT);
  }

  function binary(level: number): TypedValue {
    if (level === LEVELS.length) return unary();
    let left = binary(level + 1);
    while (isOperator(...LEVELS[level])) {
      const token = peek();
      const operator = token.kind === 'operator' ? token.text : '';
      at++;
      if (operator === '||' || operator === '&&') {
        const decides = idle === 0 && (integer(left) !== 0n) === (operator === '||');
        const right = decides ? unevaluated(() => binary(level + 1)) : binary(level + 1);
        const result = decides ? operator === '||' : integer(right) !== 0n;
        left = fromInteger(result ? 1n : 0n, INT);
        continue;
      }
      const right = binary(level + 1);
      if (level === 5 || level === 6) left = comparison(operator, left, right);
      else left = arithmetic(operator, left, right);
    }
    return left;
  }

  function ternary(): TypedValue {
    const condition = binary(0);
    if (!accept('?')) return condition;
    const holds = integer(condition) !== 0n;
    const yes = holds ? ternary() : unevaluated(ternary);
    expect(':');
    const no = holds ? unevaluated(ternary) : ternary();
    const chosen = holds ? yes : no;
    if (!isScalar(yes.type) || !isScalar(no.type) || target(yes.type) || target(no.type)) return chosen;
    return idle > 0 ? chosen : fromInteger(integer(chosen), commonType(yes.type, no.type));
  }

  const value = ternary();
  if (isOperator(...ASSIGNMENTS))
    fail('Assignment is not possible: expressions only look at the guest, they never change it.');
  if (peek().kind !== 'end') expect('the end');
  return value;
}
