/** Bits of a TLB entry, see `mmu.ts`. */

/** Rights at full speed. */
export const SUPERVISOR_READ = 1;
export const SUPERVISOR_WRITE = 2;
export const USER_READ = 4;
export const USER_WRITE = 8;
export const ALL_RIGHTS = 0xf;
export const WRITES = SUPERVISOR_WRITE | USER_WRITE;
export const USER = USER_READ | USER_WRITE;
/** Rights of the page tables stand this many bits above them. */
export const RIGHTS = 8;
export const GLOBAL = 0x10;
/** What is left of an entry that was flushed by itself. */
export const FLUSHED = 0x20;
export const NO_EXECUTE = 0x40;
