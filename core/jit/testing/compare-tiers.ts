/**
 * Runs one program in several tiers, in the same slices and with interrupts at the same counts, and compares all state. The first of them, which is
 * right, never takes the short way between rings.
 */
import {
  createBareMachine,
  CODE,
  CODE0,
  CODE3,
  DATA,
  DATA0,
  DATA3,
  GDT,
  IDT,
  le,
  STACK,
  TSS,
  type BareMachine,
} from '../../cpu/testing/bare-machine.ts';
import {
  CR0,
  CR2,
  CR3,
  CR4,
  Cr4,
  Cr0,
  DS,
  EAX,
  EBP,
  EBX,
  ECX,
  EDI,
  EDX,
  EIP,
  ES,
  ESI,
  ESP,
  FS,
  GS,
  HALTED,
  MID_REP,
  SHADOW,
  SS,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  Double,
} from '../../cpu/state.ts';
import { branchCount, forgetBranches } from '../../cpu/branch-log.ts';
import { recentBranches } from '../../debug/branches.ts';
import { BRANCH_RECORDS } from '../../memory/layout.ts';
import { FpuState } from '../../softfloat/softfloat.ts';
import { Exit, NO_EVENTS } from '../../cpu/cpu.ts';
import { Descriptor } from '../../cpu/segmentation/segmentation.ts';
import { createTransitions, type Transitions } from '../../debug/transitions.ts';
import { createRandom } from '../../testing/random.ts';
import type { Tier } from '../tier.ts';
import { createLateCompiler, type LateCompiler } from './late-compiler.ts';
import { createPromptCompiler } from './prompt-compiler.ts';
import { randomProgram } from './random-program.ts';
import { BACK, SOFTWARE } from './random-rings.ts';
import { INTERRUPT_PORT, PAGE_TABLE } from './random-system.ts';

const INTERRUPT = 0x20;
const PAGE_FAULT = 14;
/** Counts interrupts, and mends divisions and pages. Not beside the stack: writes to a page with code never go the fast way. */
const HANDLER_CODE = 0x7000;
const INTERRUPTS = DATA + 0xff0;
const DIRECTORY = 0x10_0000;
/** Not at the end of a page, so that frames lie on two. */
const RING0_STACK = 0xa008;
/** What the way back from ring 3 keeps. */
const SCRATCH = DATA + 0xfe0;
/** Instructions of a run that is not compared. */
const FIRST_RUN = 5000;
/** Transitions that are compared: the last ones of a program. */
const LAST_TRANSITIONS = 60;
const AREAS = [
  [CODE, 0x2000],
  [DATA - 0x100, 0x1200],
  [STACK - 0x200, 0x200],
  [RING0_STACK - 0x200, 0x200],
  [PAGE_TABLE, 0x1000],
  [GDT, 0x100],
] as const;
const PRESENT_WRITABLE_USER = 7;
/** Stays in the TLB over a load of CR3. */
const GLOBAL = 0x100 | PRESENT_WRITABLE_USER;

/**
 * A tier, or `late`: much is translated in another thread, while the interpreter goes on; or `recalled`: what has been translated in another machine is in
 * stock.
 */
export type Way = Tier | 'late' | 'recalled';

interface Subject {
  readonly way: Way;
  readonly late: LateCompiler | undefined;
  readonly machine: BareMachine;
  readonly transitions: Transitions;
}

/** @param type of the gate, with the ring that may call it */
function gate(machine: BareMachine, vector: number, handler: number, type: number): void {
  machine.dword(IDT + vector * 8, (CODE0 << 16) | (handler & 0xffff));
  machine.dword(IDT + vector * 8 + 4, (handler & 0xffff_0000) | type);
}

