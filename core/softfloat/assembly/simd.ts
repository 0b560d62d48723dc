/**
 * Integer SIMD of MMX and SSE2 (SDM vol. 1, chapters 9 and 11) on 16-byte registers in memory, with WebAssembly's own SIMD
 * instructions. `code` is the opcode's second byte. MMX operands are the low 8 bytes of such registers; what a lane
 * operation makes of the upper ones is not written back.
 */

/** Saturating, averaging, comparing and multiplying lane operations of 64- and 128-bit registers alike. */
function lanes(code: u32, a: v128, b: v128): v128 {
  switch (code) {
    case 0xfc:
      return i8x16.add(a, b);
    case 0xfd:
      return i16x8.add(a, b);
    case 0xfe:
      return i32x4.add(a, b);
    case 0xd4:
      return i64x2.add(a, b);
    case 0xf8:
      return i8x16.sub(a, b);
    case 0xf9:
      return i16x8.sub(a, b);
    case 0xfa:
      return i32x4.sub(a, b);
    case 0xfb:
      return i64x2.sub(a, b);
    case 0xec:
      return i8x16.add_sat_s(a, b);
    case 0xed:
      return i16x8.add_sat_s(a, b);
    case 0xdc:
      return i8x16.add_sat_u(a, b);
    case 0xdd:
      return i16x8.add_sat_u(a, b);
    case 0xe8:
      return i8x16.sub_sat_s(a, b);
    case 0xe9:
      return i16x8.sub_sat_s(a, b);
    case 0xd8:
      return i8x16.sub_sat_u(a, b);
    case 0xd9:
      return i16x8.sub_sat_u(a, b);
    case 0xda:
      return i8x16.min_u(a, b);
    case 0xde:
      return i8x16.max_u(a, b);
    case 0xea:
      return i16x8.min_s(a, b);
    case 0xee:
      return i16x8.max_s(a, b);
    case 0xe0:
      return i8x16.avgr_u(a, b);
    case 0xe3:
      return i16x8.avgr_u(a, b);
    case 0xd5:
      return i16x8.mul(a, b);
    case 0xe5:
      return v128.shuffle<u16>(
        i32x4.extmul_low_i16x8_s(a, b),
        i32x4.extmul_high_i16x8_s(a, b),
        1,
        3,
        5,
        7,
        9,
        11,
        13,
        15,
      );
    case 0xe4:
      return v128.shuffle<u16>(
        i32x4.extmul_low_i16x8_u(a, b),
        i32x4.extmul_high_i16x8_u(a, b),
        1,
        3,
        5,
        7,
        9,
        11,
        13,
        15,
      );
    case 0xf5:
      return i32x4.dot_i16x8_s(a, b);
    case 0xf4: {
      const even = v128.shuffle<u32>(a, a, 0, 2, 0, 2);
      return i64x2.extmul_low_i32x4_u(even, v128.shuffle<u32>(b, b, 0, 2, 0, 2));
    }
    case 0x74:
      return i8x16.eq(a, b);
    case 0x75:
      return i16x8.eq(a, b);
    case 0x76:
      return i32x4.eq(a, b);
    case 0x64:
      return i8x16.gt_s(a, b);
    case 0x65:
      return i16x8.gt_s(a, b);
    case 0x66:
      return i32x4.gt_s(a, b);
    case 0xdb:
    case 0x54:
      return v128.and(a, b);
    case 0xdf:
    case 0x55:
      return v128.andnot(b, a);
    case 0xeb:
    case 0x56:
      return v128.or(a, b);
    case 0xf6:
      return sumOfDifferences(a, b);
    default:
      return v128.xor(a, b);
  }
}
function sumOfDifferences(a: v128, b: v128): v128 {
  const difference = i8x16.sub(i8x16.max_u(a, b), i8x16.min_u(a, b));
  const words = i16x8.extadd_pairwise_i8x16_u(difference);
  const doubles = i32x4.extadd_pairwise_i16x8_u(words);
  // Two 32-bit halves of each quadword.
  const swapped = v128.shuffle<u32>(doubles, doubles, 1, 0, 3, 2);
  return v128.and(i32x4.add(doubles, swapped), i64x2(0xffff_ffff, 0xffff_ffff));
}
/** Interleaving and packing of whole 128-bit registers. */
function arrange(code: u32, a: v128, b: v128): v128 {
  switch (code) {
    case 0x60:
      return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    case 0x61:
      return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    case 0x62:
    case 0x14:
      return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
    case 0x68:
      return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    case 0x69:
      return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    case 0x6a:
    case 0x15:
      return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
    case 0x6c:
      return v128.shuffle<u64>(a, b, 0, 2);
    case 0x6d:
      return v128.shuffle<u64>(a, b, 1, 3);
    case 0x63:
      return i8x16.narrow_i16x8_s(a, b);
    case 0x67:
      return i8x16.narrow_i16x8_u(a, b);
    default:
      return i16x8.narrow_i32x4_s(a, b);
  }
}
/** The same on 64-bit registers, in the low half of the result. */
function arrangeMmx(code: u32, a: v128, b: v128): v128 {
  const joined = v128.shuffle<u64>(a, b, 0, 2);
  switch (code) {
    case 0x68:
      return v128.shuffle<u8>(a, b, 4, 20, 5, 21, 6, 22, 7, 23, 0, 0, 0, 0, 0, 0, 0, 0);
    case 0x69:
      return v128.shuffle<u16>(a, b, 2, 10, 3, 11, 0, 0, 0, 0);
    case 0x6a:
      return v128.shuffle<u32>(a, b, 1, 5, 0, 0);
    case 0x63:
      return i8x16.narrow_i16x8_s(joined, joined);
    case 0x67:
      return i8x16.narrow_i16x8_u(joined, joined);
    case 0x6b:
      return i16x8.narrow_i32x4_s(joined, joined);
    default:
      return arrange(code, a, b);
  }
}
function isArrangement(code: u32): bool {
  return (code >= 0x60 && code <= 0x63) || (code >= 0x67 && code <= 0x6d) || code == 0x14 || code == 0x15;
}

