/*
 * Owns the Internet checksum: the 16-bit one's complement of the one's complement sum (RFC 1071), and the
 * pseudo header that UDP and TCP add (RFC 9293, 3.1).
 */

import type { Ipv4Address } from './addresses.ts';

/** Adds `bytes`, padded to words, to a running sum. 65536 words and more fit below 2^53 without folding. */
export function sum16(bytes: Uint8Array, start = 0, end = bytes.length, sum = 0): number {
  const even = start + ((end - start) & ~1);
  let at = start;
  for (; at < even; at += 2) {
    sum += (bytes[at]! << 8) | bytes[at + 1]!;
  }
  return at < end ? sum + (bytes[at]! << 8) : sum;
}

/** Folds a running sum to 16 bits and complements it: the value of a checksum field. */
export function finishChecksum(sum: number): number {
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  }
  return ~sum & 0xffff;
}

/** The running sum of the pseudo header of `length` bytes of UDP or TCP. */
export function pseudoHeaderSum(
  source: Ipv4Address,
  destination: Ipv4Address,
  protocol: number,
  length: number,
): number {
  return (
    (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length
  );
}

/** The checksum of a whole message whose checksum field is zero; 0 when the field is right already. */
export function checksum(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return finishChecksum(sum16(bytes, start, end));
}
