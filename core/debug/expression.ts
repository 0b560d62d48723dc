/**
 * Expressions of the debugger (`protocol/debug-protocol.ts`) compiled to closures: once for a breakpoint, then evaluated at
 * each visit without a word to the debug adapter. 32-bit values are numbers, 64-bit values bigints.
 */
import {
  BINARY_OPERATORS,
  type Expression,
  UNARY_OPERATORS,
  type ValueType,
} from '../protocol/debug-protocol.ts';
import { SaidError, say } from '../sentences/say.ts';

/** Where values come from. */
export interface ExpressionSource {
  /** @returns `undefined` for a register that there is not */
  register(name: string): (() => number) | undefined;
  /** Reads memory without touching the machine; shorter where it ends. */
  read(address: number, length: number, physical: boolean): Uint8Array;
}

/** An expression has no value: nothing is mapped there, or it divides by 0. */
export class ExpressionFailure extends SaidError {}

/** An expression that cannot be compiled, in words for the user. */
export class ExpressionError extends SaidError {
  readonly code = 'bad-expression';
}

type Value = number | bigint;
export type Compiled = () => Value;

const MAX_DEPTH = 100;

const isWide = (type: ValueType) => type === 'i64' || type === 'u64';

/** A value brought into the range of its type. */
function wrap(value: Value, type: ValueType): Value {
  switch (type) {
    case 'i32':
      return Number(value) | 0;
    case 'u32':
      return Number(value) >>> 0;
    case 'i64':
      return BigInt.asIntN(64, BigInt(value));
    case 'u64':
      return BigInt.asUintN(64, BigInt(value));
    case 'f64':
      return Number(value);
  }
}

function convert(value: Value, from: ValueType, to: ValueType): Value {
  if (from === to) return value;
  if (from !== 'f64')
    return typeof value === 'bigint' && !isWide(to) && to !== 'f64'
      ? wrap(BigInt.asIntN(32, value), to)
      : wrap(value, to);
  const whole = Math.trunc(Number(value));
  if (!Number.isFinite(whole)) return wrap(0, to);
  return isWide(to) ? wrap(BigInt(whole), to) : wrap(Number(BigInt.asIntN(32, BigInt(whole))), to);
}

/** C's integer and floating-point operators on values of one type. */
function binary(operator: string, type: ValueType): ((a: Value, b: Value) => Value) | undefined {
  const compare: Record<string, (a: Value, b: Value) => boolean> = {
    '==': (a, b) => a === b,
    '!=': (a, b) => a !== b,
    '<': (a, b) => a < b,
    '<=': (a, b) => a <= b,
    '>': (a, b) => a > b,
    '>=': (a, b) => a >= b,
  };
  if (Object.hasOwn(compare, operator)) {
    const holds = compare[operator];
    return (a, b) => (holds(a, b) ? 1 : 0);
  }
  const compute = isWide(type) ? wideOperator(operator) : narrowOperator(operator, type);
  return compute && ((a, b) => wrap(compute(a as never, b as never), type));
}

function nonZero<T extends Value>(divisor: T): T {
  if (!truth(divisor)) throw new ExpressionFailure(say`it divides by zero`);
  return divisor;
}

function wideOperator(operator: string): ((a: bigint, b: bigint) => bigint) | undefined {
  const operators: Record<string, (a: bigint, b: bigint) => bigint> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / nonZero(b),
    '%': (a, b) => a % nonZero(b),
    '&': (a, b) => a & b,
    '|': (a, b) => a | b,
    '^': (a, b) => a ^ b,
    // The right side is an u32, as the processor takes it: modulo the width.
    '<<': (a, b) => a << (BigInt(b) & 63n),
    '>>': (a, b) => a >> (BigInt(b) & 63n),
  };
  return Object.hasOwn(operators, operator) ? operators[operator] : undefined;
}

