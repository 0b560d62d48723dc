/** Random instructions of the x87 FPU, of MMX and of SSE. Exceptions are masked but for those that FLDCW and LDMXCSR unmask now and then. */
import { DATA, le } from '../../cpu/testing/bare-machine.ts';
import { imm32, memory, type Random, register } from './random-operands.ts';

export function floating(random: Random): number[] {
  switch (random(6)) {
    case 0:
    case 1:
      return x87(random);
    case 2:
      return mmx(random);
    case 3:
      return random(4) === 0 ? control(random) : sse(random);
    default:
      return sse(random);
  }
}

/** Without an index: that would need ECX. */
function place(random: Random, reg: number): number[] {
  for (;;) {
    const bytes = memory(random, reg);
    if ((bytes[0]! & 7) !== 4) return bytes;
  }
}

function x87(random: Random): number[] {
  const rm = random(3);
  switch (random(10)) {
    case 0:
    case 1:
      // fld and fild of all formats
      return [
        ...[
          [0xd9, 0],
          [0xdd, 0],
          [0xdb, 5],
          [0xdb, 0],
          [0xdf, 0],
          [0xdf, 5],
        ][random(6)]!,
      ].flatMap((value, n) => (n === 0 ? [value] : place(random, value)));
    case 2:
      return [0xd9, 0xe8 + random(7)];
    case 3:
      // fst, fstp, fist, fistp
      return [
        ...[
          [0xd9, 2],
          [0xd9, 3],
          [0xdd, 2],
          [0xdd, 3],
          [0xdb, 2],
          [0xdb, 3],
          [0xdf, 3],
        ][random(7)]!,
      ].flatMap((value, n) => (n === 0 ? [value] : place(random, value)));
    case 4:
      return [[0xd8, 0xdc, 0xda, 0xde][random(4)]!, ...place(random, random(8))];
    case 5:
      return [[0xd8, 0xdc, 0xde][random(3)]!, 0xc0 | (random(8) << 3) | rm];
    case 6:
      // fxch, fld st(i), fstp st(i), fucom, fcomi and their relatives
      return [
        [0xd9, 0xc8],
        [0xd9, 0xc0],
        [0xdd, 0xd8],
        [0xdd, 0xe0],
        [0xdb, 0xf0],
        [0xdf, 0xe8],
      ][random(6)]!.map((byte, n) => (n === 0 ? byte : byte | rm));
    case 7:
      // fchs, fabs, ftst, fxam, fsqrt, frndint; fcmov
      return random(3) === 0
        ? [0xda + random(2), 0xc0 | (random(4) << 3) | rm]
        : [0xd9, [0xe0, 0xe1, 0xe4, 0xe5, 0xfa, 0xfc][random(6)]!];
    case 8:
      return [[0xdf, 0xe0], [0x9b], [0xdb, 0xe3], [0xdb, 0xe2]][random(4)]!;
    default: {
      // push control word; fldcw [esp]; pop
      const control = 0x37f & ~(random(8) === 0 ? 1 << random(6) : 0) & ~(random(2) << 8);
      return [0x68, ...le(control | (random(4) << 10)), 0xd9, 0x2c, 0x24, 0x58 | register(random)];
    }
  }
}

function mmx(random: Random): number[] {
  const mm = random(8);
  const registers = 0xc0 | (mm << 3) | random(8);
  switch (random(7)) {
    case 0:
      // movq loads and stores
      return [0x0f, [0x6f, 0x7f][random(2)]!, ...place(random, mm)];
    case 1:
      // movd to and from a general register
      return [0x0f, [0x6e, 0x7e][random(2)]!, 0xc0 | (mm << 3) | register(random)];
    case 2:
      return [0x0f, [0x60, 0x62, 0x67, 0x68, 0x6b, 0x75, 0xe5, 0xf5, 0xfd][random(9)]!, ...place(random, mm)];
    case 3:
      // Shifts by an immediate
      return [0x0f, 0x71 + random(3), 0xc0 | ([2, 6][random(2)]! << 3) | mm, random(70)];
    case 4:
      return [
        [0x0f, 0x70, registers, random(256)],
        [0x0f, 0xd7, 0xc0 | (register(random) << 3) | mm],
        [0x0f, 0x77],
      ][random(3)]!;
    default:
      return [0x0f, [0x61, 0x63, 0x69, 0x74, 0xd3, 0xdb, 0xdf, 0xef, 0xf6, 0xf9][random(10)]!, registers];
  }
}

/** MXCSR, and the image of all units. */
function control(random: Random): number[] {
  if (random(2) === 0) return [0x0f, 0xae, ...place(random, 3)];
  if (random(2) === 0) {
    // push imm32; ldmxcsr [esp]; pop
    const value =
      0x1f80 ^ (random(8) === 0 ? 0x80 << random(6) : 0) ^ [0, 0x20, 0x8040, random(4) << 13][random(4)]!;
    return [0x68, ...le(value), 0x0f, 0xae, 0x14, 0x24, 0x58 | register(random)];
  }
  // fxsave [DATA + ..]; one instruction; fxrstor from there
  const image = le(DATA + 0x100 + random(16) * 16);
  return [
    0x0f,
    0xae,
    0x05,
    ...image,
    ...(random(2) === 0 ? sse(random) : x87(random)),
    0x0f,
    0xae,
    0x0d,
    ...image,
  ];
}

const SCALAR = [0xf3, 0xf2];
function sse(random: Random): number[] {
  const xmm = random(8);
  const registers = 0xc0 | (xmm << 3) | random(8);
  switch (random(8)) {
    case 0:
      // movups, movupd, movss, movsd: loads and stores
      return [...[[], [0x66], [0xf3], [0xf2]][random(4)]!, 0x0f, 0x10 | random(2), ...place(random, xmm)];
    case 1:
      // add, mul, sub, min, div, max
      return [
        ...[[], [0x66], [0xf3], [0xf2]][random(4)]!,
        ...[0x0f, [0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f][random(6)]!, registers],
      ];
    case 2:
      return [SCALAR[random(2)]!, 0x0f, [0x51, 0x58, 0x59, 0x5e][random(4)]!, ...place(random, xmm)];
    case 3: {
      // Small whole numbers, so that not all is NaN: mov reg, imm32; cvtsi2sd
      const from = register(random);
      return [
        0xb8 | from,
        ...le(imm32(random) >> 16),
        SCALAR[random(2)]!,
        0x0f,
        0x2a,
        0xc0 | (xmm << 3) | from,
      ];
    }
    case 4:
      return [SCALAR[random(2)]!, 0x0f, 0x2c + random(2), 0xc0 | (register(random) << 3) | xmm];
    case 5:
      // Integers, logic, unpacking
      return [
        ...[0x66, 0x0f],
        ...[[0xfe, 0xfa, 0xd4, 0xef, 0xeb, 0xdb, 0xf4, 0x62, 0x66, 0x76][random(10)]!, registers],
      ];
    case 6:
      return random(2) === 0
        ? [0x66, 0x0f, 0xd7, 0xc0 | (register(random) << 3) | xmm]
        : [...(random(2) === 0 ? [0x66] : []), 0x0f, 0x2e + random(2), registers];
    default:
      return [...(random(2) === 0 ? [0x66] : []), 0x0f, 0xc6, registers, random(256)];
  }
}
