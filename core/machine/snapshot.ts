/** The machine's state as the protocol shows it at a stop. */
import {
  CPL,
  CR0,
  CR2,
  CR3,
  CR4,
  DR0,
  EIP,
  GDT_BASE,
  GDT_LIMIT,
  HALTED,
  IDT_BASE,
  IDT_LIMIT,
} from '../cpu/state.ts';
import type { MachineSnapshot } from '../protocol/machine-protocol.ts';
import { CpuWord, PackedCpu } from '../protocol/packed-cpu.ts';
import { FpuState as Fpu } from '../softfloat/softfloat.ts';
import type { Machine } from './machine.ts';

/** Where a word of `CpuWord` is among those of the processor's state. */
const STATE_WORDS: readonly (readonly [word: number, index: number])[] = [
  [CpuWord.Eip, EIP],
  [CpuWord.Cr0, CR0],
  [CpuWord.Cr2, CR2],
  [CpuWord.Cr3, CR3],
  [CpuWord.Cr4, CR4],
  [CpuWord.Cpl, CPL],
  [CpuWord.Halted, HALTED],
  [CpuWord.Gdt, GDT_BASE],
  [CpuWord.Gdt + 1, GDT_LIMIT],
  [CpuWord.Idt, IDT_BASE],
  [CpuWord.Idt + 1, IDT_LIMIT],
];
/** The same in the memory of the FPU, behind `CpuWord.Fpu`. */
const FPU_WORDS = [Fpu.Control, Fpu.Status, Fpu.Empty, Fpu.Opcode, Fpu.Cs, Fpu.Ip, Fpu.Ds, Fpu.Dp, Fpu.Mxcsr];
const VALID = CpuWord.Fpu + 2;
const SEGMENTS = 8;
const REGISTER_WORDS = 32;

function packedCpu({ cpu }: Machine): PackedCpu {
  const { state, reg32, segSel, segBase, segLimit, segAttr, mem } = cpu.views;
  const words = new Uint32Array(CpuWord.End);
  for (let r = 0; r < 8; r++) words[CpuWord.General + r] = reg32[r];
  for (const [word, index] of STATE_WORDS) words[word] = state[index];
  words[CpuWord.Eflags] = cpu.flags.get();
  for (let n = 0; n < 8; n++) words[CpuWord.Debug + n] = state[DR0 + n];
  for (let seg = 0; seg < SEGMENTS; seg++) {
    const at = CpuWord.Segments + seg * 4;
    words[at] = segSel[seg];
    words[at + 1] = segBase[seg];
    words[at + 2] = segLimit[seg];
    words[at + 3] = segAttr[seg];
  }
  FPU_WORDS.forEach((from, n) => (words[CpuWord.Fpu + n] = mem.getUint32(from, true)));
  words[VALID] = ~words[VALID] & 0xff;
  words.set(new Uint32Array(mem.buffer, Fpu.Registers, REGISTER_WORDS), CpuWord.FpuRegisters);
  words.set(new Uint32Array(mem.buffer, Fpu.Xmm, REGISTER_WORDS), CpuWord.Xmm);
  return new PackedCpu(words);
}

export function snapshot(machine: Machine): MachineSnapshot {
  const { memory, passages } = machine;
  return {
    cpu: packedCpu(machine),
    pending: machine.cpu.heldException(),
    instructions: machine.instructions(),
    virtualNanoseconds: machine.virtualNanoseconds(),
    coroutine: passages.current(),
    passages: passages.all().map(({ monitor, physical }) => ({
      monitor,
      physical,
      page: memory.bytes.slice(physical, physical + 0x1000),
    })),
  };
}
