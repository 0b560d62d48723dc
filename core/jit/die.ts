/** A die with two faces, 0 and 1, thrown from a seed: the same row each time (xorshift; Marsaglia, 2003). */
export function createDie(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 1;
  };
}
