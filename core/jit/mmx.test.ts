/** MMX instructions, and those that store and load the state of all units: random ones end alike in the interpreter and in translations. */
import { describe, expect, it } from 'vitest';
import { type BareMachine, DATA, le } from '../cpu/testing/bare-machine.ts';
import { CR0, Cr0, EBX } from '../cpu/state.ts';
import { FpuState } from '../softfloat/softfloat.ts';
import { createRandom } from '../testing/random.ts';
import { ABSENT, createTrials, READ_ONLY } from './testing/alike.ts';

type Random = (n: number) => number;

const TRIALS = 200;
const PLACES = [DATA + 0x100, DATA + 0x100, DATA + 0x100, ABSENT - 6, ABSENT + 8, READ_ONLY + 0x80];
/** Vectors of exceptions. */
const [NONE, UD, NM, GP, PF, MF] = [-1, 6, 7, 13, 14, 16];

/** After 0F, with a register and a register or memory. */
const SOURCES = [
  ...[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6e, 0x6f, 0x74, 0x75, 0x76],
  ...[0x7e, 0x7f, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xe1],
  ...[0xe2, 0xe3, 0xe4, 0xe5, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5],
  ...[0xf6, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe],
];
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;
/** A register, or memory at EBX + 4; of general registers EAX, ECX and EDX. */
const modrm = (random: Random, reg: number, registers = 8): number[] =>
  random(2) === 0 ? [0xc0 | (reg << 3) | random(registers)] : [0x43 | (reg << 3), 4];

function mmx(random: Random): number[] {
  const reg = random(8);
  switch (random(10)) {
    case 0: {
      const [opcode, digits] = pick(random, [
        [0x71, [2, 4, 6]],
        [0x72, [2, 4, 6]],
        [0x73, [2, 6]],
      ] as const);
      return [0x0f, opcode, 0xc0 | (pick(random, digits) << 3) | reg, random(70)];
    }
    case 1:
      return [0x0f, 0x70, ...modrm(random, reg), random(256)];
    case 2:
      return [0x0f, 0xc4, ...modrm(random, reg, 3), random(256)];
    case 3:
      return random(2) === 0
        ? [0x0f, 0xc5, 0xc0 | (random(3) << 3) | reg, random(256)]
        : [0x0f, 0xd7, 0xc0 | (random(3) << 3) | reg];
    case 4:
      // movq2dq, movdq2q, movntq
      return pick(random, [
        [0xf3, 0x0f, 0xd6, 0xc0 | (reg << 3) | random(8)],
        [0xf2, 0x0f, 0xd6, 0xc0 | (reg << 3) | random(8)],
        [0x0f, 0xe7, 0x43 | (reg << 3), 4],
      ]);
    case 5:
      // emms, fld1, fstp st(0), fldpi
      return pick(random, [
        [0x0f, 0x77],
        [0xd9, 0xe8],
        [0xdd, 0xd8],
        [0xd9, 0xeb],
      ]);
    default: {
      const opcode = pick(random, SOURCES);
      return [0x0f, opcode, ...modrm(random, reg, opcode === 0x6e || opcode === 0x7e ? 3 : 8)];
    }
  }
}

function images(random: Random): number[] {
  const at = [0x83, ...le(random(12) === 0 ? 8 : 0x100 + random(4) * 0x10)];
  const withDigit = (digit: number) => [0x0f, 0xae, at[0]! | (digit << 3), ...at.slice(1)];
  switch (random(8)) {
    case 0:
    case 1:
      return withDigit(0);
    case 2:
      return withDigit(1);
    case 3:
      // Stores the state and loads it again.
      return [...withDigit(0), ...mmx(random), ...withDigit(1)];
    case 4:
      return [0x0f, 0xae, 0x53, 4];
    case 5:
      return [0x0f, 0xae, 0x5b, 4];
    case 6:
      return pick(random, [[0x9b], [0xd9, 0xe8], [0xf2, 0x0f, 0x58, 0xc1], [0x0f, 0x58, 0xca]]);
    default:
      return mmx(random);
  }
}

/** Now and then the unit is not there, or an exception is pending. */
function prepare(random: Random): (machine: BareMachine) => void {
  const kind = random(12);
  return ({ cpu }) => {
    const { state, mem } = cpu.views;
    if (kind === 0) state[CR0] |= Cr0.TS;
    if (kind === 1) state[CR0] |= Cr0.EM;
    if (kind !== 2) return;
    // An unmasked invalid operation: IE, ES and B.
    mem.setUint32(FpuState.Control, 0x37e, true);
    mem.setUint32(FpuState.Status, 0x8081, true);
  };
}

function endAlike(one: (random: Random) => number[], expectedVectors: readonly number[]): void {
  const trial = createTrials('interpreter', 'eager', 'mixed');
  const random = createRandom(7);
  const word = () => [random(2 ** 32), random(2 ** 32), random(256), 0x7fff_8000, 0x1f80, -1][random(6)]!;
  const vectors = new Set<number>();
  for (let n = 0; n < TRIALS; n++) {
    const registers = Array.from({ length: 8 }, word);
    registers[EBX] = pick(random, PLACES);
    const data = Array.from({ length: 24 }, word);
    const code = [0, 1, 2, 3].flatMap(() => one(random));
    const [expected, ...found] = trial({ code, registers, flags: 0, data, prepare: prepare(random) });
    for (const other of found)
      expect(other, code.map((byte) => byte.toString(16)).join(' ')).toEqual(expected);
    for (const { vector } of expected!) vectors.add(vector);
  }
  expect([...vectors].sort((a, b) => a - b)).toEqual(expectedVectors);
}

describe('instructions of MMX', () => {
  it('end alike in the interpreter and in translations', () => {
    endAlike(mmx, [NONE, UD, NM, PF, MF]);
  });
});

describe('FXSAVE, FXRSTOR, LDMXCSR, STMXCSR and FWAIT', () => {
  it('end alike in the interpreter and in translations', () => {
    endAlike(images, [NONE, UD, NM, GP, PF, MF]);
  });
});
