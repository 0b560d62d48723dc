/*
 * Owns the arithmetic of sequence numbers (RFC 9293, 3.4): 32 bits that wrap around. Values are unsigned; a
 * comparison is right while the two are less than 2^31 apart.
 */

/** A position in a stream, 0 to 2^32 - 1. */
export type Sequence = number;

export function seqAdd(a: Sequence, count: number): Sequence {
  return (a + count) >>> 0;
}

/** `a - b` as a signed number: how far `a` lies behind `b` in the stream. */
export function seqDiff(a: Sequence, b: Sequence): number {
  return (a - b) | 0;
}

export function seqLt(a: Sequence, b: Sequence): boolean {
  return seqDiff(a, b) < 0;
}

export function seqLe(a: Sequence, b: Sequence): boolean {
  return seqDiff(a, b) <= 0;
}

export function seqMax(a: Sequence, b: Sequence): Sequence {
  return seqLt(a, b) ? b : a;
}
