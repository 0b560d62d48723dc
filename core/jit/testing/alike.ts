/**
 * Runs the same instructions under the same conditions in several tiers and describes all that they leave, for tests of one kind of
 * instruction. Behind a page of data lie one that is not present and one that is read-only, so that operands fault in all ways.
 */
import { type BareMachine, createBareMachine, DATA, STACK } from '../../cpu/testing/bare-machine.ts';
import { CR0, Cr0, CR2, CR3, CR4, Cr4, EIP, ESP } from '../../cpu/state.ts';
import { RAM_BASE } from '../../memory/layout.ts';
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Tier } from '../tier.ts';

const PAGE = 0x1000;
/** Not present, and read-only. */
export const ABSENT = DATA + PAGE;
export const READ_ONLY = DATA + 2 * PAGE;
/** Where programs lie: each has a place of its own, so that nothing of an earlier one is translated. */
const PROGRAMS = 0x20_0000;
const PROGRAMS_END = 0x40_0000;
const ROOM = 0x100;
const DIRECTORY = 0x10_0000;
const TABLE = 0x10_1000;
const WRITABLE = 3;
const READABLE = 1;
const HLT = 0xf4;
/** A program runs so often, each time from what it has left. */
const RUNS = 3;
const STACK_BYTES = 64;

export interface Trial {
  readonly code: readonly number[];
  /** EAX to EDI; ESP is left alone. */
  readonly registers: readonly number[];
  readonly flags: number;
  /** Words at DATA, and again at READ_ONLY. */
  readonly data: readonly number[];
  /** More of the conditions. */
  prepare?(machine: BareMachine): void;
}

function createSubject(tier: Tier) {
  const machine = createBareMachine({}, 'max', tier);
  const { cpu, dword } = machine;
  const { state, reg32, mem, mem8 } = cpu.views;
  dword(DIRECTORY, TABLE | WRITABLE);
  for (let page = 0; page < 0x400; page++) dword(TABLE + page * 4, (page << 12) | WRITABLE);
  state[CR3] = DIRECTORY;
  const words = (at: number, count: number) =>
    Array.from({ length: count }, (_, n) => mem.getUint32(at + n * 4, true).toString(16));
  const describe = () => ({
    eip: state[EIP],
    registers: [...reg32.subarray(0, 8)].map((value) => (value >>> 0).toString(16)),
    flags: cpu.flags.get().toString(16),
    vector: machine.vector(),
    cr2: state[CR2],
    now: cpu.now(),
    fpu: words(FpuState.Registers, 40),
    xmm: words(FpuState.Xmm, 33),
    stack: Array.from({ length: STACK_BYTES / 2 }, (_, n) => machine.read(STACK - STACK_BYTES + n * 4)),
    // With their accessed and dirty bits.
    entries: words(RAM_BASE + TABLE + (DATA >>> 12) * 4, 3),
    data: [DATA, READ_ONLY].map((at) => Array.from({ length: PAGE / 4 }, (_, n) => machine.read(at + n * 4))),
  });
  return (place: number, { code, registers, flags, data, prepare }: Trial) => {
    state[CR0] = Cr0.PE | Cr0.ET | Cr0.NE | Cr0.WP | Cr0.PG;
    state[CR4] |= Cr4.OSFXSR | Cr4.OSXMMEXCPT;
    dword(TABLE + (DATA >>> 12) * 4, DATA | WRITABLE);
    dword(TABLE + (ABSENT >>> 12) * 4, 0);
    dword(TABLE + (READ_ONLY >>> 12) * 4, READ_ONLY | READABLE);
    cpu.mmu.flush(true);
    for (const at of [DATA, READ_ONLY])
      for (let n = 0; n < PAGE / 4; n++) dword(at + n * 4, data[n % data.length]!);
    for (let n = 0; n < STACK_BYTES; n++) dword(STACK - STACK_BYTES + n * 4, n * 0x0101_0101);
    mem8.fill(0, FpuState.Registers, FpuState.Output);
    mem.setUint32(FpuState.Control, 0x37f, true);
    mem.setUint32(FpuState.Empty, 0xff, true);
    mem.setUint32(FpuState.Mxcsr, 0x1f80, true);
    for (let n = 0; n < 32; n++) mem.setUint32(FpuState.Xmm + n * 4, data[n % data.length]!, true);
    registers.forEach((value, n) => {
      if (n !== ESP) reg32[n] = value;
    });
    cpu.flags.set((flags & 0xcd5) | 2);
    prepare?.(machine);
    machine.bytes(place, ...code, HLT);
    return Array.from({ length: RUNS }, () => {
      reg32[ESP] = STACK;
      machine.run(place, 1000);
      return describe();
    });
  };
}

/** @returns what a trial leaves in each of the tiers, the first of which is right */
export function createTrials(...tiers: readonly Tier[]) {
  const subjects = tiers.map(createSubject);
  let trials = 0;
  return (trial: Trial) => {
    const place = PROGRAMS + ((trials++ * ROOM) % (PROGRAMS_END - PROGRAMS));
    return subjects.map((run) => run(place, trial));
  };
}
