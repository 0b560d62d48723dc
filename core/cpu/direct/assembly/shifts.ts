/**
 * ROL, ROR, SHL, SHR, SAR, SHLD and SHRD, as `core/cpu/integer/shift.ts` does them: also where the manual leaves flags undefined. RCL and RCR are
 * left to it.
 */
import { setCarry, setCarryOverflow, setResult, signed } from './flags';

function bitsOf<T>(): i32 {
  return 8 * <i32>sizeof<T>();
}
function bit(value: i32, n: i32): i32 {
  return (value >>> n) & 1;
}
function cut<T>(value: i32): i32 {
  return <i32>((<u32>value) & ((<u32>0xffff_ffff) >>> (<u32>(32 - bitsOf<T>()))));
}
/** OF of a shift to the left by 1: the two upper bits differ. */
function firstStepLeft<T>(value: i32): i32 {
  return bit(value, bitsOf<T>() - 1) ^ bit(value, bitsOf<T>() - 2);
}

/** The digits of group 2. */
export const ROL: u32 = 0;
export const ROR: u32 = 1;
const RCL: u32 = 2;
const RCR: u32 = 3;
export const SHL: u32 = 4;
export const SHR: u32 = 5;
export const SAR: u32 = 7;

export function isShift(digit: u32): bool {
  return digit != RCL && digit != RCR;
}

/**
 * @param value zero extended. @param count 1 to 31
 * @param keeps a rotation by more than 1 leaves OF as it is: those of registers by an immediate
 */
// @inline
export function shift<T>(digit: u32, value: i32, count: i32, keeps: bool): i32 {
  const bits = bitsOf<T>();
  let result: i32;
  if (digit <= ROR) {
    const n = count & (bits - 1);
    if (n == 0) result = value;
    else if (digit == ROL) result = cut<T>((value << n) | (value >>> (bits - n)));
    else result = cut<T>((value >>> n) | (value << (bits - n)));
    const carry = digit == ROL ? result & 1 : bit(result, bits - 1);
    if (keeps && count != 1) setCarry(carry);
    else
      setCarryOverflow(carry, digit == ROL ? firstStepLeft<T>(value) : bit(value, bits - 1) ^ bit(value, 0));
    return result;
  }
  if (digit == SHR) {
    result = value >>> count;
    setResult(signed<T>(result), bit(value, count - 1), bit(value, bits - 1));
    return result;
  }
  if (digit == SAR) {
    const wide = signed<T>(value);
    result = wide >> count;
    setResult(result, (wide >> (count - 1)) & 1, 0);
    return result;
  }
  result = cut<T>(value << count);
  setResult(signed<T>(result), count <= bits ? bit(value, bits - count) : 0, firstStepLeft<T>(value));
  return result;
}

/** Counts above the operand's size are undefined; this is what current processors do. */
export function shiftLeftDouble<T>(value: i32, fill: i32, count: i32): i32 {
  let result: i32;
  let carry: i32;
  if (sizeof<T>() == 4) {
    result = (value << count) | (fill >>> (32 - count));
    carry = bit(value, 32 - count);
  } else {
    result =
      count <= 16
        ? (((value << 16) | fill) << count) >>> 16
        : ((fill << (count - 16)) | (value >>> (32 - count))) & 0xffff;
    carry = count <= 16 ? bit(value, 16 - count) : bit(fill, 32 - count);
  }
  setResult(signed<T>(result), carry, firstStepLeft<T>(value));
  return result;
}

export function shiftRightDouble<T>(value: i32, fill: i32, count: i32): i32 {
  let result: i32;
  let carry: i32;
  if (sizeof<T>() == 4) {
    result = (value >>> count) | (fill << (32 - count));
    carry = bit(value, count - 1);
  } else {
    const wide = (fill << 16) | value;
    const rotated = count > 16 ? (wide >>> count) | (value << (32 - count)) : wide >>> count;
    result = rotated & 0xffff;
    carry = count <= 16 ? bit(value, count - 1) : bit(fill, count - 17);
  }
  setResult(signed<T>(result), carry, bit(value, bitsOf<T>() - 1) ^ bit(fill, 0));
  return result;
}
