/**
 * Words on a stack that are return addresses, as the code before them tells: what goes before has to be a call, and to have led to what runs.
 * Of system calls by SYSENTER, which leave none, what the kernel or the program has pushed. Source: SDM vol. 2A, CALL and SYSENTER.
 */
import type { MemoryReader } from './location.ts';
import { frameSetUp, operandLength, returnsAt } from './prologue.ts';
import type { HandlerEntry, UnwindSource } from './unwind-i386.ts';

/** How much of the stack assembly may have in use, in bytes. */
export const ASSEMBLY_STACK = 512;
/** What code that makes a system call pushes before, in bytes. */
const MOST_PUSHED = 16;

/** Whose system call runs on a stack: the kernel has put ESP of the program there, to go back to. */
export function callingProgram(
  source: UnwindSource,
  entry: number,
  esp: number,
  readMemory: MemoryReader,
): HandlerEntry | undefined {
  const programs = source.programsInto?.(entry) ?? [];
  const bytes = programs.length > 0 ? readMemory(esp, ASSEMBLY_STACK) : undefined;
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const interrupted of programs)
    for (let at = 0; at + 4 <= bytes.length; at += 4)
      if (view.getUint32(at, true) === interrupted.esp >>> 0) return { esp: (esp + at) >>> 0, interrupted };
  return undefined;
}

/**
 * Code without symbols that has made a system call by SYSENTER: a few registers that the kernel takes lie below the return address, of
 * Linux's vDSO EBP, EDX and ECX. @returns how far above ESP the return address is
 */
export function pushedForSysenter(
  source: UnwindSource,
  pc: number,
  esp: number,
  readMemory: MemoryReader,
): number | undefined {
  const before = readMemory((pc - 2) >>> 0, 2);
  if (before?.[0] !== 0x0f || before[1] !== 0x34) return undefined;
  const top = readMemory(esp, MOST_PUSHED + 4);
  if (top?.length !== MOST_PUSHED + 4) return undefined;
  const view = new DataView(top.buffer, top.byteOffset, top.byteLength);
  for (let at = 0; at <= MOST_PUSHED; at += 4)
    if (isReturnAddress(source, view.getUint32(at, true), readMemory)) return at;
  return undefined;
}

/** Where the first word between two places on the stack lies that is an address behind a call instruction. */
export function returnAddressAbove(
  source: UnwindSource,
  from: number,
  to: number,
  readMemory: MemoryReader,
): number | undefined {
  const bytes = readMemory(from, to - from);
  if (!bytes || !source.isCode) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const value = view.getUint32(at, true);
    if (isReturnAddress(source, value, readMemory)) return from + at;
  }
  return undefined;
}

export const isReturnAddress = (source: UnwindSource, value: number, readMemory: MemoryReader): boolean =>
  source.isCode?.((value - 1) >>> 0) === true && isBehindCall(value, readMemory);

/** Is there a call instruction that ends at an address (SDM vol. 2A, CALL)? */
function isBehindCall(address: number, readMemory: MemoryReader): boolean {
  const code = readMemory((address - 7) >>> 0, 7);
  if (!code || code.length < 7) return false;
  return code[2] === 0xe8 || isIndirectCall(code);
}

/** Do 7 bytes end with a call through a pointer, or a far one? */
function isIndirectCall(code: Uint8Array): boolean {
  if (code[0] === 0x9a) return true;
  // FF /2 and /3: the ModR/M byte says how many bytes follow it.
  return [5, 4, 3, 1, 0].some((at) => code[at] === 0xff && modrmLength(code, at + 1) === 6 - at);
}

/**
 * May a return address at the top of the stack be that of the code at an address? The call before it has led there, which of calls through
 * pointers may always be; or the code is about to return.
 */
export function mayHaveCalled(returns: number, pc: number, readMemory: MemoryReader): boolean {
  const code = readMemory((returns - 7) >>> 0, 7);
  if (!code || code.length < 7 || code[2] !== 0xe8 || isIndirectCall(code)) return true;
  const displacement = new DataView(code.buffer, code.byteOffset).getInt32(3, true);
  // A thunk (retpoline) goes on to the function that is meant.
  return (
    (returns + displacement) >>> 0 === pc >>> 0 ||
    frameSetUp(pc, readMemory) !== undefined ||
    returnsAt(pc, readMemory)
  );
}

/** Bytes of a ModR/M operand with reg /2 or /3; 0 for others. */
function modrmLength(code: Uint8Array, at: number): number {
  const modrm = code[at]!;
  const digit = (modrm >> 3) & 7;
  if (digit !== 2 && digit !== 3) return 0;
  return operandLength(code, at);
}
