/** What an instruction does to the flow of control, found by its opcode (SDM vol. 2, appendix A). */
export type InstructionKind =
  | 'plain'
  | 'call'
  | 'return'
  | 'conditional'
  | 'interrupt'
  | 'repeat'
  | 'sysenter'
  /** A jump to another segment, or a return from an interrupt or a system call. */
  | 'far';

const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0]);

/** @param bytes the instruction's; 16 are enough */
export function instructionKind(bytes: Uint8Array): InstructionKind {
  let repeat = false;
  let at = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0xf2 || byte === 0xf3) repeat = true;
    else if (!PREFIXES.has(byte)) break;
  }
  const opcode = bytes[at];
  const digit = (bytes[at + 1] >> 3) & 7;
  if (opcode === 0xe8 || opcode === 0x9a || (opcode === 0xff && (digit === 2 || digit === 3))) return 'call';
  if (opcode === 0x0f && bytes[at + 1] === 0x34) return 'sysenter';
  const isFarJump = opcode === 0xea || (opcode === 0xff && digit === 5);
  if (isFarJump || opcode === 0xcf || (opcode === 0x0f && bytes[at + 1] === 0x35)) return 'far';
  if ((opcode & 0xf6) === 0xc2) return 'return';
  // Jcc, LOOP, JECXZ.
  const jcc = (opcode & 0xf0) === 0x70 || (opcode === 0x0f && (bytes[at + 1] & 0xf0) === 0x80);
  if (jcc || (opcode & 0xfc) === 0xe0) return 'conditional';
  if (opcode === 0xcc || opcode === 0xcd || opcode === 0xce || opcode === 0xf1) return 'interrupt';
  const isString =
    (opcode >= 0xa4 && opcode <= 0xaf && opcode !== 0xa8 && opcode !== 0xa9) || (opcode & 0xfc) === 0x6c;
  return repeat && isString ? 'repeat' : 'plain';
}

/** Where the opcode of a return stands. */
const returnOpcode = (bytes: Uint8Array): number => bytes.findIndex((byte) => (byte & 0xf6) === 0xc2);

/** Bytes of arguments that a return takes from the stack of its caller. */
export function poppedArguments(bytes: Uint8Array): number {
  const at = returnOpcode(bytes);
  const hasOperand = (bytes[at] & 1) === 0;
  return hasOperand ? bytes[at + 1] | (bytes[at + 2] << 8) : 0;
}

/** Bytes of the stack that a return takes: the return address, and arguments of its caller. */
export function poppedBytes(bytes: Uint8Array, wide: boolean): number {
  const at = returnOpcode(bytes);
  const short = bytes.subarray(0, at).includes(0x66) === wide;
  const isFar = (bytes[at] & 8) !== 0;
  return (short ? 2 : 4) * (isFar ? 2 : 1) + poppedArguments(bytes);
}
