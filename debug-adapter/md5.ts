/**
 * MD5 (RFC 1321), by which compilers tell source files apart (DWARF 5 §6.2.4.1, DW_LNCT_MD5): no platform that the adapter runs on has it
 * everywhere, for nobody should use it against an adversary.
 */
import { hexDigits } from './symbols/notes.ts';

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;
/** The table T of the algorithm: 2^32 times the absolute sine of 1 to 64. */
const SINES = Int32Array.from({ length: 64 }, (_, n) => Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32) | 0);
const BLOCK = 64;
/** Behind the message: a one bit, and at the end of a block its length in bits. */
const LENGTH_AT = 56;

/** The message with its padding, from the last block that is not full on. */
function lastBlocks(bytes: Uint8Array): Uint8Array {
  const from = bytes.length - (bytes.length % BLOCK);
  const rest = bytes.subarray(from);
  const padded = new Uint8Array(rest.length < LENGTH_AT ? BLOCK : 2 * BLOCK);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const length = new DataView(padded.buffer);
  length.setUint32(padded.length - 8, bytes.length * 8, true);
  length.setUint32(padded.length - 4, Math.floor(bytes.length / 2 ** 29), true);
  return padded;
}

/** The words of one block are mixed into the state. Without arrays: most files are over before an engine optimises. */
function mix(state: Int32Array, words: Int32Array): void {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  for (let n = 0; n < 64; n++) {
    const round = n >>> 4;
    let mixed = c ^ (b | ~d);
    let word = 7 * n;
    if (round === 0) {
      mixed = (b & c) | (~b & d);
      word = n;
    } else if (round === 1) {
      mixed = (b & d) | (c & ~d);
      word = 5 * n + 1;
    } else if (round === 2) {
      mixed = b ^ c ^ d;
      word = 3 * n + 5;
    }
    const sum = (a + mixed + SINES[n] + words[word & 15]) | 0;
    const shift = SHIFTS[4 * round + (n & 3)];
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

/** The digest of some bytes: 32 hexadecimal digits in small letters, as `md5sum` writes it. */
export function md5(bytes: Uint8Array): string {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const words = new Int32Array(16);
  const take = (blocks: Uint8Array, end: number) => {
    const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
    for (let at = 0; at < end; at += BLOCK) {
      for (let n = 0; n < 16; n++) words[n] = view.getInt32(at + 4 * n, true);
      mix(state, words);
    }
  };
  take(bytes, bytes.length - (bytes.length % BLOCK));
  const last = lastBlocks(bytes);
  take(last, last.length);
  return hexDigits(new Uint8Array(Int32Array.from(state).buffer));
}
