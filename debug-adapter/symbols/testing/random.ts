/** Random numbers that repeat: the input of a fuzzing round is a function of its seed. */

/** A whole number from 0 to `below` - 1. */
export type Random = (below: number) => number;

/** xorshift32; the seed is spread first, so that neighbours give different rounds. */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
