/**
 * Carries recorded instructions over to 16-bit code in real, virtual-8086 and protected mode: what an instruction computes
 * does not depend on the mode, but in 16-bit code the size prefixes mean the opposite. Owns which records can be carried
 * over (no faults, no loads of segments, nothing whose meaning the mode changes) and their new code.
 *
 * Sources: SDM vol. 2A, 2.1.1 (prefixes); vol. 3B, 20.1.3 (instructions of real mode), 20.2.7 (sensitive instructions).
 */
import type { VectorRecord } from './vector-record.ts';

export type VectorMode = 'protected' | 'real' | 'virtual-8086' | '16-bit protected';

const CODE_START = 0x20_0000;
const CODE_END = 0x20_2000;
const MAX_LENGTH = 15;
const TF = 0x100;

const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
const TWO_BYTE = 0x100;

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** Far transfers, segment loads, flags with IF and IOPL, absolute near transfers, privileged and protected-only ones. */
const EXCLUDED = new Set(
  [
    ...[0x07, 0x17, 0x1f, 0x63, 0x8e, 0x9a, 0x9c, 0x9d, 0xc2, 0xc3, 0xc4, 0xc5, 0xca, 0xcb, 0xe8, 0xea],
    ...range(0xcc, 0xcf),
    ...[0xf1, 0xfa, 0xfb],
    ...[0x100, 0x101, 0x102, 0x103, 0x1a1, 0x1a9, 0x1b2, 0x1b4, 0x1b5],
  ].map(Number),
);
/** Members of groups: absolute and far transfers; FLDENV, FNSTENV, FRSTOR and FNSAVE, which have a layout for each mode. */
const EXCLUDED_MEMBERS = new Map([
  [0xd9, [4, 6]],
  [0xdd, [4, 6]],
  [0xff, [2, 3, 4, 5]],
]);
const REGISTER_FORM = 0xc0;
/** MMX, SSE and SSE2: 66h chooses the instruction, not a size. */
const SIMD = new Set([
  ...range(0x110, 0x117),
  ...range(0x128, 0x12f),
  ...range(0x150, 0x17f),
  ...[0x1ae, 0x1c2, 0x1c3, 0x1c4, 0x1c5, 0x1c6],
  ...range(0x1d0, 0x1ff),
]);

const hexByte = (byte: number) => byte.toString(16).padStart(2, '0');
const touchesCode = (pieces: VectorRecord['m']) =>
  (pieces ?? []).some(([address, bytes]) => address + bytes.length / 2 > CODE_START && address < CODE_END);

/** The prefixes with `prefix` taken out, or put in where it was not. */
function toggle(prefixes: readonly number[], prefix: number): number[] {
  const without = prefixes.filter((byte) => byte !== prefix);
  return without.length < prefixes.length ? without : [prefix, ...prefixes];
}

function isExcludedMember(opcode: number, modrm: number): boolean {
  // The register forms of the x87 groups are other instructions.
  if (opcode !== 0xff && modrm >= REGISTER_FORM) return false;
  return EXCLUDED_MEMBERS.get(opcode)?.includes((modrm >> 3) & 7) ?? false;
}

/** The record for 16-bit code, or `undefined` when it cannot be carried over. */
export function carryOver(record: VectorRecord): VectorRecord | undefined {
  if (record.t !== undefined || record.s !== undefined || record.S !== undefined) return undefined;
  if ((record.f & TF) !== 0) return undefined;
  if (touchesCode(record.m) || touchesCode(record.M)) return undefined;
  const bytes = [...record.c.matchAll(/../g)].map(([byte]) => parseInt(byte, 16));
  const count = bytes.findIndex((byte) => !PREFIXES.has(byte));
  const prefixes = bytes.slice(0, count);
  const rest = bytes.slice(count);
  const opcode = rest[0] === 0x0f ? TWO_BYTE | rest[1] : rest[0];
  if (EXCLUDED.has(opcode) || isExcludedMember(opcode, rest[1])) return undefined;
  const sized = SIMD.has(opcode) ? prefixes : toggle(prefixes, 0x66);
  const code = [...toggle(sized, 0x67), ...rest];
  if (code.length > MAX_LENGTH) return undefined;
  return {
    ...record,
    c: code.map(hexByte).join(''),
    E: record.E + code.length - bytes.length,
  };
}
