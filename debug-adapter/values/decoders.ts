/**
 * The processor's own tables in words: page-table entries (SDM vol. 3A, 4.3 and 4.4), segment descriptors and gates (3.4.5, 6.11),
 * flag and control registers (2.3, 2.5).
 */
import { bits, CR0_BITS, CR4_BITS, eflagsText, withBits } from '../registers.ts';
import type { Style } from './format-specifier.ts';
import { hexAddress, hexOf } from './text.ts';

/** `symbol+offset` of an address. */
export type SymbolAt = (address: number) => string | undefined;

const ENTRY_BITS = [
  [1, 'RW'],
  [2, 'US'],
  [3, 'PWT'],
  [4, 'PCD'],
  [5, 'A'],
  [6, 'D'],
  [7, 'PAT'],
  [8, 'G'],
] as const;
const DIRECTORY_BITS = ENTRY_BITS.map(([bit, name]) => [bit, name === 'PAT' ? 'PS' : name] as const);
const PRESENT = 1n;
const NO_EXECUTE = 1n << 63n;

const word = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
const half = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint16(at, true);

function pageEntry(bytes: Uint8Array, directory: boolean): string {
  const size = bytes.length;
  const value =
    size === 8 ? new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) : BigInt(word(bytes, 0));
  if ((value & PRESENT) === 0n) return `${hexOf(value, size)} not present`;
  const low = Number(value & 0xfffn);
  const large = directory && (low & 0x80) !== 0;
  // A large page of 4 MiB has bits 39 to 32 of its address in bits 20 to 13, which no RAM needs here.
  const mask = large ? (size === 8 ? 0xf_ffff_ffe0_0000n : 0xffc0_0000n) : 0xf_ffff_ffff_f000n;
  const flags = bits(low, directory ? DIRECTORY_BITS : ENTRY_BITS);
  const execute = size === 8 && (value & NO_EXECUTE) !== 0n ? ' XD' : '';
  return `${hexOf(value, size)} → ${hexAddress(Number(value & mask & 0xffff_ffffn))} P${flags && ` ${flags}`}${execute}`;
}

const SYSTEM_TYPES = [
  ...[
    'reserved',
    'TSS16',
    'LDT',
    'busy TSS16',
    'call gate16',
    'task gate',
    'interrupt gate16',
    'trap gate16',
  ],
  ...['reserved', 'TSS', 'reserved', 'busy TSS', 'call gate', 'reserved', 'interrupt gate', 'trap gate'],
];

function segmentType(type: number, system: boolean, big: boolean): string {
  if (system) return SYSTEM_TYPES[type];
  const width = big ? 32 : 16;
  const accessed = type & 1 ? ' A' : '';
  if (type & 8) return `code${width} ${type & 2 ? 'RX' : 'X'}${type & 4 ? ' conforming' : ''}${accessed}`;
  return `data${width} ${type & 2 ? 'RW' : 'R'}${type & 4 ? ' expand-down' : ''}${accessed}`;
}

function descriptor(bytes: Uint8Array, symbolAt: SymbolAt): string {
  const [low, high] = [word(bytes, 0), word(bytes, 4)];
  const type = (high >>> 8) & 0xf;
  const system = ((high >>> 12) & 1) === 0;
  if (low === 0 && high === 0) return 'null';
  if (system && [4, 5, 6, 7, 12, 14, 15].includes(type)) return gate(bytes, symbolAt);
  const raw = (low & 0xffff) | (high & 0xf_0000);
  const limit = (high >>> 23) & 1 ? raw * 0x1000 + 0xfff : raw;
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000)) >>> 0;
  const present = (high >>> 15) & 1 ? '' : ' not present';
  const kind = segmentType(type, system, ((high >>> 22) & 1) !== 0);
  return `${kind} base=${hexAddress(base)} limit=${hexAddress(limit)} DPL=${(high >>> 13) & 3}${present}`;
}

function gate(bytes: Uint8Array, symbolAt: SymbolAt): string {
  const high = word(bytes, 4);
  const type = (high >>> 8) & 0xf;
  const selector = hexOf(BigInt(half(bytes, 2)), 2);
  if (word(bytes, 0) === 0 && high === 0) return 'not present';
  const present = (high >>> 15) & 1 ? '' : ' not present';
  const rights = `DPL=${(high >>> 13) & 3}${present}`;
  if (((high >>> 12) & 1) !== 0) return `no gate: a code or data descriptor, ${rights}`;
  if (type === 5) return `task gate ${selector} ${rights}`;
  const offset = ((high & 0xffff_0000) | half(bytes, 0)) >>> 0;
  const symbol = symbolAt(offset);
  return `${SYSTEM_TYPES[type]} ${selector}:${hexAddress(offset)}${symbol === undefined ? '' : ` <${symbol}>`} ${rights}`;
}

/** Bytes in the words of a style; `undefined` when the style is none of these or the size is not the one that it needs. */
export function decode(style: Style | undefined, bytes: Uint8Array, symbolAt: SymbolAt): string | undefined {
  const { length } = bytes;
  switch (style) {
    case 'pte':
    case 'pde':
      return length === 4 || length === 8 ? pageEntry(bytes, style === 'pde') : undefined;
    case 'desc':
      return length === 8 ? descriptor(bytes, symbolAt) : undefined;
    case 'gate':
      return length === 8 ? gate(bytes, symbolAt) : undefined;
    case 'eflags':
      return length === 4 ? eflagsText(word(bytes, 0)) : undefined;
    case 'cr0':
      return length === 4 ? withBits(word(bytes, 0), CR0_BITS) : undefined;
    case 'cr4':
      return length === 4 ? withBits(word(bytes, 0), CR4_BITS) : undefined;
    default:
      return undefined;
  }
}
