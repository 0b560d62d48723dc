/** MUL, IMUL, DIV and IDIV, as `core/cpu/integer/muldiv.ts` does them. A division that would fault is left to it. */
import { ADJ, RES, set } from '../../assembly/state';
import { setResult, signed } from './flags';
import { EAX, EDX, register, setRegister } from './operands';

const AH: u32 = 4;

/** CF and OF say whether the upper half matters. */
function multiplied(low: i32, overflow: bool): void {
  setResult(low, overflow ? 1 : 0, overflow ? 1 : 0);
  if (low != 0) return;
  // Not zero, but with the even parity of zero: as the recorded processor has it.
  set(RES, 1);
  set(ADJ, 1);
}

function bitsOf<T>(): u32 {
  return 8 * sizeof<T>();
}

/** Product and both halves of it: AX, DX:AX or EDX:EAX. */
function setHalves<T>(low: i32, high: i32): void {
  setRegister<T>(EAX, low);
  setRegister<T>(sizeof<T>() == 1 ? AH : EDX, high);
}
function highHalf<T>(): i32 {
  return register<T>(sizeof<T>() == 1 ? AH : EDX);
}

export function multiplyUnsigned<T>(b: i32): void {
  const product = <u64>(<u32>register<T>(EAX)) * <u64>(<u32>b);
  setHalves<T>(<i32>product, <i32>(product >>> bitsOf<T>()));
  multiplied(signed<T>(<i32>product), product >>> bitsOf<T>() != 0);
}

export function multiplySigned<T>(b: i32): void {
  const product = <i64>signed<T>(register<T>(EAX)) * <i64>signed<T>(b);
  setHalves<T>(<i32>product, <i32>(product >> bitsOf<T>()));
  const low = signed<T>(<i32>product);
  multiplied(low, <i64>low != product);
}

/** The forms with two or three operands. */
export function product<T>(a: i32, b: i32): i32 {
  const whole = <i64>signed<T>(a) * <i64>signed<T>(b);
  const low = signed<T>(<i32>whole);
  multiplied(low, <i64>low != whole);
  return low;
}

function dividend<T>(): u64 {
  return ((<u64>(<u32>highHalf<T>())) << bitsOf<T>()) | (<u64>(<u32>register<T>(EAX)));
}

/** @returns whether it can be done */
export function divideUnsigned<T>(b: i32): bool {
  const divisor = <u64>(<u32>b);
  if (<u64>(<u32>highHalf<T>()) >= divisor) return false;
  const whole = dividend<T>();
  setHalves<T>(<i32>(whole / divisor), <i32>(whole % divisor));
  return true;
}

export function divideSigned<T>(b: i32): bool {
  const shift: u64 = 64 - 2 * bitsOf<T>();
  const whole = (<i64>(dividend<T>() << shift)) >> (<i64>shift);
  const divisor = <i64>signed<T>(b);
  const negative = whole < 0;
  const size: u64 = negative ? 0 - <u64>whole : <u64>whole;
  const by: u64 = divisor < 0 ? 0 - <u64>divisor : <u64>divisor;
  if (by == 0 || size >>> bitsOf<T>() >= by) return false;
  const quotient = size / by;
  const rest = size % by;
  const negativeQuotient = negative != divisor < 0;
  const last: u64 = bitsOf<T>() - 1;
  const most: u64 = 1 << last;
  if (quotient > (negativeQuotient ? most : most - 1)) return false;
  setHalves<T>(<i32>(negativeQuotient ? 0 - quotient : quotient), <i32>(negative ? 0 - rest : rest));
  return true;
}
