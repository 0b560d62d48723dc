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
import type { CpuSnapshot, FpuState, MachineSnapshot } from '../protocol/machine-protocol.ts';
import { FpuState as Fpu } from '../softfloat/softfloat.ts';
import type { Machine } from './machine.ts';

function cpuSnapshot(machine: Machine): CpuSnapshot {
  const { cpu } = machine;
  const { state, reg32, segSel, segBase, segLimit, segAttr } = cpu.views;
  const word = (index: number) => state[index] >>> 0;
  return {
    general: Array.from({ length: 8 }, (_, r) => reg32[r] >>> 0),
    eip: word(EIP),
    eflags: cpu.flags.get() >>> 0,
    segments: Array.from({ length: 8 }, (_, seg) => ({
      selector: segSel[seg],
      base: segBase[seg] >>> 0,
      limit: segLimit[seg],
      attributes: segAttr[seg],
    })),
    gdt: { base: word(GDT_BASE), limit: word(GDT_LIMIT) },
    idt: { base: word(IDT_BASE), limit: word(IDT_LIMIT) },
    cr0: word(CR0),
    cr2: word(CR2),
    cr3: word(CR3),
    cr4: word(CR4),
    debug: Array.from({ length: 8 }, (_, n) => word(DR0 + n)),
    fpu: fpuState(machine),
    cpl: state[CPL],
    halted: state[HALTED] !== 0,
  };
}

function fpuState({ cpu }: Machine): FpuState {
  const { mem, mem8 } = cpu.views;
  const word = (at: number) => mem.getUint32(at, true);
  return {
    control: word(Fpu.Control),
    status: word(Fpu.Status),
    valid: ~word(Fpu.Empty) & 0xff,
    last: {
      opcode: word(Fpu.Opcode),
      cs: word(Fpu.Cs),
      ip: word(Fpu.Ip),
      ds: word(Fpu.Ds),
      dp: word(Fpu.Dp),
    },
    registers: mem8.slice(Fpu.Registers, Fpu.Registers + 128),
    mxcsr: word(Fpu.Mxcsr),
    xmm: mem8.slice(Fpu.Xmm, Fpu.Xmm + 128),
  };
}

export function snapshot(machine: Machine): MachineSnapshot {
  const { memory, passages } = machine;
  return {
    cpu: cpuSnapshot(machine),
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
