/*
 * Owns the conversion between machine ticks and the cycles of a slower crystal (1193182 Hz, 32768 Hz).
 * The conversion is exact and cannot drift: it is always computed from a start tick, in whole numbers. The
 * frequency ratio is reduced to lowest terms n/d and the ticks are split into whole multiples of d and a rest,
 * so no product leaves the 53 bits in which a double is an exact integer (and in which floor(a / b) is exact).
 */

import { TICKS_PER_SECOND } from './clock.ts';

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) {
    [a, b] = [b, a % b];
  }
  return a;
}

/** Exact conversion between ticks and the cycles of one crystal. */
export class CrystalRatio {
  readonly #cycles: number;
  readonly #ticks: number;

  /** @param hertz the crystal's frequency, a whole number of at most 10 MHz. */
  constructor(hertz: number) {
    const divisor = greatestCommonDivisor(hertz, TICKS_PER_SECOND);
    this.#cycles = hertz / divisor;
    this.#ticks = TICKS_PER_SECOND / divisor;
    if (!Number.isInteger(hertz) || hertz < 1 || this.#cycles * this.#ticks > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`The crystal frequency ${hertz} Hz has no exact ratio to the tick.`);
    }
  }

  /** The whole crystal cycles that have passed `ticks` ticks after cycle 0 began. */
  cyclesIn(ticks: number): number {
    const whole = Math.floor(ticks / this.#ticks);
    const rest = ticks - whole * this.#ticks;
    return whole * this.#cycles + Math.floor((rest * this.#cycles) / this.#ticks);
  }

  /** The smallest number of ticks after which `cycles` whole cycles have passed: `cyclesIn(ticksFor(c)) === c`. */
  ticksFor(cycles: number): number {
    const whole = Math.floor(cycles / this.#cycles);
    const rest = cycles - whole * this.#cycles;
    return whole * this.#ticks + Math.ceil((rest * this.#ticks) / this.#cycles);
  }
}
