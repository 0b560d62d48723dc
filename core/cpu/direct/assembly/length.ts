/** How long an instruction is: whether it ends in its page must be known before it runs. */
import { middle } from './operands';

/** Opcodes whose ModRM and immediates are not those of the ranges below. */
const PUSH_IMMEDIATE: u32 = 0x68;
const MULTIPLY_IMMEDIATE: u32 = 0x69;
const PUSH_SHORT: u32 = 0x6a;
const MULTIPLY_SHORT: u32 = 0x6b;
const TEST_BYTE: u32 = 0xa8;
const TEST: u32 = 0xa9;
const RET_RELEASE: u32 = 0xc2;
const MOVE_IMMEDIATE_BYTE: u32 = 0xc6;
const MOVE_IMMEDIATE: u32 = 0xc7;
const TWO_BYTES: u32 = 0x0f;

/** Bytes of ModRM, SIB and displacement. */
function operandLength(at: u32): u32 {
  const modrm = <u32>load<u8>(at);
  const mod = modrm >>> 6;
  if (mod == 3) return 1;
  const hasSib = (modrm & 7) == 4;
  const base = hasSib ? (<u32>load<u8>(at + 1)) & 7 : modrm & 7;
  const displacement: u32 = mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0;
  return 1 + u32(hasSib) + displacement;
}

/** Of those that begin with 0F: conditions, extensions, exchanges and what is about single bits. */
function twoByteLength(at: u32): u32 {
  const opcode = <u32>load<u8>(at++);
  if (opcode >= 0x40 && opcode < 0x50) return 2 + operandLength(at);
  if (opcode >= 0x80 && opcode < 0x90) return 6;
  if (opcode >= 0x90 && opcode < 0xa0) return 2 + operandLength(at);
  if (opcode == 0xa4 || opcode == 0xac || opcode == 0xba) return 3 + operandLength(at);
  if (opcode >= 0xc8 && opcode < 0xd0) return 2;
  const isOther =
    opcode != 0xb8 &&
    (opcode == 0xa3 || opcode == 0xa5 || opcode == 0xab || (opcode >= 0xad && opcode < 0xc2));
  return isOther ? 2 + operandLength(at) : 0;
}

/**
 * Length of an instruction without prefixes that is common (SDM vol. 2D, tables ), or 0. It may look at bytes behind the
 * instruction.
 */
export function lengthAt(at: u32): u32 {
  const opcode = <u32>load<u8>(at++);
  if (opcode == TWO_BYTES) return twoByteLength(at);
  if (opcode < 0x40) {
    const kind = opcode & 7;
    return kind < 4 ? 1 + operandLength(at) : kind == 4 ? 2 : kind == 5 ? 5 : 0;
  }
  if (opcode < 0x60) return 1;
  if (opcode == PUSH_IMMEDIATE) return 5;
  if (opcode == MULTIPLY_IMMEDIATE) return 5 + operandLength(at);
  if (opcode == PUSH_SHORT) return 2;
  if (opcode == MULTIPLY_SHORT) return 2 + operandLength(at);
  if (opcode < 0x70) return 0;
  if (opcode < 0x80) return 2;
  if (opcode == 0x81) return 5 + operandLength(at);
  if (opcode < 0x84) return 2 + operandLength(at);
  if (opcode < 0x90) return 1 + operandLength(at);
  if (opcode < 0x9a) return 1;
  if (opcode >= 0xa0 && opcode < 0xa4) return 5;
  if (opcode == TEST_BYTE) return 2;
  if (opcode == TEST) return 5;
  if (opcode < 0xb0) return 0;
  if (opcode < 0xb8) return 2;
  if (opcode < 0xc0) return 5;
  if (opcode < RET_RELEASE) return 2 + operandLength(at);
  if (opcode == RET_RELEASE) return 3;
  if (opcode == RET_RELEASE + 1) return 1;
  if (opcode == MOVE_IMMEDIATE_BYTE) return 2 + operandLength(at);
  if (opcode == MOVE_IMMEDIATE) return 5 + operandLength(at);
  if (opcode >= 0xd0 && opcode < 0xd4) return 1 + operandLength(at);
  if (opcode == 0xe8 || opcode == 0xe9) return 5;
  if (opcode == 0xeb) return 2;
  if (opcode == 0xf6 || opcode == 0xf7) {
    const immediate: u32 = middle(at) > 1 ? 0 : opcode == 0xf6 ? 1 : 4;
    return 1 + operandLength(at) + immediate;
  }
  return opcode >= 0xfe ? 1 + operandLength(at) : 0;
}
