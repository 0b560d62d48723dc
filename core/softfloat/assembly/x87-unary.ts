/** x87 instructions with one operand (SDM vol. 2, FABS, FCHS, FSQRT, FRNDINT, FXTRACT). */
import {
  INDEFINITE_M,
  INDEFINITE_SE,
  isDenormal,
  isInfinite,
  isNan,
  propagate,
  squareRoot,
  unsupported,
} from './arith';
import { fromInteger, roundToIntegral } from './convert';
import { begin, ex, flag, result, rm, rse } from './round';
import { BIAS, DE, EXPONENT, IE, INTEGER_BIT, SF, SIGN, ZE, roundingControl } from './state';
import {
  BEFORE,
  abandon,
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

/** FCHS (`change`) and FABS: no exception but the stack's. */
export function changeSign(change: bool): void {
  begin();
  if (isEmpty(0)) {
    if (!stackFault(false)) put(0, rm, rse);
    commitFlags();
    return;
  }
  const se = signExponent(0);
  put(0, significand(0), change ? se ^ SIGN : se & ~SIGN);
  commitFlags();
}

/** Writes the result of a one-operand instruction to ST(0). Returns false when an unmasked exception forbids it. */
export function putResult(): bool {
  if (unmasked(BEFORE)) {
    abandon();
    return false;
  }
  put(0, rm, rse);
  commitFlags();
  return true;
}

export function squareRootTop(): void {
  begin();
  if (isEmpty(0)) stackFault(false);
  else squareRoot(significand(0), signExponent(0));
  finishUnary();
}
function finishUnary(): void {
  if ((ex & SF) != 0) {
    if (!unmasked(IE)) put(0, rm, rse);
    commitFlags();
    return;
  }
  putResult();
}
export function roundTop(): void {
  begin();
  if (isEmpty(0)) stackFault(false);
  else {
    const m = significand(0);
    const se = signExponent(0);
    if (unsupported(m, se)) {
      flag(IE);
      result(INDEFINITE_M, INDEFINITE_SE);
    } else if (isNan(m, se)) propagate(m, se, m, se);
    else roundToIntegral(m, se, roundingControl());
  }
  finishUnary();
}

/** FXTRACT: exponent in place of ST(0), significand pushed. */
export function extract(): void {
  begin();
  const overflow = !isEmpty(7);
  if (isEmpty(0) || overflow) {
    if (stackFault(overflow && !isEmpty(0))) {
      commitFlags();
      return;
    }
    put(0, INDEFINITE_M, INDEFINITE_SE);
    setTop(top() - 1);
    put(0, INDEFINITE_M, INDEFINITE_SE);
    commitFlags();
    return;
  }
  const m = significand(0);
  const se = signExponent(0);
  let partM = m;
  let partSe = se;
  if (unsupported(m, se)) {
    flag(IE);
    result(INDEFINITE_M, INDEFINITE_SE);
    partM = INDEFINITE_M;
    partSe = INDEFINITE_SE;
  } else if (isNan(m, se)) {
    propagate(m, se, m, se);
    partM = rm;
    partSe = rse;
  } else if (isInfinite(m, se)) {
    result(INTEGER_BIT, EXPONENT);
  } else if (m == 0) {
    flag(ZE);
    result(INTEGER_BIT, SIGN | EXPONENT);
  } else {
    if (isDenormal(m, se)) flag(DE);
    const shift = i32(clz(m));
    const e = i32(se & EXPONENT) + i32((se & EXPONENT) == 0) - shift - BIAS;
    fromInteger(i64(e));
    partM = m << shift;
    partSe = (se & SIGN) | u32(BIAS);
  }
  if (unmasked(BEFORE)) {
    commitFlags();
    return;
  }
  const em = rm;
  const ese = rse;
  put(0, em, ese);
  setTop(top() - 1);
  put(0, partM, partSe);
  commitFlags();
}
