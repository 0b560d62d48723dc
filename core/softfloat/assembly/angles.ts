/**
 * FSIN, FCOS, FSINCOS, FPTAN and FPATAN (SDM vol. 1, section 8.3.7; vol. 2A). Angles are reduced with the 66-bit value of
 * pi that x87 processors use.
 */
import {
  indefinite,
  INDEFINITE_M,
  INDEFINITE_SE,
  isDenormal,
  isInfinite,
  isNan,
  propagate,
  special,
  unsupported,
} from './arith';
import { begin, flag, result, rm, rse } from './round';
import {
  exponentOf,
  finishFault,
  finishFaultPop,
  finishPop,
  finishTop,
  ONE,
  packWide,
  packWideTo,
  toFraction,
} from './series';
import {
  BIAS,
  C2,
  DE,
  EXPONENT,
  INTEGER_BIT,
  NEAREST,
  roundingControl,
  SIGN,
  STATUS,
  statusWord,
} from './state';
import {
  divideSmall,
  divideWide,
  multiplyHigh,
  multiplyWide,
  normalizeWide,
  setWide,
  shiftRightWide,
  we,
  wh,
  wl,
} from './wide';
import {
  abandon,
  BEFORE,
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

/** pi: significand; exponent 1 for pi, 0 for pi/2. */
const PI_H: u64 = 0xc90f_daa2_2168_c234;
const PI_L: u64 = 0xc4c6_628b_80dc_1cd1;
/** pi as the processor knows it: 66 bits. */
const PI66_L: u64 = 0xc000_0000_0000_0000;

/** atan(k / 8) in Q1.127, upper and lower words. */
function arctangentHigh(k: u32): u64 {
  switch (k) {
    case 1:
      return 0x0fea_dd4d_5617_b6e3;
    case 2:
      return 0x1f5b_75f9_2c80_dd62;
    case 3:
      return 0x2dec_3283_c9bd_e11c;
    case 4:
      return 0x3b58_ce0a_c376_9ed1;
    case 5:
      return 0x4780_2eaf_7bfa_cfcd;
    case 6:
      return 0x525e_3e8c_9a7b_8492;
    case 7:
      return 0x5c02_9f15_e118_cf39;
    default:
      return 0x6487_ed51_10b4_611a;
  }
}
function arctangentLow(k: u32): u64 {
  switch (k) {
    case 1:
      return 0x2c89_7989_f3e8_88ef;
    case 2:
      return 0xadb8_f3de_bef4_42fc;
    case 3:
      return 0xe2a8_c848_b73f_9121;
    case 4:
      return 0x5bf9_117b_2f0e_a341;
    case 5:
      return 0xae41_af0b_32e2_1ba4;
    case 6:
      return 0x0cd4_3f95_22be_d64f;
    case 7:
      return 0xe596_d2a8_8522_221e;
    default:
      return 0x6263_3145_c06e_0e68;
  }
}

/** wide := atan(u) / u for a normalised u up to 0.07, as Q1.127. */
function arctangentFactor(uh: u64, ul: u64, ue: i32): void {
  toFraction(uh, ul, ue);
  multiplyHigh(wh, wl, wh, wl);
  const qh = wh;
  const ql = wl;
  const terms: i32 = 20;
  divideSmall(ONE, 0, u32(2 * terms + 1));
  let sh = wh;
  let sl = wl;
  for (let k = terms - 1; k >= 0; k--) {
    multiplyHigh(qh, ql, sh, sl);
    const ph = wh;
    const pl = wl;
    divideSmall(ONE, 0, u32(2 * k + 1));
    sl = wl - pl;
    sh = wh - ph - u64(wl < pl);
  }
  setWide(sh, sl, 0);
}

/** wide := atan(t) for a normalised t of at most 1. */
function arctangent(th: u64, tl: u64, te: i32): void {
  // Nearest eighth.
  shiftRightWide(th, tl, -te);
  const fh = wh;
  const fl = wl;
  const k = u32((fh + ((<u64>1) << 59)) >> 60);
  if (k == 0) {
    arctangentFactor(th, tl, te);
    normalizeWide();
    multiplyWide(wh, wl, we, th, tl, te);
    return;
  }
  // u = (t - c) / (1 + t c), c = k / 8.
  const ch = u64(k) << 60;
  const negative = fh < ch;
  let nh: u64;
  let nl: u64;
  if (negative) {
    nl = 0 - fl;
    nh = ch - fh - u64(fl != 0);
  } else {
    nh = fh - ch;
    nl = fl;
  }
  let dh: u64 = 0;
  let dl: u64 = 0;
  multiplyHigh(fh, fl, ch, 0);
  // The product of two Q1.127 numbers is Q2.126; 1 is 2^126 there.
  dh = wh + (ONE >> 1);
  dl = wl;
  if ((nh | nl) == 0) {
    setWide(arctangentHigh(k), arctangentLow(k), 0);
    normalizeWide();
    return;
  }
  setWide(dh, dl, 1);
  normalizeWide();
  const deh = wh;
  const del = wl;
  const dee = we;
  setWide(nh, nl, 0);
  normalizeWide();
  divideWide(wh, wl, we, deh, del, dee);
  const uh = wh;
  const ul = wl;
  const ue = we;
  arctangentFactor(uh, ul, ue);
  normalizeWide();
  multiplyWide(wh, wl, we, uh, ul, ue);
  shiftRightWide(wh, wl, -we);
  const ah = wh;
  const al = wl;
  const bh = arctangentHigh(k);
  const bl = arctangentLow(k);
  if (negative) {
    const l = bl - al;
    setWide(bh - ah - u64(bl < al), l, 0);
  } else {
    const l = bl + al;
    setWide(bh + ah + u64(l < al), l, 0);
  }
  normalizeWide();
}

/** wide := pi / 2^shift - wide. */
function complement(shift: i32): void {
  // In Q2.126.
  shiftRightWide(wh, wl, 1 - we);
  const ah = wh;
  const al = wl;
  shiftRightWide(PI_H, PI_L, shift);
  const l = wl - al;
  setWide(wh - ah - u64(wl < al), l, 1);
  normalizeWide();
}

/** ST(1) := the angle of the point (ST(0), ST(1)), then pops. */
export function fpatan(): void {
  begin();
  if (isEmpty(0) || isEmpty(1)) {
    finishFaultPop();
    return;
  }
  const xm = significand(0);
  const xse = signExponent(0);
  const ym = significand(1);
  const yse = signExponent(1);
  const ySign = yse & SIGN;
  const xNegative = (xse & SIGN) != 0;
  if (special(ym, yse, xm, xse)) {
    // decided
  } else {
    if (isDenormal(xm, xse) || isDenormal(ym, yse)) flag(DE);
    if (isInfinite(ym, yse)) {
      if (isInfinite(xm, xse)) {
        // pi/4 or 3 pi/4
        setWide(PI_H, PI_L, -1);
        if (xNegative) complement(0);
      } else setWide(PI_H, PI_L, 0);
      packWide(ySign);
    } else if (isInfinite(xm, xse) || ym == 0) {
      if (xNegative) {
        setWide(PI_H, PI_L, 1);
        packWide(ySign);
      } else result(0, ySign);
    } else if (xm == 0) {
      setWide(PI_H, PI_L, 0);
      packWide(ySign);
    } else {
      const xe = exponentOf(xm, xse);
      const ye = exponentOf(ym, yse);
      const xn = xm << clz(xm);
      const yn = ym << clz(ym);
      const steep = ye > xe || (ye == xe && yn > xn);
      if (steep) divideWide(xn, 0, xe, yn, 0, ye);
      else divideWide(yn, 0, ye, xn, 0, xe);
      arctangent(wh, wl, we);
      if (steep) complement(1);
      if (xNegative) complement(0);
      packWide(ySign);
    }
  }
  finishPop();
}
/** The reduced angle: normalised significand, exponent, quadrant. */
let angleH: u64 = 0;
let angleL: u64 = 0;
let angleE: i32 = 0;
let quadrant: u32 = 0;

/** Reduces |x| by the processor's pi/2 into [0, pi/4], leaving the eighth in `quadrant`: bit 0 = use the cofunction. */
function reduce(m: u64, e: i32): void {
  let rh = m;
  let rl: u64 = 0;
  let re = e;
  let q: u32 = 0;
  if (e >= 0 || (e == -1 && m >= PI_H)) {
    if (e >= 0) {
      let carry: u64 = 0;
      for (let k = e; k >= 0; k--) {
        q <<= 1;
        if (carry != 0 || rh > PI_H || (rh == PI_H && rl >= PI66_L)) {
          rh -= PI_H + u64(rl < PI66_L);
          rl -= PI66_L;
          q |= 1;
        }
        if (k > 0) {
          carry = rh >> 63;
          rh = (rh << 1) | (rl >> 63);
          rl <<= 1;
        }
      }
      re = 0;
    } else {
      rl = rh << 63;
      rh >>= 1;
      re = 0;
    }
    // More than pi/4: count from the next multiple of pi/2.
    const halfH = PI_H >> 1;
    const halfL = (PI_H << 63) | (PI66_L >> 1);
    if (rh > halfH || (rh == halfH && rl > halfL)) {
      const l = PI66_L - rl;
      rh = PI_H - rh - u64(PI66_L < rl);
      rl = l;
      q++;
      reflected = true;
    } else reflected = false;
  } else reflected = false;
  setWide(rh, rl, re);
  normalizeWide();
  angleH = wh;
  angleL = wl;
  angleE = we;
  quadrant = q & 3;
}
/** The reduced angle was counted backwards. */
let reflected: bool = false;

/** Below this exponent sine and tangent are the angle and the cosine is 1, inexact, whatever the rounding control. */
const TINY: i32 = -64;
function packAngle(sign: u32): void {
  const tiny = quadrant == 0 && !reflected && angleE < TINY;
  packWideTo(sign, tiny ? NEAREST : roundingControl());
}

/** wide := sine of the reduced angle (normalised). */
function sineOfAngle(): void {
  if ((angleH | angleL) == 0) {
    setWide(0, 0, 0);
    return;
  }
  seriesOfAngle(1);
  normalizeWide();
  multiplyWide(wh, wl, we, angleH, angleL, angleE);
}
function cosineOfAngle(): void {
  seriesOfAngle(0);
  normalizeWide();
}
/** 1 - r^2/(a(a+1)) (1 - ...) in Q1.127: `odd` 1 for sin(r)/r, 0 for cos(r). */
function seriesOfAngle(odd: u32): void {
  toFraction(angleH, angleL, angleE);
  multiplyHigh(wh, wl, wh, wl);
  const qh = wh;
  const ql = wl;
  let sh: u64 = ONE;
  let sl: u64 = 0;
  for (let n: u32 = 18; n >= 1; n--) {
    multiplyHigh(qh, ql, sh, sl);
    const a = 2 * n - 1 + odd;
    divideSmall(wh, wl, a * (a + 1));
    sl = 0 - wl;
    sh = ONE - wh - u64(wl != 0);
  }
  setWide(sh, sl, 0);
}

/** wide := |sin| of the angle that was reduced; returns whether it is negative. */
function sineOfReduced(): bool {
  if ((quadrant & 1) != 0) cosineOfAngle();
  else sineOfAngle();
  // sin(q pi/2 +- r): the sign turns with the quadrant, and in even quadrants with the direction.
  return ((quadrant & 2) != 0) != ((quadrant & 1) == 0 && reflected);
}
function cosineOfReduced(): bool {
  if ((quadrant & 1) != 0) sineOfAngle();
  else cosineOfAngle();
  return (((quadrant + 1) & 2) != 0) != ((quadrant & 1) != 0 && reflected);
}

/** Common start: 0 to go on, 1 when the result is decided, 2 when the operand is too large (C2). */
function beginAngle(): i32 {
  const m = significand(0);
  const se = signExponent(0);
  store<u32>(STATUS, statusWord() & ~C2);
  if (unsupported(m, se) || isInfinite(m, se)) {
    indefinite();
    return 1;
  }
  if (isNan(m, se)) {
    propagate(m, se, m, se);
    return 1;
  }
  if (i32(se & EXPONENT) - BIAS >= 63) {
    store<u32>(STATUS, statusWord() | C2);
    return 2;
  }
  if (isDenormal(m, se)) flag(DE);
  return 0;
}

function packSine(sign: u32): void {
  const negative = sineOfReduced();
  if ((wh | wl) == 0) result(0, sign);
  else packAngle(negative ? sign ^ SIGN : sign);
}
function packCosine(): void {
  const negative = cosineOfReduced();
  if ((wh | wl) == 0) result(0, 0);
  else packAngle(negative ? SIGN : 0);
}

export function fsin(): void {
  begin();
  if (isEmpty(0)) {
    finishFault();
    return;
  }
  const m = significand(0);
  const se = signExponent(0);
  const state = beginAngle();
  if (state == 2) {
    commitFlags();
    return;
  }
  if (state == 0) {
    if (m == 0) result(m, se);
    else {
      reduce(m << clz(m), exponentOf(m, se));
      packSine(se & SIGN);
    }
  }
  finishTop();
}

export function fcos(): void {
  begin();
  if (isEmpty(0)) {
    finishFault();
    return;
  }
  const m = significand(0);
  const se = signExponent(0);
  const state = beginAngle();
  if (state == 2) {
    commitFlags();
    return;
  }
  if (state == 0) {
    if (m == 0) result(INTEGER_BIT, u32(BIAS));
    else {
      reduce(m << clz(m), exponentOf(m, se));
      packCosine();
    }
  }
  finishTop();
}

/** Pushes `rm`, `rse` above a first result that is written to ST(0). */
function finishTwo(firstM: u64, firstSe: u32): void {
  if (unmasked(BEFORE)) {
    abandon();
    return;
  }
  const secondM = rm;
  const secondSe = rse;
  put(0, firstM, firstSe);
  setTop(top() - 1);
  put(0, secondM, secondSe);
  commitFlags();
}
/** Stack faults of the instructions that push: ST(0) empty, or no room. Returns true when the instruction is over. */
function faultTwo(): bool {
  const overflow = !isEmpty(7);
  if (!isEmpty(0) && !overflow) return false;
  if (!stackFault(overflow && !isEmpty(0))) {
    put(0, INDEFINITE_M, INDEFINITE_SE);
    setTop(top() - 1);
    put(0, INDEFINITE_M, INDEFINITE_SE);
  }
  commitFlags();
  store<u32>(STATUS, statusWord() & ~C2);
  return true;
}

/** Sine in place of ST(0), cosine pushed. */
export function fsincos(): void {
  begin();
  if (faultTwo()) return;
  const m = significand(0);
  const se = signExponent(0);
  const state = beginAngle();
  if (state == 2) {
    commitFlags();
    return;
  }
  let sineM = rm;
  let sineSe = rse;
  if (state == 0) {
    if (m == 0) {
      sineM = m;
      sineSe = se;
      result(INTEGER_BIT, u32(BIAS));
    } else {
      reduce(m << clz(m), exponentOf(m, se));
      packSine(se & SIGN);
      sineM = rm;
      sineSe = rse;
      packCosine();
    }
  }
  finishTwo(sineM, sineSe);
}

/** Tangent in place of ST(0), 1 pushed. */
export function fptan(): void {
  begin();
  if (faultTwo()) return;
  const m = significand(0);
  const se = signExponent(0);
  const state = beginAngle();
  if (state == 2) {
    commitFlags();
    return;
  }
  let tangentM = rm;
  let tangentSe = rse;
  if (state == 0) {
    if (m == 0) {
      tangentM = m;
      tangentSe = se;
    } else {
      reduce(m << clz(m), exponentOf(m, se));
      const cosineNegative = cosineOfReduced();
      const ch = wh;
      const cl = wl;
      const ce = we;
      const sineNegative = sineOfReduced();
      divideWide(wh, wl, we, ch, cl, ce);
      packAngle(sineNegative != cosineNegative ? (se & SIGN) ^ SIGN : se & SIGN);
      tangentM = rm;
      tangentSe = rse;
    }
    result(INTEGER_BIT, u32(BIAS));
  }
  finishTwo(tangentM, tangentSe);
}
