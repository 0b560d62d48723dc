/** x87 loads (SDM vol. 2, FLD, FILD, FBLD, FLD1 and the other constants): operands from memory come as integers. */
import { fromDouble, fromInteger, fromPackedDecimal, fromSingle } from './convert';
import { begin, result, rm, rse } from './round';
import { CHOP, IE, INTEGER_BIT, roundingControl } from './state';
import {
  commitFlags,
  isEmpty,
  put,
  setTop,
  signExponent,
  significand,
  stackFault,
  top,
  unmasked,
} from './x87-stack';
import { fastLoadDouble } from './x87-fast';

/** Pushes `rm`, `rse` unless the load is invalid; an unmasked denormal is pushed. */
function push(): void {
  if (!isEmpty(7)) {
    setFlagsForOverflow();
    if (unmasked(IE)) {
      commitFlags();
      return;
    }
  } else if (unmasked(IE)) {
    commitFlags();
    return;
  }
  const m = rm;
  const se = rse;
  setTop(top() - 1);
  put(0, m, se);
  commitFlags();
}
function setFlagsForOverflow(): void {
  begin();
  stackFault(true);
}

export function loadSingle(bits: u32): void {
  begin();
  fromSingle(bits);
  push();
}
export function loadDouble(lo: u32, hi: u32): void {
  const bits = u64(lo) | (u64(hi) << 32);
  if (fastLoadDouble(bits)) return;
  begin();
  fromDouble(bits);
  push();
}
/** FLD m80 takes any bit pattern and raises nothing. */
export function loadExtended(lo: u32, hi: u32, se: u32): void {
  begin();
  result(u64(lo) | (u64(hi) << 32), se & 0xffff);
  push();
}
export function loadInteger(lo: u32, hi: u32): void {
  begin();
  fromInteger(i64(u64(lo) | (u64(hi) << 32)));
  push();
}
export function loadPackedDecimal(lo: u32, hi: u32, last: u32): void {
  begin();
  fromPackedDecimal(u64(lo) | (u64(hi) << 32), last);
  push();
}
export function loadRegister(i: u32): void {
  begin();
  if (isEmpty(i)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
    const m = rm;
    const se = rse;
    setTop(top() - 1);
    put(0, m, se);
    commitFlags();
    return;
  }
  result(significand(i), signExponent(i));
  push();
}
/** FLD1 FLDL2T FLDL2E FLDPI FLDLG2 FLDLN2 FLDZ, rounded as the rounding control says. */
export function loadConstant(n: u32): void {
  begin();
  const rc = roundingControl();
  const down = rc == 1 || rc == CHOP;
  switch (n) {
    case 0:
      result(INTEGER_BIT, 0x3fff);
      break;
    case 1:
      result(rc == 2 ? 0xd49a_784b_cd1b_8aff : 0xd49a_784b_cd1b_8afe, 0x4000);
      break;
    case 2:
      result(down ? 0xb8aa_3b29_5c17_f0bb : 0xb8aa_3b29_5c17_f0bc, 0x3fff);
      break;
    case 3:
      result(down ? 0xc90f_daa2_2168_c234 : 0xc90f_daa2_2168_c235, 0x4000);
      break;
    case 4:
      result(down ? 0x9a20_9a84_fbcf_f798 : 0x9a20_9a84_fbcf_f799, 0x3ffd);
      break;
    case 5:
      result(down ? 0xb172_17f7_d1cf_79ab : 0xb172_17f7_d1cf_79ac, 0x3ffe);
      break;
    default:
      result(0, 0);
  }
  push();
}
