/**
 * The arithmetic flags as RES, CARRY and ADJ, and the operations that leave them: what `core/cpu/integer` does, word for word. Operands of 8 and
 * 16 bits are zero extended, results are cut off where they are stored.
 */
import { ADJ, CARRY, get, RES, set, SYSFLAGS } from '../../assembly/state';

/** The operations of opcodes 00 to 3F and of group 1, by their number. */
export const ADC: u32 = 2;
export const SBB: u32 = 3;
export const AND: u32 = 4;
export const SUB: u32 = 5;
export const CMP: u32 = 7;

/** A number of T's width with its sign in all 32 bits. */
export function signed<T>(value: i32): i32 {
  const shift: i32 = 32 - 8 * sizeof<T>();
  return (value << shift) >> shift;
}

function leave<T>(result: i32, carry: i32): i32 {
  set(RES, signed<T>(result));
  if (sizeof<T>() == 4) set(CARRY, carry);
  else set(CARRY, (carry << i32(32 - 8 * sizeof<T>())) | (carry & 8));
  set(ADJ, 0);
  return result;
}

export function carryFlag(): i32 {
  return get(CARRY) >>> 31;
}

export function add<T>(a: i32, b: i32, carry: i32): i32 {
  const r = a + b + carry;
  return leave<T>(r, (a & b) | ((a | b) & ~r));
}

export function subtract<T>(a: i32, b: i32, borrow: i32): i32 {
  const r = a - b - borrow;
  return leave<T>(r, (~a & b) | ((~a | b) & r));
}

export function and<T>(a: i32, b: i32): i32 {
  return leave<T>(a & b, 0);
}

export function or<T>(a: i32, b: i32): i32 {
  return leave<T>(a | b, 0);
}

export function xor<T>(a: i32, b: i32): i32 {
  return leave<T>(a ^ b, 0);
}

/** ADD, OR, ADC, SBB, AND, SUB, XOR or CMP. */
export function binary<T>(operation: u32, a: i32, b: i32): i32 {
  switch (operation) {
    case 0:
      return add<T>(a, b, 0);
    case 1:
      return or<T>(a, b);
    case ADC:
      return add<T>(a, b, carryFlag());
    case SBB:
      return subtract<T>(a, b, carryFlag());
    case AND:
      return and<T>(a, b);
    case 6:
      return xor<T>(a, b);
    default:
      return subtract<T>(a, b, 0);
  }
}

/** INC and DEC keep CF. */
function keepCarry<T>(result: i32, overflow: bool, auxiliary: bool): i32 {
  const carry = get(CARRY) & -0x8000_0000;
  set(RES, signed<T>(result));
  set(ADJ, 0);
  set(CARRY, carry | ((carry >>> 1) ^ (overflow ? 0x4000_0000 : 0)) | (auxiliary ? 8 : 0));
  return result;
}

export function increment<T>(a: i32): i32 {
  const most: i32 = i32(((<u32>0xffff_ffff) >>> (32 - 8 * sizeof<T>())) >>> 1);
  return keepCarry<T>(a + 1, a == most, (a & 15) == 15);
}

export function decrement<T>(a: i32): i32 {
  const last: i32 = 8 * sizeof<T>() - 1;
  return keepCarry<T>(a - 1, a == 1 << last, (a & 15) == 0);
}

/** From a result with its sign extended, CF and OF; AF is cleared. */
export function setResult(result: i32, carry: i32, overflow: i32): void {
  set(RES, result);
  set(ADJ, 0);
  set(CARRY, (carry << 31) | ((carry ^ overflow) << 30));
}

/** CF alone. */
export function setCarry(carry: i32): void {
  // Bit 30 follows CF in bit 31, so that their difference, OF, stays.
  const old = get(CARRY);
  const overflow = (old ^ (old << 1)) & -0x8000_0000;
  const top = carry << 31;
  set(CARRY, (old & 0x3fff_ffff) | top | ((top ^ overflow) >>> 1));
}

/** CF and OF alone. */
export function setCarryOverflow(carry: i32, overflow: i32): void {
  set(CARRY, (get(CARRY) & 8) | (carry << 31) | ((carry ^ overflow) << 30));
}

export function overflowFlag(): i32 {
  const carry = get(CARRY);
  return (carry ^ (carry << 1)) >>> 31;
}
export function signFlag(): i32 {
  return (get(RES) ^ get(ADJ)) >>> 31;
}
export function parityFlag(): i32 {
  return (popcnt((get(RES) ^ get(ADJ)) & 0xff) & 1) ^ 1;
}
export function isBelow(): bool {
  return get(CARRY) < 0;
}
export function isZero(): bool {
  return get(RES) == 0;
}
export function isLess(): bool {
  return signFlag() != overflowFlag();
}

/** ZF alone. */
export function setZero(zero: bool): void {
  // RES is 0 (even parity) or 1 (odd parity); bit 0 of ADJ turns the parity over where PF disagrees.
  const sign = signFlag();
  const parity = parityFlag() != 0;
  set(RES, zero ? 0 : 1);
  set(ADJ, (sign << 31) | (parity != zero ? 1 : 0));
}

/** Condition 0 to 15 (SDM vol. 1, appendix B). */
export function holds(condition: u32): bool {
  let value = false;
  switch (condition >>> 1) {
    case 0:
      value = overflowFlag() != 0;
      break;
    case 1:
      value = isBelow();
      break;
    case 2:
      value = isZero();
      break;
    case 3:
      value = isBelow() || isZero();
      break;
    case 4:
      value = signFlag() != 0;
      break;
    case 5:
      value = parityFlag() != 0;
      break;
    case 6:
      value = isLess();
      break;
    default:
      value = isZero() || isLess();
  }
  return value != ((condition & 1) != 0);
}

/** All of EFLAGS. */
export function image(): i32 {
  const zero = get(RES) == 0 ? 0x40 : 0;
  const carry = get(CARRY);
  return (
    get(SYSFLAGS) |
    2 |
    (carry >>> 31) |
    (parityFlag() << 2) |
    ((carry & 8) << 1) |
    zero |
    (signFlag() << 7) |
    (overflowFlag() << 11)
  );
}
