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
export const NO_EXECUTE = 0x40;
/** What is left of an entry that was flushed by itself: it has no rights. */
export const FLUSHED = NO_EXECUTE;
/** Somebody may have to be told of the page's code before it is executed in rings 0 to 2, and in ring 3 (`WatchedCode`). */
export const KERNEL_NEWS = 0x20;
export const USER_NEWS = 0x80;