/** @param longWay between rings, always */
function createSubject(way: Way, longWay: boolean): Subject {
  const late = way === 'late' ? createLateCompiler() : undefined;
  const machine: BareMachine = createBareMachine(
    {
      acknowledgeInterrupt() {
        machine.cpu.setIntr(false);
        return INTERRUPT;
      },
      ports: {
        read: (port) => port * 0x0101,
        write(port) {
          if (port === INTERRUPT_PORT) machine.cpu.setIntr(true);
        },
      },
      events: {
        ...NO_EVENTS,
        beginTransition: () => void transitions.begin(),
        endTransition: (kind, vector, errorCode) => void transitions.end(kind, vector, errorCode),
      },
    },
    'max',
    way === 'late' || way === 'recalled' ? 'batched' : way,
    way === 'recalled' ? createPromptCompiler() : late,
  );
  const { cpu } = machine;
  const transitions = createTransitions(cpu.views, cpu.now, () => 0);
  transitions.tell(longWay);
  let at = HANDLER_CODE;
  const handleBy = (type: number, vector: number, ...code: number[]) => {
    gate(machine, vector, at, type);
    at = machine.bytes(at, ...code);
  };
  const handle = (vector: number, ...code: number[]) => {
    handleBy(0x8e00, vector, ...code);
  };
  // inc dword [INTERRUPTS]; iret
  handle(INTERRUPT, 0xff, 0x05, ...le(INTERRUPTS), 0xcf);
  handleBy(0xef00, SOFTWARE, 0xcf);
  // pop dword [SCRATCH]; pop dword [SCRATCH + 4]; and for ring 3 or ring 0: popfd; pop esp; jmp [SCRATCH] or popfd; jmp [SCRATCH]
  const keep = [0x8f, 0x05, ...le(SCRATCH), 0x8f, 0x05, ...le(SCRATCH + 4)];
  const jump = [0xff, 0x25, ...le(SCRATCH)];
  handleBy(
    0xee00,
    BACK,
    ...keep,
    0xf6,
    0x05,
    ...le(SCRATCH + 4),
    3,
    0x74,
    8,
    0x9d,
    0x5c,
    ...jump,
    0x9d,
    ...jump,
  );
  // mov ecx, 3; xor edx, edx; mov eax, 100; iret
  handle(0, 0xb9, ...le(3), 0x31, 0xd2, 0xb8, ...le(100), 0xcf);
  // push eax; mov eax, cr2; shr eax, 12; or dword [PAGE_TABLE + eax * 4], 7; pop eax; add esp, 4; iret
  const mend = [0x83, 0x0c, 0x85, ...le(PAGE_TABLE), PRESENT_WRITABLE_USER];
  handle(PAGE_FAULT, 0x50, 0x0f, 0x20, 0xd0, 0xc1, 0xe8, 12, ...mend, 0x58, 0x83, 0xc4, 4, 0xcf);
  machine.dword(TSS + 4, RING0_STACK);
  const { state } = cpu.views;
  state[SYSENTER_CS] = CODE0;
  state[SYSENTER_ESP] = RING0_STACK;
  state[SYSENTER_EIP] = at;
  // inc dword [INTERRUPTS]; sysexit
  machine.bytes(at, 0xff, 0x05, ...le(INTERRUPTS), 0x0f, 0x35);
  return { way, late, machine, transitions };
}

function load({ machine }: Subject, program: Uint8Array, seed: number): void {
  const random = createRandom(seed);
  const { cpu, memory } = machine;
  memory.fill(CODE, 0x2000, 0xf4);
  memory.writeBytes(CODE, program);
  for (const [at, length] of AREAS.slice(1, 4))
    for (let n = at; n < at + length; n += 4) machine.dword(n, random(2 ** 32));
  const { reg32, state } = cpu.views;
  for (const register of [EAX, ECX, EDX, ESI, EDI]) reg32[register] = random(2 ** 32);
  reg32[EBX] = DATA;
  reg32[EBP] = DATA + 0x400;
  reg32[ESP] = STACK;
  state[EIP] = CODE;
  state[HALTED] = 0;
  state[MID_REP] = 0;
  forgetBranches(cpu.views);
  state[CR0] = (state[CR0] & ~Cr0.PG) | (random(2) === 0 ? Cr0.PG : 0);
  state[CR3] = DIRECTORY;
  state[CR4] |= Cr4.OSFXSR | Cr4.OSXMMEXCPT | Cr4.PGE;
  const { mem8, mem } = cpu.views;
  mem8.fill(0, FpuState.Registers, FpuState.Registers + 0xa0);
  mem8.fill(0, FpuState.Xmm, FpuState.Mxcsr);
  mem.setUint32(FpuState.Control, 0x37f, true);
  mem.setUint32(FpuState.Empty, 0xff, true);
  mem.setUint32(FpuState.Mxcsr, 0x1f80, true);
  machine.dword(DIRECTORY, PAGE_TABLE | PRESENT_WRITABLE_USER);
  for (let page = 0; page < 0x400; page++)
    machine.dword(
      PAGE_TABLE + page * 4,
      (page << 12) | (page === DATA >>> 12 ? PRESENT_WRITABLE_USER : GLOBAL),
    );
  cpu.mmu.flush(true);
  // The first load of a segment marks it as accessed, which is never the short way.
  const accessed = random(2) << 8;
  machine.dword(GDT + (CODE3 & ~3) + 4, 0x00cf_fa00 | accessed);
  machine.dword(GDT + (DATA3 & ~3) + 4, 0x00cf_f200 | accessed);
  cpu.segmentation.fillCode(CODE0, cpu.segmentation.read(CODE0, new Descriptor()), 0);
  for (const seg of [ES, SS, DS, FS, GS]) cpu.segmentation.load(seg, DATA0);
  cpu.setIntr(false);
  cpu.flags.set(0x202);
}

