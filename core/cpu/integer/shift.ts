/**
 * Shifts and rotates: ROL ROR RCL RCR SHL SHR SAR, SHLD and SHRD (SDM vol. 2B).
 *
 * The manual leaves OF undefined for counts above 1. The recorded processor gives what a shift by 1 would have given,
 * with one exception: ROL and ROR of a register by an immediate above 1 keep OF.
 */
import { both, type BySize, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { ECX } from '../state.ts';

/** A shift of a zero-extended operand of `bits` bits by `count` (1-31). Returns the new value. */
type Shift = (value: number, count: number, bits: number) => number;

export function defineShift(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { reg8, reg16, reg32 },
    access: { readRmw8, readRmw16, readRmw32, writeRmw8, writeRmw16, writeRmw32 },
    flags: { cf, setCarry, setCarryOverflow, setResult },
    ea,
  } = env;

  const mask = (bits: number) => (bits === 32 ? -1 : (1 << bits) - 1);
  const bit = (value: number, n: number) => (value >>> n) & 1;
  /** OF of a shift to the left by 1: the two upper bits differ. */
  const firstStepLeft = (value: number, bits: number) => bit(value, bits - 1) ^ bit(value, bits - 2);
  const signExtend = (value: number, bits: number) => (value << (32 - bits)) >> (32 - bits);

  const rol: Shift = (value, count, bits) => {
    const n = count & (bits - 1);
    const result = n === 0 ? value : ((value << n) | ((value & mask(bits)) >>> (bits - n))) & mask(bits);
    const carry = result & 1;
    setCarryOverflow(carry, firstStepLeft(value, bits));
    return result;
  };
  const ror: Shift = (value, count, bits) => {
    const n = count & (bits - 1);
    const result = n === 0 ? value : (((value & mask(bits)) >>> n) | (value << (bits - n))) & mask(bits);
    setCarryOverflow(bit(result, bits - 1), bit(value, bits - 1) ^ bit(value, 0));
    return result;
  };
  // The register forms by an immediate keep OF unless the count is 1.
  const rolKeeping: Shift = (value, count, bits) => {
    if (count === 1) return rol(value, count, bits);
    const n = count & (bits - 1);
    const result = n === 0 ? value : ((value << n) | ((value & mask(bits)) >>> (bits - n))) & mask(bits);
    setCarry(result & 1);
    return result;
  };
  const rorKeeping: Shift = (value, count, bits) => {
    if (count === 1) return ror(value, count, bits);
    const n = count & (bits - 1);
    const result = n === 0 ? value : (((value & mask(bits)) >>> n) | (value << (bits - n))) & mask(bits);
    setCarry(bit(result, bits - 1));
    return result;
  };
  // The carry rotates too, so these turn bits + 1 places; one place at a time is plain and short.
  const rcl: Shift = (value, count, bits) => {
    let carry = cf();
    let result = value;
    if (count % (bits + 1) === 0) return value;
    for (let n = count % (bits + 1); n > 0; n--) {
      const top = bit(result, bits - 1);
      result = ((result << 1) | carry) & mask(bits);
      carry = top;
    }
    setCarryOverflow(carry, firstStepLeft(value, bits));
    return result;
  };
  const rcr: Shift = (value, count, bits) => {
    let carry = cf();
    let result = value;
    if (count % (bits + 1) === 0) return value;
    const overflow = bit(value, bits - 1) ^ carry;
    for (let n = count % (bits + 1); n > 0; n--) {
      const low = result & 1;
      result = (((result & mask(bits)) >>> 1) | (carry << (bits - 1))) & mask(bits);
      carry = low;
    }
    setCarryOverflow(carry, overflow);
    return result;
  };
  const shl: Shift = (value, count, bits) => {
    const carry = count <= bits ? bit(value, bits - count) : 0;
    const result = (count < 32 ? value << count : 0) & mask(bits);
    setResult(signExtend(result, bits), carry, firstStepLeft(value, bits));
    return result;
  };
  const shr: Shift = (value, count, bits) => {
    const unsigned = (value & mask(bits)) >>> 0;
    const result = unsigned >>> count;
    setResult(signExtend(result, bits), bit(unsigned, count - 1), bit(value, bits - 1));
    return result;
  };
  const sar: Shift = (value, count, bits) => {
    const signed = signExtend(value, bits);
    const result = signed >> count;
    setResult(result, (signed >> (count - 1)) & 1, 0);
    return result & mask(bits);
  };

  const forms = (shift: Shift, count: (imm: number) => number, regShift = shift) => ({
    narrow: {
      rmWidth: 8,
      reg: both((i) => {
        const n = count(i.imm);
        if (n !== 0) reg8[i.rm] = regShift(reg8[i.rm], n, 8);
      }),
      mem: both((i) => {
        const value = readRmw8(i.seg, ea(i));
        const n = count(i.imm);
        if (n !== 0) writeRmw8(shift(value, n, 8));
      }),
    } satisfies Operation,
    wide: {
      reg: [
        (i) => {
          const n = count(i.imm);
          if (n !== 0) reg16[i.rm] = regShift(reg16[i.rm], n, 16);
        },
        (i) => {
          const n = count(i.imm);
          if (n !== 0) reg32[i.rm] = regShift(reg32[i.rm], n, 32);
        },
      ],
      mem: [
        (i) => {
          const value = readRmw16(i.seg, ea(i));
          const n = count(i.imm);
          if (n !== 0) writeRmw16(shift(value, n, 16));
        },
        (i) => {
          const value = readRmw32(i.seg, ea(i));
          const n = count(i.imm);
          if (n !== 0) writeRmw32(shift(value, n, 32));
        },
      ],
    } satisfies Operation,
  });

  // /6 is an alias of SHL, as on hardware.
  const shifts = [rol, ror, rcl, rcr, shl, shr, shl, sar];
  const counts: [opcode: number, imm: 'u8' | 'none', count: (imm: number) => number][] = [
    [0xc0, 'u8', (imm) => imm & 31],
    [0xd0, 'none', () => 1],
    [0xd2, 'none', () => reg32[ECX] & 31],
  ];
  for (const [opcode, imm, count] of counts) {
    const all = shifts.map((shift, digit) =>
      forms(shift, count, opcode === 0xc0 ? ([rolKeeping, rorKeeping][digit] ?? shift) : shift),
    );
    map.group(
      opcode,
      all.map(({ narrow }) => ({ ...narrow, imm })),
    );
    map.group(
      opcode + 1,
      all.map(({ wide }) => ({ ...wide, imm })),
    );
  }

  /** SHLD. Counts above the operand size are undefined; this is what current processors do. */
  const shld = (value: number, fill: number, count: number, bits: number): number => {
    let result: number;
    let carry: number;
    if (bits === 32) {
      result = (value << count) | (fill >>> (32 - count));
      carry = bit(value, 32 - count);
    } else {
      // value:fill:value, shifted to the left; the upper 16 bits stay.
      result =
        count <= 16
          ? (((value << 16) | fill) << count) >>> 16
          : ((fill << (count - 16)) | (value >>> (32 - count))) & 0xffff;
      carry = count <= 16 ? bit(value, 16 - count) : bit(fill, 32 - count);
    }
    setResult(signExtend(result, bits), carry, firstStepLeft(value, bits));
    return result;
  };
  const shrd = (value: number, fill: number, count: number, bits: number): number => {
    let result: number;
    let carry: number;
    if (bits === 32) {
      result = (value >>> count) | (fill << (32 - count));
      carry = bit(value, count - 1);
    } else {
      const wide = (fill << 16) | value;
      const rotated = count > 16 ? (wide >>> count) | (value << (32 - count)) : wide >>> count;
      result = rotated & 0xffff;
      carry = count <= 16 ? bit(value, count - 1) : bit(fill, count - 17);
    }
    setResult(signExtend(result, bits), carry, bit(value, bits - 1) ^ bit(fill, 0));
    return result;
  };
  const double = (
    opcode: number,
    imm: 'u8' | 'none',
    shift: (value: number, fill: number, count: number, bits: number) => number,
  ) => {
    const count = imm === 'u8' ? (n: number) => n & 31 : () => reg32[ECX] & 31;
    const reg: BySize = [
      (i) => {
        const n = count(i.imm);
        if (n !== 0) reg16[i.rm] = shift(reg16[i.rm], reg16[i.reg], n, 16);
      },
      (i) => {
        const n = count(i.imm);
        if (n !== 0) reg32[i.rm] = shift(reg32[i.rm], reg32[i.reg], n, 32);
      },
    ];
    const mem: BySize = [
      (i) => {
        const value = readRmw16(i.seg, ea(i));
        const n = count(i.imm);
        if (n !== 0) writeRmw16(shift(value, reg16[i.reg], n, 16));
      },
      (i) => {
        const value = readRmw32(i.seg, ea(i));
        const n = count(i.imm);
        if (n !== 0) writeRmw32(shift(value, reg32[i.reg], n, 32));
      },
    ];
    map.define(opcode, { modrm: true, imm, reg, mem });
  };
  double(0x1a4, 'u8', shld);
  double(0x1a5, 'none', shld);
  double(0x1ac, 'u8', shrd);
  double(0x1ad, 'none', shrd);
}
