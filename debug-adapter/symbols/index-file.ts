/**
 * The index of names as bytes, to be kept between sessions: a header, then the columns of the table, all
 * little-endian. What is read back may be anybody's: sizes, order and positions are checked, and whatever is
 * wrong means only that the index is built anew.
 *
 *   0 "CLNI"   4 format version   8 fingerprint of the units   12 number of entries   16 check sum of the rest
 *   20 hash of each entry (u32, ascending), position of each (u32), kind of each (u8)
 */
import { KIND_COUNT, type NameTable } from './name-index.ts';
import { hashBytes } from './search.ts';

const MAGIC = 0x494e4c43;
/** Raise it whenever the table's content or meaning changes. */
const VERSION = 3;
const HEADER = 20;
const ENTRY = 9;

export function encodeNameTable({ hash, position, kind }: NameTable, fingerprint: number): Uint8Array {
  const count = hash.length;
  const bytes = new Uint8Array(HEADER + count * ENTRY);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint32(HEADER + i * 4, hash[i]!, true);
    view.setUint32(HEADER + (count + i) * 4, position[i]!, true);
  }
  bytes.set(kind, HEADER + count * 8);
  [MAGIC, VERSION, fingerprint, count, hashBytes(bytes.subarray(HEADER))].forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return bytes;
}

/** The table of units with this fingerprint and `size` bytes; undefined for any other bytes. */
export function decodeNameTable(bytes: Uint8Array, fingerprint: number, size: number): NameTable | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (i: number): number => view.getUint32(i * 4, true);
  const count = word(3);
  if (word(0) !== MAGIC || word(1) !== VERSION || word(2) !== fingerprint) return undefined;
  if (bytes.length !== HEADER + count * ENTRY || word(4) !== hashBytes(bytes.subarray(HEADER)))
    return undefined;
  const hash = new Uint32Array(count);
  const position = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    hash[i] = view.getUint32(HEADER + i * 4, true);
    position[i] = view.getUint32(HEADER + (count + i) * 4, true);
    if (position[i]! >= size || (i > 0 && hash[i]! < hash[i - 1]!)) return undefined;
  }
  const kind = bytes.slice(HEADER + count * 8);
  return kind.every((one) => one < KIND_COUNT) ? { hash, position, kind } : undefined;
}