/** Runs a program, not to its end. @returns what that has left for a next run */
function firstRun(subject: Subject, program: Uint8Array, seed: number): Uint8Array {
  const { cpu } = subject.machine;
  load(subject, program, seed);
  cpu.recallRegions(new Uint8Array(0));
  cpu.views.doubles[Double.Until] = cpu.now() + FIRST_RUN;
  cpu.run();
  return cpu.keptRegions() ?? new Uint8Array(0);
}

/** What a program sees of the processor, as text. */
function describe({ machine }: Subject): string {
  const { cpu } = machine;
  const { reg32, state, segSel } = cpu.views;
  const registers = [...reg32.subarray(0, 8)].map((value) => (value >>> 0).toString(16)).join(' ');
  return [
    `${registers} eip ${state[EIP].toString(16)} eflags ${cpu.flags.get().toString(16)} cr2 ${state[CR2]}`,
    `segments ${segSel.subarray(0, 6).join(' ')} shadow ${state[SHADOW]} halted ${state[HALTED]}`,
    `tick ${cpu.now() - started.get(machine)!.tick} branches ${branchCount(cpu.views)}`,
  ].join(' ');
}
/** What it leaves in memory, and the record of branches. */
function remains({ machine, transitions }: Subject): string {
  const { cpu, memory } = machine;
  const sum = (words: Int32Array) => {
    let hash = 0;
    for (const word of words) hash = (Math.imul(hash, 31) + word) | 0;
    return hash;
  };
  const sums = AREAS.map(([at, length]) => {
    const from = memory.bytes.byteOffset + at;
    return sum(new Int32Array(memory.wasm.buffer, from, length / 4));
  });
  const floats = [
    [FpuState.Registers, 0xa0],
    [FpuState.Xmm, 0x84],
  ].map(([at, length]) => sum(new Int32Array(memory.wasm.buffer, at, length! / 4)));
  const recent = recentBranches(cpu.views, BRANCH_RECORDS);
  const branches = Int32Array.from(recent.flatMap(({ from, to }) => [from, to]));
  const begun = started.get(machine)!;
  const last = transitions
    .since(Math.max(begun.transitions, transitions.count() - LAST_TRANSITIONS), LAST_TRANSITIONS)
    .map((transition) => {
      const sequence = transition.sequence - begun.transitions;
      return Object.values(
        Object.assign(transition, { sequence, instructions: transition.instructions - begun.tick }),
      );
    });
  const text = `memory ${sums.join(' ')} floats ${floats.join(' ')} branches ${sum(branches)}`;
  return `${text} transitions ${JSON.stringify(last)}`;
}

/** Where the counters stood when a program began. */
const started = new WeakMap<BareMachine, { readonly tick: number; readonly transitions: number }>();

export interface Difference {
  readonly seed: number;
  readonly way: Way;
  readonly expected: string;
  readonly found: string;
}

/** A comparison of ways to run, the first of which is right. */
export function createComparison(ways: readonly Way[]): (seed: number) => Difference | undefined {
  const subjects = ways.map((way, n) => createSubject(way, n === 0));
  const other = createSubject('recalled', false);
  return (seed) => {
    const random = createRandom(seed);
    const { bytes } = randomProgram(random);
    for (const subject of subjects) {
      load(subject, bytes, seed);
      if (subject.way === 'recalled') subject.machine.cpu.recallRegions(firstRun(other, bytes, seed));
      const { machine, transitions } = subject;
      started.set(machine, { tick: machine.cpu.now(), transitions: transitions.count() });
    }
    const differing = (texts: readonly string[]): Difference | undefined => {
      const [expected, ...others] = texts;
      const n = others.findIndex((found) => found !== expected);
      return n < 0 ? undefined : { seed, way: ways[n + 1]!, expected: expected!, found: others[n]! };
    };
    for (let slice = 0; slice < 12; slice++) {
      const ticks = 1 + random(slice < 4 ? 40 : 1500);
      const interrupts = random(2) === 0;
      const exits = subjects.map(({ machine: { cpu } }) => {
        if (interrupts) cpu.setIntr(true);
        cpu.views.doubles[Double.Until] = cpu.now() + ticks;
        return cpu.run();
      });
      const difference = differing(subjects.map((subject, n) => `${exits[n]} ${describe(subject)}`));
      if (difference) return difference;
      if (exits[0] === Exit.Halted && !interrupts) break;
      if (slice % 2 === 1) for (const { late } of subjects) late?.deliver();
    }
    return differing(subjects.map(remains));
  };
}
