/**
 * Random sequences of SSE and x87 instructions with random operands and control words end alike in all tiers.
 */
import { describe, expect, it } from 'vitest';
import { createBareMachine, DATA, le, STACK } from '../cpu/testing/bare-machine.ts';
import { CR0, Cr0, CR4, Cr4, EAX, ECX, EIP, ESP } from '../cpu/state.ts';
import { FpuState } from '../softfloat/softfloat.ts';
import { createRandom } from '../testing/random.ts';
import type { Tier } from './tier.ts';

type Random = (n: number) => number;

const PROGRAMS = 150;
const INSTRUCTIONS = 12;
/** Where programs lie, 256 bytes each. */
const PROGRAM = 0x10_0000;
/** Bytes of operands at DATA; addresses of operands stay within, a few of them unaligned. */
const OPERANDS = 256;

const f32 = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const f64 = (value: number) => [...new Uint32Array(Float64Array.of(value).buffer)];
/** Eight bytes as a program might have them: ordinary numbers, and the edges of the formats. */
function operand(random: Random): readonly number[] {
  const ordinary = () => (random(2001) - 1000) / (1 + random(64));
  switch (random(12)) {
    case 0:
      return f64([0, -0, 1, Infinity, -Infinity, NaN][random(6)]!);
    case 1:
      return [f32([0, -0, 1, Infinity, -Infinity, NaN][random(6)]!), f32(ordinary())];
    case 2:
      return f64(
        [5e-324, 2.225073858507201e-308, 2.2250738585072014e-308, 1.7976931348623157e308][random(4)]!,
      );
    case 3:
      return [[1, 0x7f_ffff, 0x80_0000, 0x7f7f_ffff][random(4)]!, f32(ordinary())];
    case 4:
      return f64(2 ** (random(2046) - 1022) * ordinary());
    case 5:
      return [f32(2 ** (random(252) - 126)), f32(2 ** (random(252) - 126) * ordinary())];
    case 6:
      return [random(0x1_0000_0000), random(0x1_0000_0000)];
    case 7:
      return [0x7ff0_0001, 0x7fa0_0000 | random(2)];
    case 8:
    case 9:
      return [f32(ordinary()), f32(ordinary())];
    default:
      return f64(ordinary());
  }
}

