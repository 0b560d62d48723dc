/**
 * A branch to one of many EIPs: a table indexed by a hash in which they do not collide. What was hashed is compared with the
 * EIP that stands there, for any other value may have the same hash.
 */
import type { Code, Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';

/** Up to this many, comparing one after the other is as fast. */
export const FEW = 3;

interface Hash {
  readonly multiplier: number;
  /** The hash is the upper bits of the product. */
  readonly shift: number;
  /** The value that has each hash, if any. */
  readonly slots: readonly (number | undefined)[];
}

/** Knuth's multiplicative hash: 2^32 divided by the golden ratio, and odd multiples of it. */
const GOLDEN = 0x9e37_79b1;
const TRIES = 64;
/** How many times larger than needed the table may become, as a power of two. */
const SPARSE = 3;

/** A hash without collisions, or undefined if none was found. */
export function perfectHash(values: readonly number[]): Hash | undefined {
  const least = Math.max(1, Math.ceil(Math.log2(values.length)));
  for (let bits = least; bits <= least + SPARSE; bits++) {
    const shift = 32 - bits;
    for (let n = 0; n < TRIES; n++) {
      const multiplier = Math.imul(GOLDEN, 2 * n + 1);
      const slots = new Array<number | undefined>(1 << bits).fill(undefined);
      const fits = values.every((value) => {
        const hash = Math.imul(value, multiplier) >>> shift;
        if (slots[hash] !== undefined) return false;
        slots[hash] = value;
        return true;
      });
      if (fits) return { multiplier, shift, slots };
    }
  }
  return undefined;
}

/**
 * Branches by the value of a local. Goes on behind the table if it is none of them.
 * @param arrive writes what follows for one of them, and does not come back
 */
export function branchByTable(code: Code, local: number, hash: Hash, arrive: (value: number) => void): void {
  const values = hash.slots.filter((value) => value !== undefined);
  const otherwise = code.block();
  const labels = new Map<number, Label>();
  for (const value of [...values].reverse()) labels.set(value, code.block());
  code.get(local);
  code.const(hash.multiplier);
  code.op(Op.i32Mul);
  code.const(hash.shift);
  code.op(Op.i32ShrU);
  code.branchTable(
    hash.slots.map((value) => (value === undefined ? otherwise : labels.get(value)!)),
    otherwise,
  );
  for (const value of values) {
    code.end();
    code.get(local);
    code.const(value);
    code.op(Op.i32Ne);
    code.branchIf(otherwise);
    arrive(value);
  }
  code.end();
}
