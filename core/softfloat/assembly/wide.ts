/**
 * 128-bit arithmetic for the transcendental functions: fixed-point fractions and floating-point values with 128-bit
 * significands (value = significand / 2^127 * 2^exponent, top bit set). Two-word results are in `wh` and `wl`, exponents
 * in `we`. Truncating; the callers need about 70 good bits.
 */
import { multiply64, productHigh, productLow } from './arith';

export let wh: u64 = 0;
export let wl: u64 = 0;
export let we: i32 = 0;

export function setWide(h: u64, l: u64, e: i32): void {
  wh = h;
  wl = l;
  we = e;
}

/** Upper 128 bits of a 128 x 128 bit product. */
export function multiplyHigh(ah: u64, al: u64, bh: u64, bl: u64): void {
  multiply64(ah, bl);
  const p1h = productHigh;
  const p1l = productLow;
  multiply64(al, bh);
  const p2h = productHigh;
  const p2l = productLow;
  multiply64(al, bl);
  const p0h = productHigh;
  multiply64(ah, bh);
  let h = productHigh;
  let l = productLow;
  // Middle column.
  let carry: u64 = 0;
  let middle = p0h + p1l;
  carry += u64(middle < p1l);
  middle += p2l;
  carry += u64(middle < p2l);
  const add = p1h + p2h;
  const addCarry = u64(add < p1h);
  l += add;
  h += u64(l < add) + addCarry;
  l += carry;
  h += u64(l < carry);
  wh = h;
  wl = l;
}

/** Divides a 128-bit number by a small one. */
export function divideSmall(h: u64, l: u64, n: u32): void {
  const d = u64(n);
  const q3 = h / d;
  let r = h % d;
  const a = (r << 32) | (l >> 32);
  const q1 = a / d;
  r = a % d;
  const b = (r << 32) | (l & 0xffff_ffff);
  wh = q3;
  wl = (q1 << 32) | (b / d);
}

/** Makes the top bit of wh:wl set and moves the exponent with it. Zero stays. */
export function normalizeWide(): void {
  if ((wh | wl) == 0) return;
  if (wh == 0) {
    wh = wl;
    wl = 0;
    we -= 64;
  }
  const shift = clz(wh);
  if (shift != 0) {
    wh = (wh << shift) | (wl >> (64 - shift));
    wl <<= shift;
    we -= i32(shift);
  }
}

/** Product of two normalised values. */
export function multiplyWide(ah: u64, al: u64, ae: i32, bh: u64, bl: u64, be: i32): void {
  multiplyHigh(ah, al, bh, bl);
  we = ae + be + 1;
  normalizeWide();
}

/** Quotient of two normalised values, bit by bit. */
export function divideWide(ah: u64, al: u64, ae: i32, bh: u64, bl: u64, be: i32): void {
  let rh = ah;
  let rl = al;
  let e = ae - be - 1;
  if (rh > bh || (rh == bh && rl >= bl)) {
    rl = (rl >> 1) | (rh << 63);
    rh >>= 1;
    e++;
  }
  let qh: u64 = 0;
  let ql: u64 = 0;
  for (let n = 0; n < 128; n++) {
    const carry = rh >> 63;
    rh = (rh << 1) | (rl >> 63);
    rl <<= 1;
    qh = (qh << 1) | (ql >> 63);
    ql <<= 1;
    if (carry != 0 || rh > bh || (rh == bh && rl >= bl)) {
      rh -= bh + u64(rl < bl);
      rl -= bl;
      ql |= 1;
    }
  }
  wh = qh;
  wl = ql;
  we = e;
  normalizeWide();
}

/** Shifts right; what falls out is lost. */
export function shiftRightWide(h: u64, l: u64, count: i32): void {
  if (count <= 0) {
    wh = h;
    wl = l;
  } else if (count < 64) {
    wl = (h << (64 - count)) | (l >> count);
    wh = h >> count;
  } else if (count < 128) {
    wl = h >> (count - 64);
    wh = 0;
  } else {
    wh = 0;
    wl = 0;
  }
}
