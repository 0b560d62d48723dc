/** Operations on normal numbers are the exact ones, rounded to the nearest with 64 bits: computed here with integers of any size. */
import { expect, it } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { createSoftfloat, FpuState } from './softfloat.ts';

type Random = (n: number) => number;

const TRIALS = 20_000;
const [ADD, MULTIPLY, SUBTRACT, DIVIDE] = [0, 1, 4, 6];
const BIAS = 0x3fff;
const [SIGN, PE, C1] = [0x8000, 0x20, 0x200];

/** significand * 2^exponent, with a sign. */
interface Exact {
  readonly negative: boolean;
  readonly significand: bigint;
  readonly exponent: number;
  /** It is a little more. */
  readonly more?: boolean;
}

function randomNumber(random: Random): Exact {
  const bits = BigInt(random(0x1_0000_0000)) | (BigInt(random(0x1_0000_0000)) << 32n);
  const run = BigInt(random(63));
  const significand = [bits, (1n << run) - 1n, -1n << run, 1n << run, (bits >> run) << run][random(5)]!;
  return {
    negative: random(2) === 1,
    significand: BigInt.asUintN(64, significand | (1n << 63n)),
    exponent: random(150) - 75,
  };
}
const wordOf = ({ negative, exponent }: Exact) => (negative ? SIGN : 0) | (exponent + BIAS + 63);

const bitsOf = (value: bigint) => (value === 0n ? 0 : value.toString(2).length);

function rounded({ negative, significand, exponent, more = false }: Exact) {
  const dropped = bitsOf(significand) - 64;
  const moved = dropped > 0 ? significand >> BigInt(dropped) : significand << BigInt(-dropped);
  const rest = dropped > 0 ? significand - (moved << BigInt(dropped)) : 0n;
  const half = dropped > 0 ? 1n << BigInt(dropped - 1) : 1n;
  const up = dropped > 0 && (rest > half || (rest === half && (more || (moved & 1n) === 1n)));
  const result = moved + (up ? 1n : 0n);
  const carry = result >> 64n !== 0n;
  return {
    significand: carry ? result >> 1n : result,
    word: wordOf({ negative, significand, exponent: exponent + dropped + (carry ? 1 : 0) }),
    flags: (rest !== 0n || more ? PE : 0) | (up ? C1 : 0),
  };
}

function sum(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const aligned = (of: Exact) =>
    (of.negative ? -of.significand : of.significand) << BigInt(of.exponent - exponent);
  const total = aligned(a) + aligned(b);
  return { negative: total < 0n, significand: total < 0n ? -total : total, exponent };
}
const product = (a: Exact, b: Exact): Exact => ({
  negative: a.negative !== b.negative,
  significand: a.significand * b.significand,
  exponent: a.exponent + b.exponent,
});
/** More bits than are needed for rounding. */
const SPARE = 70;
function quotient(a: Exact, b: Exact): Exact {
  const dividend = a.significand << BigInt(SPARE);
  return {
    negative: a.negative !== b.negative,
    significand: dividend / b.significand,
    exponent: a.exponent - b.exponent - SPARE,
    more: dividend % b.significand !== 0n,
  };
}
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitsOf(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
function squareRoot({ significand, exponent }: Exact): Exact {
  const odd = exponent & 1;
  const value = significand << BigInt(2 * SPARE + odd);
  const root = integerRoot(value);
  return {
    negative: false,
    significand: root,
    exponent: (exponent - odd) / 2 - SPARE,
    more: root * root !== value,
  };
}

function createCore() {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const core = createSoftfloat(memory);
  const view = new DataView(memory.buffer);
  return {
    core,
    run(operation: () => number) {
      view.setUint32(FpuState.Control, 0x37f, true);
      view.setUint32(FpuState.Status, 0, true);
      const word = operation();
      return {
        significand: view.getBigUint64(FpuState.Output, true),
        word,
        flags: view.getUint32(FpuState.Status, true),
      };
    },
  };
}

it.each([
  ['sums', ADD, sum],
  ['differences', SUBTRACT, (a: Exact, b: Exact) => sum(a, { ...b, negative: !b.negative })],
  ['products', MULTIPLY, product],
  ['quotients', DIVIDE, quotient],
])('rounds %s', (_, operation, exact) => {
  const { core, run } = createCore();
  const random = createRandom(operation + 1);
  for (let n = 0; n < TRIALS; n++) {
    const [a, b] = [randomNumber(random), randomNumber(random)];
    const wanted = exact(a, b);
    if (wanted.significand === 0n) continue;
    const result = run(() =>
      core.operateValues(operation, a.significand, wordOf(a), b.significand, wordOf(b)),
    );
    expect(result, `${n}`).toEqual(rounded(wanted));
  }
});

it('rounds square roots', () => {
  const { core, run } = createCore();
  const random = createRandom(1);
  for (let n = 0; n < TRIALS; n++) {
    const a = { ...randomNumber(random), negative: false };
    // Squares, and what is next to them.
    const near = BigInt.asUintN(32, a.significand) | (1n << 31n);
    const square = near * near + BigInt(random(3) - 1);
    const value = random(2) === 0 ? a : { ...a, significand: square << BigInt(64 - bitsOf(square)) };
    expect(
      run(() => core.squareRootValue(value.significand, wordOf(value))),
      `${n}`,
    ).toEqual(rounded(squareRoot(value)));
  }
});
