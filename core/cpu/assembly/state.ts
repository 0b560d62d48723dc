/**
 * What of the processor's state its WebAssembly touches (`core/cpu/rings`, `core/cpu/direct`): byte offsets in the machine's memory.
 * `core/cpu/state.ts`, `core/cpu/paging/tlb.ts` and `core/memory/layout.ts` say what each is; `test/cpu/assembly-constants.test.ts` compares.
 */
import { refill } from './env';

export const ESP: u32 = 4 * 4;
export const ECX: u32 = 1 * 4;
export const EDX: u32 = 2 * 4;
export const EIP: u32 = 9 * 4;
export const RES: u32 = 10 * 4;
export const CARRY: u32 = 11 * 4;
export const ADJ: u32 = 12 * 4;
export const SYSFLAGS: u32 = 13 * 4;
export const NEED_READ: u32 = 15 * 4;
export const NEED_WRITE: u32 = 16 * 4;
export const STACK_MASK: u32 = 17 * 4;
export const CPL: u32 = 18 * 4;
export const SHADOW: u32 = 20 * 4;
export const EXTRA: u32 = 24 * 4;
export const PROTECTED: u32 = 25 * 4;
export const ALIGN: u32 = 29 * 4;
export const INDEX: u32 = 31 * 4;
export const SEG_SEL: u32 = 32 * 4;
export const SEG_BASE: u32 = 40 * 4;
export const SEG_LIMIT: u32 = 48 * 4;
export const SEG_ATTR: u32 = 56 * 4;
export const SEG_FAST: u32 = 64 * 4;
export const DELIVERIES: u32 = 72 * 4;
export const DELIVERY_SOURCE: u32 = 73 * 4;
export const CR0: u32 = 80 * 4;
export const CR2: u32 = 82 * 4;
export const CR3: u32 = 83 * 4;
export const DR7: u32 = 95 * 4;
export const GDT_BASE: u32 = 96 * 4;
export const GDT_LIMIT: u32 = 97 * 4;
export const IDT_BASE: u32 = 98 * 4;
export const IDT_LIMIT: u32 = 99 * 4;
export const SYSENTER_CS: u32 = 100 * 4;
export const SYSENTER_ESP: u32 = 101 * 4;
export const SYSENTER_EIP: u32 = 102 * 4;
export const MID_REP: u32 = 114 * 4;
export const NMI_STATE: u32 = 118 * 4;
export const BRANCH_NEXT: u32 = 119 * 4;
export const FLAT: u32 = 121 * 4;
export const UNLIMITED: u32 = 122 * 4;
export const BRANCH_LAP_END: u32 = 127 * 4;
export const BRANCH_EARLIER: u32 = 138 * 4;
export const RETIRED: u32 = 64 * 8;

export const TLB: u32 = 0x40_0000;
export const TRANSITIONS: u32 = 0x80_0000;

export const ES: u32 = 0;
export const CS: u32 = 1;
export const SS: u32 = 2;
export const DS: u32 = 3;
export const FS: u32 = 4;
export const GS: u32 = 5;
export const TR: u32 = 7;

/** EFLAGS. */
export const ARITHMETIC: i32 = 0x8d5;
export const TF: i32 = 0x100;
export const IF: i32 = 0x200;
export const DF: i32 = 0x400;
export const NT: i32 = 0x4000;
export const RF: i32 = 0x1_0000;
export const VM: i32 = 0x2_0000;
export const AC: i32 = 0x4_0000;
export const VIF: i32 = 0x8_0000;
export const VIP: i32 = 0x10_0000;

export const CR0_AM: i32 = 0x4_0000;
export const DR7_GD: i32 = 0x2000;

/** Rights of a TLB entry at full speed. */
export const SUPERVISOR_READ: i32 = 1;
export const SUPERVISOR_WRITE: i32 = 2;
export const USER_READ: i32 = 4;
export const USER_WRITE: i32 = 8;
export const NO_EXECUTE: i32 = 0x40;
export const KERNEL_NEWS: i32 = 0x20;
export const USER_NEWS: i32 = 0x80;

/** Of `segFast`. */
export const FAST_READ: i32 = 1;
export const FAST_WRITE: i32 = 2;

export function get(word: u32): i32 {
  return load<i32>(word);
}
export function set(word: u32, value: i32): void {
  store<i32>(word, value);
}

/** Where bytes lie if they may be accessed without looking further; else 0. Looks at them in the order of the long way. */
export function hostOf(linear: u32, size: u32, right: i32): u32 {
  if ((linear & 0xfff) > 0x1000 - size) return 0;
  let entry = load<i32>(TLB + ((linear >>> 12) << 2));
  if ((entry & right) == 0) entry = refill(linear, size, right);
  return (entry & right) != 0 ? <u32>(entry & -0x1000) + linear : 0;
}
