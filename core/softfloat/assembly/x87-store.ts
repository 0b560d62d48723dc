/**
 * x87 stores and register moves (SDM vol. 2, FST, FIST, FISTTP, FBSTP, FXCH, FCMOV): results for memory are left at OUTPUT. A
 * store changes the stack only in `finishStore`, after memory has taken the result.
 */
import { INDEFINITE_M, INDEFINITE_SE } from './arith';
import { toDouble, toInteger, toPackedDecimal, toSingle } from './convert';
import { begin, rm, rse } from './round';
import { CHOP, IE, OE, OUTPUT, UE, controlWord, roundingControl } from './state';
import { fastDouble } from './x87-fast';
import { commitFlags, isEmpty, pop, put, signExponent, significand, stackFault, unmasked } from './x87-stack';

// Each returns 1 when OUTPUT is to be written to memory, 0 when an unmasked exception forbids it. `finishStore` pops and
// sets the flags once memory has been written: a page fault must leave everything as it was.

let pendingPop: bool = false;

function beginStore(pops: bool): bool {
  begin();
  pendingPop = pops;
  return isEmpty(0);
}
/** Commits a store that did not write: unmasked exception. */
function refuse(): u32 {
  commitFlags();
  return 0;
}
export function finishStore(): void {
  commitFlags();
  if (pendingPop) pop();
}

export function storeSingle(pops: bool): u32 {
  if (beginStore(pops)) {
    if (stackFault(false)) return refuse();
    store<u32>(OUTPUT, 0xffc0_0000);
    return 1;
  }
  const image = toSingle(significand(0), signExponent(0), roundingControl(), controlWord());
  if (unmasked(IE | OE | UE)) return refuse();
  store<u32>(OUTPUT, image);
  return 1;
}
export function storeDouble(pops: bool): u32 {
  if (beginStore(pops)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, 0xfff8_0000_0000_0000);
    return 1;
  }
  if (fastDouble(significand(0), signExponent(0))) return 1;
  const image = toDouble(significand(0), signExponent(0), roundingControl(), controlWord());
  if (unmasked(IE | OE | UE)) return refuse();
  store<u64>(OUTPUT, image);
  return 1;
}
export function storeExtended(): u32 {
  if (beginStore(true)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, INDEFINITE_M);
    store<u16>(OUTPUT + 8, u16(INDEFINITE_SE));
    return 1;
  }
  store<u64>(OUTPUT, significand(0));
  store<u16>(OUTPUT + 8, u16(signExponent(0)));
  return 1;
}
/** FIST, FISTP and FISTTP. `bits` is 16, 32 or 64. */
export function storeInteger(bits: i32, pops: bool, truncate: bool): u32 {
  if (beginStore(pops)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, u64(i64.MIN_VALUE >> (64 - bits)));
    return 1;
  }
  const value = toInteger(significand(0), signExponent(0), bits, truncate ? CHOP : roundingControl());
  if (unmasked(IE)) return refuse();
  store<u64>(OUTPUT, u64(value));
  return 1;
}
export function storePackedDecimal(): u32 {
  if (beginStore(true)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, 0xc000_0000_0000_0000);
    store<u16>(OUTPUT + 8, 0xffff);
    return 1;
  }
  toPackedDecimal(significand(0), signExponent(0), roundingControl());
  return unmasked(IE) ? refuse() : 1;
}
/** FST ST(i) and FSTP ST(i). */
export function storeRegister(i: u32, pops: bool): void {
  begin();
  if (isEmpty(0)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
    put(i, rm, rse);
  } else put(i, significand(0), signExponent(0));
  commitFlags();
  if (pops) pop();
}
export function exchange(i: u32): void {
  begin();
  if (isEmpty(0) || isEmpty(i)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
    if (isEmpty(0)) put(0, INDEFINITE_M, INDEFINITE_SE);
    if (isEmpty(i)) put(i, INDEFINITE_M, INDEFINITE_SE);
  }
  const m = significand(0);
  const se = signExponent(0);
  put(0, significand(i), signExponent(i));
  put(i, m, se);
  commitFlags();
}
/** FCMOVcc: the caller knows whether the condition holds. */
export function moveConditional(i: u32, holds: bool): void {
  begin();
  if (isEmpty(0) || isEmpty(i)) {
    if (!stackFault(false)) put(0, INDEFINITE_M, INDEFINITE_SE);
    commitFlags();
    return;
  }
  // C1 stays: no rounding, no stack fault.
  if (holds) put(0, significand(i), signExponent(i));
}