/** Opcode bytes after 0F with their prefixes; `x` has an 8-bit immediate. */
const PACKED_INTEGERS = [
  ...[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
  ...[0x74, 0x75, 0x76, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf],
  ...[0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef],
  ...[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe],
];
const ARITHMETIC = [0x51, 0x58, 0x58, 0x59, 0x59, 0x5a, 0x5c, 0x5d, 0x5e, 0x5f, 0x54, 0x57, 0x14, 0x28, 0x10];
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

/** ModRM with a register or an operand at an absolute address. */
function modrm(random: Random, reg: number, alignment: number): number[] {
  if (random(2) === 0) return [0xc0 | (reg << 3) | random(8)];
  const step = random(24) === 0 ? 1 : alignment;
  return [0x05 | (reg << 3), ...le(DATA + random((OPERANDS - 16) / step) * step)];
}

function sse(random: Random): number[] {
  const reg = random(8);
  switch (random(9)) {
    case 0: {
      const opcode = pick(random, PACKED_INTEGERS);
      return [0x66, 0x0f, opcode, ...modrm(random, reg, 16)];
    }
    case 1:
      return [...pick(random, [[0x66], [0xf2], [0xf3]]), 0x0f, 0x70, ...modrm(random, reg, 16), random(256)];
    case 2: {
      const [opcode, digits] = pick(random, [
        [0x71, [2, 4, 6]],
        [0x72, [2, 4, 6]],
        [0x73, [2, 3, 6, 7]],
      ] as const);
      return [0x66, 0x0f, opcode, 0xc0 | (pick(random, digits) << 3) | reg, random(72)];
    }
    case 3:
      return [
        ...pick(random, [[], [0x66], [0xf2], [0xf3]]),
        0x0f,
        0xc2,
        ...modrm(random, reg, 16),
        random(8),
      ];
    case 4:
      return [...pick(random, [[], [0x66]]), 0x0f, pick(random, [0x2e, 0x2f]), ...modrm(random, reg, 8)];
    case 5: {
      // Conversions. Those with a general register write EAX or ECX, or read them.
      const [prefix, opcode] = pick(random, [
        [[], 0x5b],
        [[0x66], 0x5b],
        [[0xf3], 0x5b],
        [[0xf3], 0xe6],
        [[0x66], 0xe6],
        [[0xf2], 0xe6],
        [[0xf2], 0x2c],
        [[0xf3], 0x2c],
        [[0xf2], 0x2d],
        [[0xf3], 0x2d],
        [[0xf2], 0x2a],
        [[0xf3], 0x2a],
      ] as const);
      const general = opcode === 0x2c || opcode === 0x2d;
      return [...prefix, 0x0f, opcode, ...modrm(random, general ? random(2) : reg, 16)];
    }
    case 6:
      // Stores, half moves, masks.
      switch (random(4)) {
        case 0:
          return [...pick(random, [[], [0x66], [0xf2], [0xf3]]), 0x0f, 0x11, ...modrm(random, reg, 16)];
        case 1:
          return [0x0f, pick(random, [0x12, 0x16]), ...modrm(random, reg, 8)];
        case 2:
          return [...pick(random, [[], [0x66]]), 0x0f, 0x50, 0xc0 | random(8)];
        default:
          return [0x66, 0x0f, 0xc6, ...modrm(random, reg, 16), random(256)];
      }
    default:
      return [
        ...pick(random, [[], [0x66], [0xf2], [0xf3], [0xf2], [0xf3]]),
        0x0f,
        pick(random, ARITHMETIC),
        ...modrm(random, reg, 16),
      ];
  }
}

function x87(random: Random): number[] {
  if (random(8) === 0)
    return pick(random, [
      [0xd9, 0xe8],
      [0xd9, 0xee],
      [0xd9, 0xeb],
      [0xd9, 0xe0],
      [0xd9, 0xe1],
      [0xd9, 0xfa],
      [0xdf, 0xe0],
    ]);
  const opcode = 0xd8 + random(8);
  const digit = random(8);
  // FLDENV, FRSTOR, FNSTENV, FNSAVE and the decimal forms would drown the others.
  if (random(2) === 0) {
    if (
      ((opcode === 0xd9 || opcode === 0xdd) && digit >= 4) ||
      (opcode === 0xdf && (digit === 4 || digit === 6))
    )
      return [0xdd, 0x05, ...le(DATA + random(OPERANDS / 8 - 2) * 8)];
    return [opcode, 0x05 | (digit << 3), ...le(DATA + random(OPERANDS / 8 - 2) * 8)];
  }
  if (opcode === 0xd9 && digit >= 4) return [0xd9, 0xc0 | random(4)];
  if (opcode === 0xdb && digit === 4) return [0xd9, 0xc9];
  return [opcode, 0xc0 | (digit << 3) | random(3)];
}

interface Program {
  readonly code: readonly number[];
  readonly operands: readonly number[];
  readonly mxcsr: number;
  readonly control: number;
}
function createProgram(seed: number): Program {
  const random = createRandom(seed);
  const one = seed % 2 === 0 ? sse : x87;
  const code = Array.from({ length: INSTRUCTIONS }, () => one(random)).flat();
  const usual = random(3) > 0;
  return {
    // Again and again: the first round sets sticky flags, later ones meet them.
    code: [...code, 0x49, 0x0f, 0x85, ...le(-(code.length + 7))],
    operands: Array.from({ length: OPERANDS / 8 }, () => operand(random)).flat(),
    mxcsr: usual ? 0x1f80 | (random(2) << 5) : random(0x1_0000),
    control: usual ? pick(random, [0x37f, 0x27f]) : 0x40 | random(0x1000),
  };
}

/** What a machine's programs leave. Each has a place of its own: nothing of an earlier one is translated. */
function createRunner(tier: Tier) {
  const m = createBareMachine({}, 'max', tier);
  const { state, reg32, mem } = m.cpu.views;
  state[CR4] |= Cr4.OSFXSR | Cr4.OSXMMEXCPT;
  const words = (at: number, count: number) =>
    Array.from({ length: count }, (_, n) => mem.getUint32(at + n * 4, true).toString(16));
  return (place: number, { code, operands, mxcsr, control }: Program) => {
    operands.forEach((word, n) => m.dword(DATA + n * 4, word));
    operands.slice(0, 32).forEach((word, n) => mem.setUint32(FpuState.Xmm + n * 4, word, true));
    mem.setUint32(FpuState.Mxcsr, mxcsr, true);
    // FNINIT, three times FLD m64.
    const loads = [0, 1, 2].flatMap((n) => [0xdd, 0x05, ...le(DATA + n * 8)]);
    m.bytes(place, 0xdb, 0xe3, ...loads, ...code, 0xf4);
    reg32.fill(0, 0, 8);
    reg32[EAX] = 3;
    reg32[ECX] = 4;
    reg32[ESP] = STACK;
    m.cpu.flags.set(2);
    m.run(place, 4);
    mem.setUint32(FpuState.Control, control, true);
    m.run(-1, 400);
    return {
      eip: state[EIP],
      registers: [...reg32.slice(0, 8)],
      flags: m.cpu.flags.get(),
      vector: m.vector(),
      xmm: words(FpuState.Xmm, 32),
      mxcsr: mem.getUint32(FpuState.Mxcsr, true).toString(16),
      fpu: words(FpuState.Registers, 40),
      memory: Array.from({ length: OPERANDS / 4 }, (_, n) => m.read(DATA + n * 4)),
    };
  };
}

describe('random floating-point programs', () => {
  it('end alike in the interpreter and in translations', () => {
    const interpreted = createRunner('interpreter');
    const translated = createRunner('eager');
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const program = createProgram(seed);
      const place = PROGRAM + seed * 0x100;
      expect(translated(place, program), `seed ${seed}`).toEqual(interpreted(place, program));
    }
  });
});

describe('a unit that is switched off', () => {
  const [ADDSS, FLD1] = [
    [0xf3, 0x0f, 0x58, 0xc0],
    [0xd9, 0xe8, 0xdd, 0xd8],
  ];
  const NM = 7;
  it.each([
    ['SSE', ADDSS],
    ['x87', FLD1],
  ])('raises #NM where %s is used first, whichever way leads there', (_, use) => {
    const { bytes, cpu, frame, run, vector } = createBareMachine({}, 'max', 'eager');
    const { state, reg32 } = cpu.views;
    const runWith = (eax: number) => {
      reg32[EAX] = eax;
      reg32[ESP] = STACK;
      run(PROGRAM);
    };
    state[CR4] |= Cr4.OSFXSR;
    // test eax, eax; jz over the first one
    bytes(PROGRAM, 0x85, 0xc0, 0x74, 4, ...use, ...use, 0xf4);
    // Until one translation has both ways.
    for (let n = 0; n < 200; n++) runWith(n % 2);
    state[CR0] |= Cr0.TS;
    for (const eax of [0, 1]) {
      runWith(eax);
      expect([vector(), frame(0)]).toEqual([NM, PROGRAM + (eax === 0 ? 8 : 4)]);
    }
  });
});
