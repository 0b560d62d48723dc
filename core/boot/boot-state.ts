/*
 * Owns what loaders of kernels have in common: the files they get, the memory they fill, and the state of the processor they leave.
 */

/** Physical RAM from address 0. */
export interface BootMemory {
  /** In bytes, at least 1 MiB. */
  readonly size: number;
  write(physicalAddress: number, bytes: Uint8Array): void;
  fill(physicalAddress: number, length: number, value: number): void;
}

/** A kernel or module: its bytes, its name and the words behind it. */
export interface BootFile {
  readonly bytes: Uint8Array;
  /** The file's name as the kernel sees it, the first word of its string. */
  readonly name: string;
  /** What follows the name; may be empty. */
  readonly args: string;
}

/** The state of the CPU at the kernel's entry: flat 4 GiB segments, protected mode, paging and interrupts off. */
export interface BootCpuState {
  readonly eip: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
  readonly esi: number;
  readonly edi: number;
  readonly ebp: number;
  readonly esp: number;
  readonly eflags: number;
  readonly cr0: number;
  readonly codeSelector: number;
  readonly dataSelector: number;
  readonly gdtBase: number;
  readonly gdtLimit: number;
  readonly a20: boolean;
}

/** A range of RAM that the loader has filled, for displays and the memory map of the debugger. */
export interface LoadedRange {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}