function narrowOperator(operator: string, type: ValueType): ((a: number, b: number) => number) | undefined {
  const float = type === 'f64';
  const operators: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => (float ? a * b : Math.imul(a, b)),
    '/': (a, b) => (float ? a / b : Math.trunc(a / nonZero(b))),
    ...(float
      ? {}
      : {
          '%': (a: number, b: number) => a % nonZero(b),
          '&': (a: number, b: number) => a & b,
          '|': (a: number, b: number) => a | b,
          '^': (a: number, b: number) => a ^ b,
          '<<': (a: number, b: number) => a << b,
          '>>': (a: number, b: number) => (type === 'i32' ? a >> b : a >>> b),
        }),
  };
  return Object.hasOwn(operators, operator) ? operators[operator] : undefined;
}

function number(bytes: Uint8Array, size: number, signed: boolean, type: ValueType): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (type === 'f64') return size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  switch (size) {
    case 1:
      return wrap(signed ? view.getInt8(0) : view.getUint8(0), type);
    case 2:
      return wrap(signed ? view.getInt16(0, true) : view.getUint16(0, true), type);
    case 4:
      return wrap(signed ? view.getInt32(0, true) : view.getUint32(0, true), type);
    default:
      return wrap(signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true), type);
  }
}

const truth = (value: Value) => Number(value) !== 0;

/**
 * @throws ExpressionError for an expression that is no expression
 * @returns a function that throws `ExpressionFailure` when there is no value
 */
export function compileExpression(expression: Expression, source: ExpressionSource, depth = 0): Compiled {
  if (depth > MAX_DEPTH) throw new ExpressionError(say`The condition is nested too deeply.`);
  const compile = (part: Expression) => compileExpression(part, source, depth + 1);
  switch (expression.kind) {
    case 'constant': {
      const value = wrap(expression.value, expression.type);
      return () => value;
    }
    case 'register': {
      const register = source.register(expression.name);
      if (!register) throw new ExpressionError(say`There is no register "${expression.name}".`);
      return register;
    }
    case 'load': {
      const { size, signed, type, physical } = expression;
      const address = compile(expression.address);
      return () => {
        const at = Number(address()) >>> 0;
        const bytes = source.read(at, size, physical);
        if (bytes.length < size)
          throw new ExpressionFailure(say`nothing is mapped at 0x${at.toString(16).padStart(8, '0')}`);
        return number(bytes, size, signed, type);
      };
    }
    case 'bits': {
      const { type, shift, width, signed } = expression;
      const operand = compile(expression.operand);
      return () => {
        const bits = BigInt(operand()) >> BigInt(shift);
        return wrap(signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits), type);
      };
    }
    case 'convert': {
      const { from, to } = expression;
      const operand = compile(expression.operand);
      return () => convert(operand(), from, to);
    }
    case 'unary':
      return compileUnary(expression, compile(expression.operand));
    case 'binary': {
      const compute = binary(expression.operator, expression.type);
      if (!compute) throw unknownOperator(expression.operator, BINARY_OPERATORS);
      const left = compile(expression.left);
      const right = compile(expression.right);
      return () => compute(left(), right());
    }
    case 'and':
    case 'or': {
      const decides = expression.kind === 'or';
      const left = compile(expression.left);
      const right = compile(expression.right);
      return () =>
        truth(left()) === decides || truth(right()) === decides ? Number(decides) : Number(!decides);
    }
    case 'select': {
      const test = compile(expression.test);
      const yes = compile(expression.yes);
      const no = compile(expression.no);
      return () => (truth(test()) ? yes() : no());
    }
  }
}

function compileUnary(expression: Extract<Expression, { kind: 'unary' }>, operand: Compiled): Compiled {
  const { operator, type } = expression;
  switch (operator) {
    case '!':
      return () => (truth(operand()) ? 0 : 1);
    case '-':
      return () => wrap(-operand(), type);
    case '~':
      return () => wrap(~operand(), type);
    default:
      throw unknownOperator(operator, UNARY_OPERATORS);
  }
}

const unknownOperator = (operator: string, known: readonly string[]) =>
  new ExpressionError(say`There is no operator "${operator}": the operators are ${known.join(' ')}.`);
