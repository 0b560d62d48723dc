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

/** What is behind `CpuWord.Fpu`, in memory. */
const FPU_WORDS = [Fpu.Control, Fpu.Status, Fpu.Empty, Fpu.Opcode, Fpu.Cs, Fpu.Ip, Fpu.Ds, Fpu.Dp, Fpu.Mxcsr];
const VALID = CpuWord.Fpu + 2;
const SEGMENTS = 8;
const REGISTER_WORDS = 32;

function packedCpu({ cpu }: Machine): PackedCpu {
  const { state, reg32, segSel, segBase, segLimit, segAttr, mem } = cpu.views;
  const words = new Uint32Array(CpuWord.End);
  for (let r = 0; r < 8; r++) words[CpuWord.General + r] = reg32[r];
  words[CpuWord.Eip] = state[EIP];
  words[CpuWord.Eflags] = cpu.flags.get();
  words[CpuWord.Cr0] = state[CR0];
  words[CpuWord.Cr2] = state[CR2];
  words[CpuWord.Cr3] = state[CR3];
  words[CpuWord.Cr4] = state[CR4];
  words[CpuWord.Cpl] = state[CPL];
  words[CpuWord.Halted] = state[HALTED];
  words[CpuWord.Gdt] = state[GDT_BASE];
  words[CpuWord.Gdt + 1] = state[GDT_LIMIT];
  words[CpuWord.Idt] = state[IDT_BASE];
  words[CpuWord.Idt + 1] = state[IDT_LIMIT];
  for (let n = 0; n < 8; n++) words[CpuWord.Debug + n] = state[DR0 + n];
  for (let seg = 0; seg < SEGMENTS; seg++) {
    const at = CpuWord.Segments + seg * 4;
    words[at] = segSel[seg];
    words[at + 1] = segBase[seg];
    words[at + 2] = segLimit[seg];
    words[at + 3] = segAttr[seg];
  }
  for (let n = 0; n < FPU_WORDS.length; n++) words[CpuWord.Fpu + n] = mem.getUint32(FPU_WORDS[n], true);
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
