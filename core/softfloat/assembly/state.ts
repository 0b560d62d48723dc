/**
 * Where the x87 state lives in the machine's memory (byte offsets, see `core/memory/layout.ts`) and its bits
 * (Intel SDM vol. 1, section 8.1). Written in AssemblyScript, like everything in this folder: it runs as WebAssembly
 * over the same memory as the interpreter, and compiled code can call it directly.
 */

/** Physical registers R0-R7, 16 bytes each: 64-bit significand, then sign and exponent in the low 16 bits of a word. */
export const REGISTERS: u32 = 0x1000;
export const CONTROL: u32 = 0x1080;
/** The status word with TOP in bits 11-13. */
export const STATUS: u32 = 0x1084;
/** Bit i: Ri is empty. The full tag word is computed from the contents when it is stored. */
export const EMPTY: u32 = 0x1088;
/** FOP, FIP, FCS, FDP and FDS: the last instruction that was no control instruction, and its operand. */
export const OPCODE: u32 = 0x108c;
export const INSTRUCTION_POINTER: u32 = 0x1090;
export const INSTRUCTION_SELECTOR: u32 = 0x1094;
export const DATA_POINTER: u32 = 0x1098;
export const DATA_SELECTOR: u32 = 0x109c;
/** An operand that came from memory, in the format of a register. */
export const OPERAND: u32 = 0x10a0;
/** Bytes on their way to memory (up to 10). */
export const OUTPUT: u32 = 0x10c0;

/** The eight XMM registers, and MXCSR. */
export const XMM: u32 = 0x1100;
export const MXCSR: u32 = 0x1180;

/** Exception flags; they are the low bits of the status word, and their masks those of the control word. */
export const IE: u32 = 0x01;
export const DE: u32 = 0x02;
export const ZE: u32 = 0x04;
export const OE: u32 = 0x08;
export const UE: u32 = 0x10;
export const PE: u32 = 0x20;
/** Stack fault; the status word bit beside IE. */
export const SF: u32 = 0x40;
/** An unmasked exception is pending. */
export const ES: u32 = 0x80;
export const C0: u32 = 0x100;
export const C1: u32 = 0x200;
export const C2: u32 = 0x400;
export const C3: u32 = 0x4000;
export const BUSY: u32 = 0x8000;

/** Rounding control (control word bits 10-11, MXCSR bits 13-14). */
export const NEAREST: u32 = 0;
export const DOWN: u32 = 1;
export const UP: u32 = 2;
export const CHOP: u32 = 3;

export const SIGN: u32 = 0x8000;
export const EXPONENT: u32 = 0x7fff;
export const BIAS: i32 = 0x3fff;
export const INTEGER_BIT: u64 = 0x8000_0000_0000_0000;
export const QUIET_BIT: u64 = 0x4000_0000_0000_0000;

export function controlWord(): u32 {
  return load<u32>(CONTROL);
}
export function statusWord(): u32 {
  return load<u32>(STATUS);
}
export function roundingControl(): u32 {
  return (load<u32>(CONTROL) >> 10) & 3;
}
/** Significand bits that the precision control keeps: 24, 53 or 64. */
export function precisionBits(): i32 {
  const control = (load<u32>(CONTROL) >> 8) & 3;
  return control == 0 ? 24 : control == 2 ? 53 : 64;
}
