/** MUL, IMUL, DIV and IDIV (SDM vol. 2). 64-bit intermediate results are kept as two 32-bit halves. */
import { both, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { ADJ, EAX, EDX, RES } from '../state.ts';

/** Upper 32 bits of an unsigned 32 x 32 bit product. */
export function mulHighUnsigned(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const low = al * bl;
  const middle = ah * bl + (low >>> 16);
  const cross = al * bh + (middle & 0xffff);
  return (ah * bh + Math.floor(middle / 0x1_0000) + Math.floor(cross / 0x1_0000)) | 0;
}

/** Upper 32 bits of a signed 32 x 32 bit product. */
export function mulHighSigned(a: number, b: number): number {
  return (mulHighUnsigned(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

export function defineMulDiv(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg8, reg16, reg32 },
    access: { read8, read16, read32 },
    flags: { setResult },
    faults: { raise },
    ea,
  } = env;

  const s8 = (v: number) => (v << 24) >> 24;
  const s16 = (v: number) => (v << 16) >> 16;
  const AH = 1;
  const DX = EDX * 2;

  /**
   * CF and OF say whether the upper half matters. The rest is undefined by the manual; the recorded processor gives SF
   * and PF of the lower half, and clears AF and ZF.
   */
  const multiplied = (low: number, overflow: boolean) => {
    setResult(low, overflow ? 1 : 0, overflow ? 1 : 0);
    if (low === 0) {
      // Not zero, but with the even parity of zero.
      state[RES] = 1;
      state[ADJ] = 1;
    }
  };

  const mul8 = (b: number) => {
    const product = reg8[EAX] * b;
    reg16[EAX] = product;
    multiplied(s8(product), product > 0xff);
  };
  const mul16 = (b: number) => {
    const product = reg16[EAX] * b;
    reg16[EAX] = product;
    reg16[DX] = product >>> 16;
    multiplied(s16(product), product > 0xffff);
  };
  const mul32 = (b: number) => {
    const a = reg32[EAX];
    const high = mulHighUnsigned(a, b);
    reg32[EAX] = Math.imul(a, b);
    reg32[EDX] = high;
    multiplied(reg32[EAX], high !== 0);
  };
  const imul8 = (b: number) => {
    const product = s8(reg8[EAX]) * s8(b);
    reg16[EAX] = product;
    multiplied(s8(product), s8(product) !== product);
  };
  const imul16 = (b: number) => {
    const product = s16(reg16[EAX]) * s16(b);
    reg16[EAX] = product;
    reg16[DX] = product >>> 16;
    multiplied(s16(product), s16(product) !== product);
  };
  const imul32 = (b: number) => {
    const a = reg32[EAX];
    const high = mulHighSigned(a, b);
    reg32[EAX] = Math.imul(a, b);
    reg32[EDX] = high;
    multiplied(reg32[EAX], high !== reg32[EAX] >> 31);
  };

  const divide = (): never => raise(Vector.DE);
  const div8 = (b: number) => {
    const a = reg16[EAX];
    if (b === 0 || Math.floor(a / b) > 0xff) divide();
    reg8[EAX] = Math.floor(a / b);
    reg8[AH] = a % b;
  };
  const div16 = (b: number) => {
    const a = ((reg16[DX] << 16) | reg16[EAX]) >>> 0;
    if (b === 0 || Math.floor(a / b) > 0xffff) divide();
    reg16[EAX] = Math.floor(a / b);
    reg16[DX] = a % b;
  };

  /**
   * Divides high:low by `divisor` (all unsigned, high < divisor) in two steps of 16 bits: every intermediate value is
   * below 2^48, so doubles hold it exactly. Leaves quotient and remainder in `quotient` and `remainder`.
   */
  let quotient = 0;
  let remainder = 0;
  function divide64(high: number, low: number, divisor: number): void {
    const first = high * 0x1_0000 + (low >>> 16);
    const q1 = Math.floor(first / divisor);
    const second = (first - q1 * divisor) * 0x1_0000 + (low & 0xffff);
    const q0 = Math.floor(second / divisor);
    quotient = q1 * 0x1_0000 + q0;
    remainder = second - q0 * divisor;
  }
  const div32 = (b: number) => {
    const divisor = b >>> 0;
    const high = reg32[EDX] >>> 0;
    if (high >= divisor) divide();
    divide64(high, reg32[EAX] >>> 0, divisor);
    reg32[EAX] = quotient;
    reg32[EDX] = remainder;
  };
  const idiv8 = (b: number) => {
    const a = s16(reg16[EAX]);
    const divisor = s8(b);
    const q = Math.trunc(a / divisor);
    if (divisor === 0 || q < -0x80 || q > 0x7f) divide();
    reg8[EAX] = q;
    reg8[AH] = a % divisor;
  };
  const idiv16 = (b: number) => {
    const a = (reg16[DX] << 16) | reg16[EAX];
    const divisor = s16(b);
    const q = Math.trunc(a / divisor);
    if (divisor === 0 || q < -0x8000 || q > 0x7fff) divide();
    reg16[EAX] = q;
    reg16[DX] = a % divisor;
  };
  const idiv32 = (b: number) => {
    let high = reg32[EDX];
    let low = reg32[EAX];
    const negative = high < 0;
    if (negative) {
      low = -low | 0;
      high = (~high + (low === 0 ? 1 : 0)) | 0;
    }
    const divisor = Math.abs(b);
    if (high >>> 0 >= divisor) divide();
    divide64(high >>> 0, low >>> 0, divisor);
    const negativeQuotient = negative !== b < 0;
    if (quotient > (negativeQuotient ? 0x8000_0000 : 0x7fff_ffff)) divide();
    reg32[EAX] = negativeQuotient ? -quotient : quotient;
    reg32[EDX] = negative ? -remainder : remainder;
  };

  const forms = (w8: (b: number) => void, w16: (b: number) => void, w32: (b: number) => void) => ({
    narrow: {
      rmWidth: 8,
      reg: both((i) => {
        w8(reg8[i.rm]);
      }),
      mem: both((i) => {
        w8(read8(i.seg, ea(i)));
      }),
    } satisfies Operation,
    wide: {
      reg: [
        (i) => {
          w16(reg16[i.rm]);
        },
        (i) => {
          w32(reg32[i.rm]);
        },
      ],
      mem: [
        (i) => {
          w16(read16(i.seg, ea(i)));
        },
        (i) => {
          w32(read32(i.seg, ea(i)));
        },
      ],
    } satisfies Operation,
  });
  const all = [
    forms(mul8, mul16, mul32),
    forms(imul8, imul16, imul32),
    forms(div8, div16, div32),
    forms(idiv8, idiv16, idiv32),
  ];
  map.group(0xf6, [...(map.groups[0xf6] ?? []), ...all.map(({ narrow }) => narrow)]);
  map.group(0xf7, [...(map.groups[0xf7] ?? []), ...all.map(({ wide }) => wide)]);

  const product16 = (a: number, b: number) => {
    const product = s16(a) * s16(b);
    multiplied(s16(product), s16(product) !== product);
    return product;
  };
  const product32 = (a: number, b: number) => {
    const low = Math.imul(a, b);
    multiplied(low, mulHighSigned(a, b) !== low >> 31);
    return low;
  };
  map.define(0x1af, {
    modrm: true,
    reg: [
      (i) => {
        reg16[i.reg] = product16(reg16[i.reg], reg16[i.rm]);
      },
      (i) => {
        reg32[i.reg] = product32(reg32[i.reg], reg32[i.rm]);
      },
    ],
    mem: [
      (i) => {
        const b = read16(i.seg, ea(i));
        reg16[i.reg] = product16(reg16[i.reg], b);
      },
      (i) => {
        const b = read32(i.seg, ea(i));
        reg32[i.reg] = product32(reg32[i.reg], b);
      },
    ],
  });
  const threeOperands: Operation = {
    modrm: true,
    reg: [
      (i) => {
        reg16[i.reg] = product16(reg16[i.rm], i.imm);
      },
      (i) => {
        reg32[i.reg] = product32(reg32[i.rm], i.imm);
      },
    ],
    mem: [
      (i) => {
        reg16[i.reg] = product16(read16(i.seg, ea(i)), i.imm);
      },
      (i) => {
        reg32[i.reg] = product32(read32(i.seg, ea(i)), i.imm);
      },
    ],
  };
  map.define(0x69, { ...threeOperands, imm: 'v' });
  map.define(0x6b, { ...threeOperands, imm: 's8' });
}
