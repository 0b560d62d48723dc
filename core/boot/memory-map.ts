/*
 * Owns what memory looks like to a kernel that a loader starts: what of it is RAM, as firmware would say it (INT 15h, E820h).
 */

const MIB = 0x100000;
/** RAM below it is usable, above it lies the EBDA. */
export const LOW_RAM_END = 0x9fc00;
const HOLE_START = 0xa0000;
/**
 * Where the BIOS area begins. This machine boots kernels without a BIOS, and the area is plain RAM: the
 * page below 1 MiB, where `ld -Ttext=0x100000` puts the ELF headers, can be loaded as QEMU loads it.
 */
export const BIOS_START = 0xf0000;

/** 1: usable RAM. 2: reserved. */
export interface MemoryRange {
  readonly start: number;
  readonly end: number;
  readonly type: 1 | 2;
}

/** Ranges in the order of their addresses. @param ramSize in bytes, at least 1 MiB */
export const memoryRanges = (ramSize: number): readonly MemoryRange[] => [
  { start: 0, end: LOW_RAM_END, type: 1 },
  { start: LOW_RAM_END, end: HOLE_START, type: 2 },
  { start: BIOS_START, end: MIB, type: 2 },
  { start: MIB, end: ramSize, type: 1 },
];
