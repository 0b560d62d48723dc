/**
 * How much of the stack a function without a frame pointer has taken at its beginning, by its instructions: what is left there by earlier calls is
 * not mistaken for a return address. Where it is more or less at the moment (arguments, the end of the function) nobody knows:
 * what should be there has to be looked at. Source: SDM vol. 2B, PUSH and SUB.
 */
import type { MemoryReader } from './location.ts';

/** Registers that a function may save, and the instruction that makes room. */
const MOST_CODE = 16;
const PUSH = 0x50;
const GROUP_1_BYTE = 0x83;
const GROUP_1 = 0x81;
/** ModR/M of `sub $…, %esp`. */
const SUB_ESP = 0xec;

/** Bytes that the instructions from `entry` up to `pc` have taken: `push`es of registers, and a `sub` from ESP that ends them. */
export function reservedBy(entry: number, pc: number, readMemory: MemoryReader): number {
  const code = readMemory(entry, Math.min(MOST_CODE, pc - entry));
  if (!code) return 0;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  let at = 0;
  let taken = 0;
  for (; at < code.length && (code[at]! & 0xf8) === PUSH; at++) taken += 4;
  if (code[at + 1] !== SUB_ESP) return taken;
  if (code[at] === GROUP_1_BYTE && at + 3 <= code.length) return taken + view.getInt8(at + 2);
  if (code[at] === GROUP_1 && at + 6 <= code.length) return taken + view.getInt32(at + 2, true);
  return taken;
}
