/**
 * `struct pt_regs` of Linux for i386: what its entries of system calls, exceptions and interrupts save. Kernels with frame pointers leave its
 * address in EBP with the uppermost bit cleared, which no address of the kernel's has. Source: Linux, arch/x86/entry/entry_32.S
 * (ENCODE_FRAME_POINTER, FIXUP_FRAME), arch/x86/include/uapi/asm/ptrace.h, arch/x86/kernel/unwind_frame.c (decode_frame_pointer).
 */
import type { TransitionPlace } from '../../core/protocol/debug-protocol.ts';
import { I386 } from './constants.ts';
import type { Home, MemoryReader, Registers } from './location.ts';

export interface SavedRegisters {
  /** Behind what the processor has pushed. */
  readonly end: number;
  /** Linear. */
  readonly registers: (number | undefined)[];
  readonly homes: (Home | undefined)[];
  /** Where virtual-8086 mode goes on. */
  readonly virtual8086: TransitionPlace | undefined;
}

const KERNEL = 0x8000_0000;
/** How far above ESP an entry's registers may be: the stack of a task is 8 KiB. */
const MOST_STACK = 8192;
/** Offsets, and of the general registers by DWARF's numbers. */
const GENERAL: readonly [register: number, offset: number][] = [
  [I386.ebx, 0],
  [I386.ecx, 4],
  [I386.edx, 8],
  [I386.esi, 12],
  [I386.edi, 16],
  [I386.ebp, 20],
  [I386.eax, 24],
  [I386.eip, 48],
  [I386.eflags, 56],
];
const IP = 48;
const CS = 52;
const FLAGS = 56;
const SP = 60;
const SS = 64;
const SIZE = 68;
const VM = 1 << 17;
const RPL = 3;
/** How far above its place ESP of the kernel's own code lies at most, where the entry has moved what is below to have room for it. */
const MOST_MOVED = 64;

/** The registers that a frame pointer stands for. */
export function savedRegisters(
  { [I386.ebp]: ebp, [I386.esp]: esp }: Registers,
  readMemory: MemoryReader,
): SavedRegisters | undefined {
  if (ebp === undefined || esp === undefined || ebp >>> 0 >= KERNEL) return undefined;
  const at = (ebp | KERNEL) >>> 0;
  if (at < esp || at - esp >= MOST_STACK) return undefined;
  const bytes = readMemory(at, SIZE) ?? readMemory(at, SP);
  if (!bytes || bytes.length < SP) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (offset: number) => (offset + 4 <= bytes.length ? view.getUint32(offset, true) : 0);
  const [cs, flags, pushed] = [word(CS) & 0xffff, word(FLAGS), word(SP)];
  const isVirtual = (flags & VM) !== 0;
  const isProgram = isVirtual || (cs & RPL) !== 0;
  const above = at + SP;
  const isMoved = !isProgram && pushed > above && pushed - above <= MOST_MOVED;
  const registers: (number | undefined)[] = [];
  const homes: (Home | undefined)[] = [];
  for (const [register, offset] of GENERAL) {
    registers[register] = word(offset);
    homes[register] = { kind: 'memory', address: at + offset };
  }
  registers[I386.esp] = isProgram || isMoved ? pushed : above;
  if (isProgram) homes[I386.esp] = { kind: 'memory', address: above };
  const place = { cs, eip: word(IP), ss: word(SS) & 0xffff, esp: pushed, ring: 3, v86: true };
  return { end: above, registers, homes, virtual8086: isVirtual ? place : undefined };
}
