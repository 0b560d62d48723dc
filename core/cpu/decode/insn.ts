/**
 * A decoded instruction: what a handler needs, nothing else.
 *
 * All instances have one shape, so that the engine compiles every handler for it. Register operands are already indices
 * of the typed array that the handler's operand width uses (`reg8` byte offsets, `reg16` halves, `reg32` words).
 */
import { DS, ZERO } from '../state.ts';

export type Handler = (i: Insn) => void;

const unset: Handler = () => undefined;

export class Insn {
  exec: Handler = unset;
  /** Where its operation stands in the opcode map (`OpcodeMap`), and the group's /digit or -1: what the translator reads. */
  opcode = 0;
  digit = -1;
  /** Its ModRM operand is in memory. */
  memory = false;
  /** The operation is a legal one. */
  legal = false;
  /** It ends its block. */
  ends = true;
  /** Byte offset of the first and of the byte behind the last byte, from the start of the block. */
  start = 0;
  end = 0;
  /** Position in the block: how many instructions retire before this one. */
  index = 0;
  /** The ModRM reg operand, or the segment register number, or the group's /digit. */
  reg = 0;
  /** The register operand of ModRM rm, or of the opcode's low three bits. */
  rm = 0;
  /** Memory operand: segment, and base + (index << scale) + disp, cut to the address size. */
  seg = DS;
  base = ZERO;
  idx = ZERO;
  scale = 0;
  disp = 0;
  /** FFFFh for 16-bit addresses, -1 for 32-bit ones. */
  addrMask = -1;
  imm = 0;
  /** The selector of a far pointer, the level of ENTER. */
  imm2 = 0;
  /** 0, F2h or F3h. */
  rep = 0;
  /** 32-bit operand size. */
  wide = false;
  /** How often translated code could not do its access to memory, though nothing was amiss. */
  detours = 0;
  /** How often translated code found that the TLB did not have its page, or not the right to it. */
  misses = 0;
  /** How often it was not in the page where it was thought to be. */
  apart = 0;
}
