/**
 * The image of FXSAVE and FXRSTOR (SDM vol. 1, 10.5 and table 10-2): the x87 state, MXCSR and the XMM registers. Its last 224 bytes are
 * neither written nor read.
 */
import {
  CONTROL,
  DATA_POINTER,
  DATA_SELECTOR,
  EMPTY,
  INSTRUCTION_POINTER,
  INSTRUCTION_SELECTOR,
  MXCSR,
  OPCODE,
  STATUS,
  XMM,
} from './state';
import { address, updateSummary } from './x87-stack';

/** Bits of MXCSR that exist; setting another one is #GP(0). */
const MXCSR_MASK: u32 = 0xffff;
const MXCSR_OFFSET: u32 = 24;
const REGISTERS_OFFSET: u32 = 32;
const XMM_OFFSET: u32 = 160;
const XMM_BYTES: u32 = 128;

export function saveState(to: u32): void {
  store<u16>(to, load<u16>(CONTROL));
  store<u16>(to, load<u16>(STATUS), 2);
  store<u16>(to, ~load<u16>(EMPTY) & 0xff, 4);
  store<u16>(to, load<u16>(OPCODE), 6);
  store<u32>(to, load<u32>(INSTRUCTION_POINTER), 8);
  store<u32>(to, load<u16>(INSTRUCTION_SELECTOR), 12);
  store<u32>(to, load<u32>(DATA_POINTER), 16);
  store<u32>(to, load<u16>(DATA_SELECTOR), 20);
  store<u32>(to, load<u32>(MXCSR), MXCSR_OFFSET);
  store<u32>(to, MXCSR_MASK, 28);
  for (let i: u32 = 0; i < 8; i++) {
    const from = address(i);
    const at = to + REGISTERS_OFFSET + i * 16;
    store<u64>(at, load<u64>(from));
    store<u64>(at, load<u16>(from, 8), 8);
  }
  memory.copy(to + XMM_OFFSET, XMM, XMM_BYTES);
}

/** @returns 0, and has changed nothing, if the image has an MXCSR that does not exist */
export function restoreState(from: u32): u32 {
  const mxcsr = load<u32>(from, MXCSR_OFFSET);
  if ((mxcsr & ~MXCSR_MASK) != 0) return 0;
  store<u32>(CONTROL, (load<u16>(from) & 0x1f3f) | 0x40);
  store<u32>(STATUS, load<u16>(from, 2));
  store<u32>(EMPTY, ~load<u8>(from, 4) & 0xff);
  store<u32>(OPCODE, load<u16>(from, 6));
  store<u32>(INSTRUCTION_POINTER, load<u32>(from, 8));
  store<u32>(INSTRUCTION_SELECTOR, load<u16>(from, 12));
  store<u32>(DATA_POINTER, load<u32>(from, 16));
  store<u32>(DATA_SELECTOR, load<u16>(from, 20));
  store<u32>(MXCSR, mxcsr);
  for (let i: u32 = 0; i < 8; i++) {
    const to = address(i);
    const at = from + REGISTERS_OFFSET + i * 16;
    store<u64>(to, load<u64>(at));
    store<u32>(to, load<u16>(at, 8), 8);
  }
  memory.copy(XMM, from + XMM_OFFSET, XMM_BYTES);
  updateSummary();
  return 1;
}
