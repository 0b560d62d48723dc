/**
 * How functions without frame information begin and end: where the frame pointer is set up, behind what is left there for tracers,
 * and among the moves that compilers schedule in between (gcc for i686 does in half of Linux's functions). Reads code, knows no symbols.
 * Source: System V ABI Intel386 supplement, "The Stack Frame"; SDM vol. 2A, table 2-2 and appendix A.
 */
import type { MemoryReader } from './location.ts';

/** The two instructions that set up a frame pointer. */
export interface FrameSetUp {
  /** Address of `push %ebp`. */
  readonly push: number;
  /** Address of `mov %esp,%ebp`. */
  readonly move: number;
}

/** LEA without effect, and NOP with an operand: 5 bytes for a call of a tracer; ENDBR32. */
const NOPS: readonly (readonly number[])[] = [
  [0x3e, 0x8d, 0x74, 0x26, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0xf3, 0x0f, 0x1e, 0xfb],
];
/** CALL rel32, of a tracer that is on. */
const CALL = [0xe8];
const CALL_LENGTH = 5;

/** Bytes that are looked at: NOP, PUSH, and as many as moves may have between it and the next. */
const LOOKED_AT = 32;
const MOST_MOVES = 3;

const PUSH_EBP = 0x55;
const isMoveOfEsp = (code: Uint8Array, at: number): boolean =>
  (code[at] === 0x89 && code[at + 1] === 0xe5) || (code[at] === 0x8b && code[at + 1] === 0xec);

/** The code from an address on, as much as there is of it in memory. */
function codeFrom(address: number, readMemory: MemoryReader): Uint8Array | undefined {
  for (const length of [LOOKED_AT, 16, 8, 3]) {
    const code = readMemory(address >>> 0, length);
    if (code && code.length > 0) return code;
  }
  return undefined;
}

const begins = (code: Uint8Array, with_: readonly number[]): boolean =>
  with_.every((byte, n) => code[n] === byte);

/** Where a function that begins at an address sets up its frame pointer; undefined where it does not, first of all. */
export function frameSetUp(entry: number, readMemory: MemoryReader): FrameSetUp | undefined {
  const code = codeFrom(entry, readMemory);
  if (!code) return undefined;
  const nop = NOPS.find((one) => begins(code, one));
  const begin = nop?.length ?? (begins(code, CALL) ? CALL_LENGTH : 0);
  const pushAt = begin + realignment(code, begin);
  if (code[pushAt] !== PUSH_EBP) return undefined;
  let at = pushAt + 1;
  for (let moves = 0; !isMoveOfEsp(code, at); moves++) {
    const length = moves < MOST_MOVES ? moveLength(code, at) : 0;
    if (length === 0) return undefined;
    at += length;
  }
  return { push: (entry + pushAt) >>> 0, move: (entry + at) >>> 0 };
}

/**
 * Bytes of what aligns a stack before the frame pointer is set up: a register is saved, and has ESP of the caller, from which the return address is
 * pushed again (gcc, as of LEA 8(ESP), EDI; AND -16, ESP; PUSH -4(EDI)). 0 where there is no such thing.
 */
function realignment(code: Uint8Array, start: number): number {
  let at = start;
  const saved = (code[at] ?? 0) & 0xf8;
  if (saved === 0x50 && code[at] !== PUSH_EBP) at++;
  const modrm = code[at + 1] ?? 0;
  const register = (modrm >> 3) & 7;
  // LEA disp8(ESP)
  if (code[at] !== 0x8d || (modrm & 0xc7) !== 0x44 || code[at + 2] !== 0x24) return 0;
  at += 4;
  if (code[at] !== 0x83 || code[at + 1] !== 0xe4) return 0;
  at += 3;
  return code[at] === 0xff && code[at + 1] === (0x70 | register) && code[at + 2] === 0xfc
    ? at + 3 - start
    : 0;
}

/** RET, with and without a number of bytes. */
export function returnsAt(pc: number, readMemory: MemoryReader): boolean {
  const opcode = readMemory(pc, 1)?.[0];
  return opcode === 0xc3 || opcode === 0xc2;
}

/** MOV, LEA and XOR with a register as destination: opcodes with a ModR/M byte. */
const INTO_REGISTER = [0x8b, 0x8d, 0x31, 0x33];
/** MOVZX and MOVSX, behind 0Fh. */
const EXTENDING = [0xb6, 0xb7, 0xbe, 0xbf];
const SEGMENTS = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

/** Bytes of an instruction that only fills a register, neither ESP nor EBP, without a look at the stack's own; 0 for any other. */
function moveLength(code: Uint8Array, start: number): number {
  let at = start;
  if (SEGMENTS.includes(code[at] ?? 0)) at++;
  const opcode = code[at] ?? 0;
  const behind = (length: number): number => at - start + length;
  // MOV EAX, moffs32; MOV r32, imm32, but not into ESP and EBP.
  if (opcode === 0xa1) return behind(5);
  if (opcode >= 0xb8 && opcode <= 0xbf) return opcode === 0xbc || opcode === 0xbd ? 0 : behind(5);
  const wide = opcode === 0x0f && EXTENDING.includes(code[at + 1] ?? 0) ? 1 : 0;
  const modrm = code[at + wide + 1] ?? 0;
  const isRegister = modrm >> 6 === 3;
  // MOV and XOR r/m32, r32 write to what the lower bits say: a register, or memory.
  const store = opcode === 0x89 || opcode === 0x31;
  if (store && !isRegister) return 0;
  if (!store && wide === 0 && !INTO_REGISTER.includes(opcode)) return 0;
  const written = store ? modrm & 7 : (modrm >> 3) & 7;
  if (written === 4 || written === 5) return 0;
  return behind(1 + wide + operandLength(code, at + wide + 1));
}

/** Bytes of a ModR/M operand, with SIB and displacement. */
export function operandLength(code: Uint8Array, at: number): number {
  const modrm = code[at]!;
  const mod = modrm >> 6;
  const rm = modrm & 7;
  if (mod === 3) return 1;
  const sib = rm === 4 ? 1 : 0;
  const base = sib ? (code[at + 1] ?? 0) & 7 : rm;
  const displacement = mod === 1 ? 1 : mod === 2 || (mod === 0 && base === 5) ? 4 : 0;
  return 1 + sib + displacement;
}
