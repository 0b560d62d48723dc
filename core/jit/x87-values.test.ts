/**
 * x87 arithmetic, comparisons, loads and stores on registers in locals give what the interpreter's do, to the bit: with operands at the edges of
 * rounding, of alignment and of the formats.
 */
import { expect, it } from 'vitest';
import { CODE, createBareMachine, DATA, le } from '../cpu/testing/bare-machine.ts';
import { createRandom } from '../testing/random.ts';
import type { Tier } from './tier.ts';

type Random = (n: number) => number;

const TRIALS = 6000;
/** Operands: two of 80 bits, eight bytes, the control word. */
const [A, B, BITS, CONTROL] = [DATA, DATA + 0x10, DATA + 0x20, DATA + 0x30];
/** Of each instruction: ST(0), the status word, EFLAGS, and what it has stored. */
const RESULTS = DATA + 0x100;
const [STATUS, FLAGS, STORED, RESULT_BYTES] = [12, 16, 20, 28];

const at = (digit: number, address: number) => [0x05 | (digit << 3), ...le(address)];
const load = (address: number) => [0xdb, ...at(5, address)];
const POP = [0xdd, 0xd8];
/** FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR */
const ARITHMETIC = [0, 1, 4, 5, 6, 7];
/** FLD and FILD of all formats */
const LOADS: readonly (readonly [opcode: number, digit: number])[] = [
  [0xd9, 0],
  [0xdd, 0],
  [0xdb, 0],
  [0xdf, 0],
  [0xdf, 5],
];
/** FST and FIST of all formats */
const STORES: typeof LOADS = [
  [0xd9, 2],
  [0xdd, 2],
  [0xdb, 2],
  [0xdf, 2],
];

/** With A in ST(0) and B in ST(1): instructions that leave as many registers on the stack. */
const INSTRUCTIONS: readonly (readonly number[])[] = [
  ...ARITHMETIC.map((digit) => [0xd8, 0xc1 | (digit << 3)]),
  ...[0xd8, 0xda, 0xdc, 0xde].flatMap((opcode) => ARITHMETIC.map((digit) => [opcode, ...at(digit, BITS)])),
  // fmul st, st; faddp st(1) and fld st(1); fsqrt, fchs, fabs
  ...[
    [0xd8, 0xc8],
    [0xde, 0xc1, 0xd9, 0xc0],
    [0xd9, 0xfa],
    [0xd9, 0xe0],
    [0xd9, 0xe1],
  ],
  // fcomi, fucomi, fcom, fucom, and with memory; fcmovnb, fcmovne behind fcomi
  ...[
    [0xdb, 0xf1],
    [0xdb, 0xe9],
    [0xd8, 0xd1],
    [0xdd, 0xe1],
    [0xd8, ...at(2, BITS)],
    [0xdc, ...at(2, BITS)],
  ],
  ...[
    [0xdb, 0xf1, 0xdb, 0xc1],
    [0xdb, 0xf1, 0xdb, 0xc9],
  ],
  // Loads and a pop
  ...LOADS.map(([opcode, digit]) => [opcode, ...at(digit, BITS), ...[0xd9, 0xc9], ...POP]),
];

function createProgram(): number[] {
  const code = [0xdb, 0xe3, 0xd9, ...at(5, CONTROL)];
  let result = RESULTS;
  const run = (instruction: readonly number[]) => {
    // fnclex; operands; fnstsw; pushfd; pop; fstp m80; a pop
    code.push(0xdb, 0xe2, ...load(B), ...load(A), ...instruction);
    code.push(0xdd, ...at(7, result + STATUS), 0x9c, 0x8f, ...at(0, result + FLAGS));
    code.push(0xdb, ...at(7, result), ...POP);
    result += RESULT_BYTES;
  };
  INSTRUCTIONS.forEach(run);
  for (const [opcode, digit] of STORES) run([opcode, ...at(digit, result + STORED)]);
  return [...code, 0xf4];
}
const WORDS = ((INSTRUCTIONS.length + STORES.length) * RESULT_BYTES) / 4;

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

/** 64 bits with runs of zeros and ones, so that halves and carries come often. */
function significand(random: Random): bigint {
  const bits = BigInt(random(0x1_0000_0000)) | (BigInt(random(0x1_0000_0000)) << 32n);
  const run = BigInt(random(64));
  const around = BigInt.asUintN(64, pick(random, [1n, -1n, 0n, 1n << run, -1n << run, (1n << run) - 1n]));
  return pick(random, [bits, around, around ^ (1n << BigInt(random(64))), (bits >> run) << run]);
}
/** Sign, exponent and significand: a number most of the time, whose exponent is near to that of others. */
function extended(random: Random): readonly [bigint, number] {
  const sign = random(2) << 15;
  const usual = pick(random, [0x3fff, 0x3fff, 0x3fff, 0x3ffe, 0x3c02, 0x3f82, 0x43fe, 0x407e]);
  const exponent =
    random(12) === 0 ? pick(random, [0, 1, 2, 0x7ffd, 0x7ffe, 0x7fff]) : usual + random(70) - 35;
  const bits = significand(random);
  if (random(16) === 0) return [pick(random, [0n, 1n << 63n, bits]), sign | pick(random, [0, exponent])];
  return [bits | (1n << 63n), sign | exponent];
}
/** Eight bytes of memory, which are of all formats at once. */
function operand(random: Random): bigint {
  const [bits, word] = extended(random);
  const sign = BigInt(word >> 15);
  const fraction = (bits << 1n) & 0xffff_ffff_ffff_ffffn;
  switch (random(4)) {
    case 0:
      return (
        (sign << 63n) |
        (BigInt(random(4) === 0 ? random(0x800) : 1000 + random(48)) << 52n) |
        (fraction >> 12n)
      );
    case 1:
      return (
        (sign << 31n) |
        (BigInt(random(4) === 0 ? random(0x100) : 110 + random(34)) << 23n) |
        (fraction >> 41n)
      );
    case 2:
      return bits >> BigInt(random(64));
    default:
      return pick(random, [0n, 1n << 63n, bits]);
  }
}
/** Usual ones, and those of other precisions and roundings. All exceptions are masked. */
const controlWord = (random: Random) => (random(4) > 0 ? 0x37f : 0x7f | (random(16) << 8));

function createRunner(tier: Tier) {
  const { bytes, dword, read, run } = createBareMachine({}, 'max', tier);
  bytes(CODE, ...createProgram());
  const quad = (address: number, value: bigint) => {
    dword(address, Number(BigInt.asIntN(32, value)));
    dword(address + 4, Number(BigInt.asIntN(32, value >> 32n)));
  };
  return (seed: number) => {
    const random = createRandom(seed);
    for (const address of [A, B]) {
      const [bits, word] = extended(random);
      quad(address, bits);
      dword(address + 8, word);
    }
    quad(BITS, operand(random));
    dword(CONTROL, controlWord(random));
    run();
    return Array.from({ length: WORDS }, (_, n) => read(RESULTS + n * 4));
  };
}

it('gives what the interpreter gives', () => {
  const interpreted = createRunner('interpreter');
  const translated = createRunner('eager');
  for (let seed = 1; seed <= TRIALS; seed++)
    expect(translated(seed), `seed ${seed}`).toEqual(interpreted(seed));
});
