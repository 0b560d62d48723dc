/*
 * Owns the randomness of tests: a seeded generator, so that a failure can be repeated. Source: Park and Miller,
 * "Random number generators: good ones are hard to find".
 */

/** A function that gives whole numbers from 0 to `n - 1`, the same sequence for the same seed. */
export function createRandom(seed: number): (n: number) => number {
  let state = (seed % 2147483646) + 1;
  return (n) => {
    state = (state * 48271) % 2147483647;
    return Math.floor((state / 2147483647) * n);
  };
}
