/**
 * Values on the stack of a DWARF expression and what operators make of them: integers modulo their size, or
 * floating-point numbers. Pure functions. Source: DWARF 5 §2.5.1.4, §2.5.1.6.
 */
import { DW_ATE, DW_OP } from './constants.ts';

/** A base type an expression refers to: `size` in bytes, `encoding` a DW_ATE. */
export interface StackType {
  size: number;
  encoding: number;
}

export interface StackValue {
  bits: bigint;
  type: StackType;
}

/** The generic type: of the size of an address, of no sign of its own. */
export const GENERIC: StackType = { size: 4, encoding: DW_ATE.unsigned };

/** DW_OP_abs, neg or not. */
export function unary(op: number, value: StackValue): StackValue {
  const { type } = value;
  if (isFloat(type)) {
    const x = toFloat(value);
    return { bits: fromFloat(op === DW_OP.abs ? Math.abs(x) : -x, type), type };
  }
  const x = signed(value);
  return { bits: op === DW_OP.not ? ~x : op === DW_OP.abs && x >= 0n ? x : -x, type };
}

/** An operator of two operands; undefined when it is none for values of this type. */
export function binary(
  op: number,
  left: StackValue,
  right: StackValue,
): StackValue | 'division by zero' | undefined {
  return isFloat(left.type) ? floatBinary(op, left, right) : integerBinary(op, left, right);
}

/** DW_OP_convert; undefined for what is no number of the type. */
export function convert(value: StackValue, type: StackType): StackValue | undefined {
  if (isFloat(value.type)) {
    const x = toFloat(value);
    if (isFloat(type)) return { bits: fromFloat(x, type), type };
    return Number.isFinite(x) ? { bits: BigInt(Math.trunc(x)), type } : undefined;
  }
  const x = isSigned(value.type) ? signed(value) : value.bits;
  return { bits: isFloat(type) ? fromFloat(Number(x), type) : x, type };
}

const truth = (isTrue: boolean): StackValue => ({ bits: isTrue ? 1n : 0n, type: GENERIC });

function compare<T extends number | bigint>(op: number, x: T, y: T): StackValue | undefined {
  switch (op) {
    case DW_OP.eq:
      return truth(x === y);
    case DW_OP.ne:
      return truth(x !== y);
    case DW_OP.lt:
      return truth(x < y);
    case DW_OP.le:
      return truth(x <= y);
    case DW_OP.gt:
      return truth(x > y);
    case DW_OP.ge:
      return truth(x >= y);
    default:
      return undefined;
  }
}

function integerBinary(
  op: number,
  a: StackValue,
  b: StackValue,
): StackValue | 'division by zero' | undefined {
  const { type } = a;
  const x = signed(a);
  const width = BigInt(type.size * 8);
  const shift = b.bits > width ? width : b.bits;
  // Comparison and division of the generic type are signed.
  const isUnsigned = type !== GENERIC && !isSigned(type);
  const p = isUnsigned ? a.bits : x;
  const q = isUnsigned ? b.bits : signed(b);
  switch (op) {
    case DW_OP.and:
      return { bits: a.bits & b.bits, type };
    case DW_OP.or:
      return { bits: a.bits | b.bits, type };
    case DW_OP.xor:
      return { bits: a.bits ^ b.bits, type };
    case DW_OP.plus:
      return { bits: a.bits + b.bits, type };
    case DW_OP.minus:
      return { bits: a.bits - b.bits, type };
    case DW_OP.mul:
      return { bits: a.bits * b.bits, type };
    case DW_OP.div:
      return b.bits === 0n ? 'division by zero' : { bits: p / q, type };
    case DW_OP.mod:
      if (b.bits === 0n) return 'division by zero';
      return { bits: type === GENERIC ? a.bits % b.bits : p % q, type };
    case DW_OP.shl:
      return { bits: a.bits << shift, type };
    case DW_OP.shr:
      return { bits: a.bits >> shift, type };
    case DW_OP.shra:
      return { bits: x >> shift, type };
    default:
      return compare(op, p, q);
  }
}

function floatBinary(op: number, a: StackValue, b: StackValue): StackValue | undefined {
  const { type } = a;
  const x = toFloat(a);
  const y = toFloat(b);
  switch (op) {
    case DW_OP.plus:
      return { bits: fromFloat(x + y, type), type };
    case DW_OP.minus:
      return { bits: fromFloat(x - y, type), type };
    case DW_OP.mul:
      return { bits: fromFloat(x * y, type), type };
    case DW_OP.div:
      return { bits: fromFloat(x / y, type), type };
    default:
      return compare(op, x, y);
  }
}

function isFloat(type: StackType): boolean {
  return type.encoding === DW_ATE.float && (type.size === 4 || type.size === 8);
}

function isSigned(type: StackType): boolean {
  return type.encoding === DW_ATE.signed || type.encoding === DW_ATE.signed_char;
}

function signed(value: StackValue): bigint {
  return BigInt.asIntN(value.type.size * 8, value.bits);
}

const scratch = new DataView(new ArrayBuffer(8));

function toFloat(value: StackValue): number {
  scratch.setBigUint64(0, value.bits);
  return value.type.size === 4 ? scratch.getFloat32(4) : scratch.getFloat64(0);
}

function fromFloat(value: number, type: StackType): bigint {
  if (type.size === 4) {
    scratch.setFloat32(0, value);
    return BigInt(scratch.getUint32(0));
  }
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}