/** destination := destination op source, 16 bytes. */
export function simd128(code: u32, destination: u32, source: u32): void {
  const a = v128.load(destination);
  const b = v128.load(source);
  v128.store(destination, isArrangement(code) ? arrange(code, a, b) : lanes(code, a, b));
}
/** The same on 8 bytes. */
export function simd64(code: u32, destination: u32, source: u32): void {
  const a = v128.load64_zero(destination);
  const b = v128.load64_zero(source);
  const value = isArrangement(code) ? arrangeMmx(code, a, b) : lanes(code, a, b);
  store<u64>(destination, i64x2.extract_lane(value, 0));
}

/**
 * Shifts: `code` is that of the register form (D1-D3, E1, E2, F1-F3); counts beyond the lane give zero or the sign.
 * `bytes` is 8 or 16.
 */
export function simdShift(code: u32, destination: u32, count: u64, bytes: u32): void {
  const a = bytes == 16 ? v128.load(destination) : v128.load64_zero(destination);
  const width: u64 = (code & 15) == 1 ? 16 : (code & 15) == 2 ? 32 : 64;
  let value: v128;
  if ((code & 0xf0) == 0xe0) {
    const n = i32(count >= width ? width - 1 : count);
    value = width == 16 ? i16x8.shr_s(a, n) : i32x4.shr_s(a, n);
  } else if (count >= width) value = i64x2.splat(0);
  else {
    const n = i32(count);
    const left = (code & 0xf0) == 0xf0;
    if (width == 16) value = left ? i16x8.shl(a, n) : i16x8.shr_u(a, n);
    else if (width == 32) value = left ? i32x4.shl(a, n) : i32x4.shr_u(a, n);
    else value = left ? i64x2.shl(a, n) : i64x2.shr_u(a, n);
  }
  if (bytes == 16) v128.store(destination, value);
  else store<u64>(destination, i64x2.extract_lane(value, 0));
}
export function simdShiftLow(code: u32, destination: u32, lo: u32, hi: u32, bytes: u32): void {
  simdShift(code, destination, u64(lo) | (u64(hi) << 32), bytes);
}

/** PSLLDQ (`left`) and PSRLDQ by whole bytes. */
export function simdShiftBytes(destination: u32, count: u32, left: bool): void {
  let lo = load<u64>(destination);
  let hi = load<u64>(destination + 8);
  if (count > 15) {
    lo = 0;
    hi = 0;
  } else if (count >= 8) {
    const n = u64(count - 8) * 8;
    if (left) {
      hi = lo << n;
      lo = 0;
    } else {
      lo = hi >> n;
      hi = 0;
    }
  } else if (count > 0) {
    const n = u64(count) * 8;
    if (left) {
      hi = (hi << n) | (lo >> (64 - n));
      lo <<= n;
    } else {
      lo = (lo >> n) | (hi << (64 - n));
      hi >>= n;
    }
  }
  store<u64>(destination, lo);
  store<u64>(destination + 8, hi);
}

/** PMOVMSKB. */
export function simdByteMask(source: u32, bytes: u32): u32 {
  const mask = u32(i8x16.bitmask(v128.load(source)));
  return bytes == 16 ? mask : mask & 0xff;
}
