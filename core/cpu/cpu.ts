/**
 * The interpreter: wires the parts of the processor together and runs decoded blocks.
 *
 * Time is the number of retired instructions. `run` executes until the tick in `Double.Until`, so a deadline, an input
 * event or a debugger's step ends exactly where it must whatever the block boundaries are: interrupts can only become
 * deliverable at such a tick or after an instruction that ends its block (I/O, STI, POPF, IRET). A faulting
 * instruction counts one tick, so a guest that only faults still makes time pass.
 */
import { type Tier, TIERS, USUAL_TIER } from '../jit/tier.ts';
import { createTranslator, Outcome } from '../jit/translator.ts';
import { BRANCH_RECORDS } from '../memory/layout.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import { createSoftfloat, FpuState } from '../softfloat/softfloat.ts';
import { createAccess } from './paging/access.ts';
import { type Block, createCodeCache } from './decode/code-cache.ts';
import { createControlRegisters } from './system/control-registers.ts';
import { type CpuModel, createCpuid, flagBits, MODELS, signature } from './system/cpuid.ts';
import { createDebuggerAccess, type DebuggerAccess } from './system/debugger-access.ts';
import { createMsrs } from './system/msr-registers.ts';
import { createDebugRegisters, Dr6 } from './interrupts/debug-registers.ts';
import { createDecoder } from './decode/decoder.ts';
import { cellsOf, type ExecutionObserver, observeMap, type OpcodeCell } from './decode/observe.ts';
import { createSplits } from './decode/splits.ts';
import { createFetch, STOP_AT_NEW_CODE } from './decode/fetch.ts';
import type { CpuEnv, CpuEvents, CpuHooks, PortIo } from './env.ts';
import { createExceptions, type FaultCause } from './interrupts/exceptions.ts';
import { createFaults, FREEZE, Vector } from './interrupts/fault.ts';
import { createFlags, type Flags } from './integer/flags.ts';
import { createInstructionSet } from './instruction-set.ts';
import { createGuard, type StepGuard } from './guard.ts';
import { createNmi, NMI_PENDING } from './interrupts/nmi.ts';
import { createInterrupts, Source } from './interrupts/interrupts.ts';
import { createMmu, type Mmu } from './paging/mmu.ts';
import { createSegmentation, type Segmentation } from './segmentation/segmentation.ts';
import { createPendingStack } from './segmentation/pending-stack.ts';
import {
  A20_GATED,
  BLOCK_EIP,
  BRANCH_COUNT,
  BREAK,
  BUDGET,
  COMMITTED,
  CPL,
  CR0,
  Cr0,
  CS,
  createViews,
  DEBUG_HITS,
  Double,
  DR6,
  DR7,
  EDX,
  EIP,
  EVENT_HIT,
  EXTRA,
  Flag,
  GDT_LIMIT,
  HALTED,
  IDT_LIMIT,
  INDEX,
  INTR,
  LDTR,
  MID_REP,
  PAT_HIGH,
  PAT_LOW,
  SHADOW,
  SYSFLAGS,
  TR,
  type Views,
} from './state.ts';
import type { Tracer } from './tracer.ts';
import { createTaskSwitch } from './tasks/tasks.ts';
import { observeTransfer } from './segmentation/observed-transfer.ts';
import { createTransfer } from './segmentation/transfer.ts';

/** Why `run` returned. */
export const Exit = {
  /** The tick in `Double.Until` is reached. */
  Deadline: 0,
  /** HLT with no interrupt to wake it. */
  Halted: 1,
  /** A breakpoint matches the next instruction. */
  Breakpoint: 2,
  /** A triple fault: the state is that before the first fault, see `shutdownCauses`. */
  Shutdown: 3,
  /** The debugger wanted the run to end behind the instruction before, or holds an exception back. */
  Event: 4,
  /** The guard of a step says that the next instruction is not part of it. */
  Guard: 5,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** What the CPU needs from its machine. */
export interface CpuBus {
  readonly ports: PortIo;
  /** The interrupt controller's vector, when INTR is asserted and taken. */
  acknowledgeInterrupt(): number;
  readonly onCr3Write: CpuHooks['onCr3Write'];
  readonly onFpuError: CpuHooks['onFpuError'];
  /** For a debugger. */
  readonly events?: CpuEvents;
  /** For coverage reports; makes the CPU slower where it is given. */
  readonly onExecute?: ExecutionObserver;
}

/** Nobody wants to know. */
const NO_EVENTS: CpuEvents = {
  beginTransition: () => undefined,
  endTransition: () => undefined,
  exception: () => false,
  controlWrite: () => undefined,
  msrWrite: () => undefined,
  watchedCode: { pages: undefined },
  newCode: () => false,
};

/** Linear addresses that stop execution. */
export interface BreakpointSet {
  /** Low 12 bits of all breakpoints: blocks never run across such an address. */
  readonly pageOffsets: ReadonlySet<number>;
  /** A breakpoint may match there, now or later, until the set or a temporary breakpoint changes. */
  near(linear: number): boolean;
  /** `true` when a breakpoint matches this linear address now. */
  matches(linear: number): boolean;
}

export interface Cpu {
  readonly views: Views;
  readonly flags: Flags;
  readonly mmu: Mmu;
  readonly segmentation: Segmentation;
  /** Registers on behalf of a debugger. */
  readonly debugger: DebuggerAccess;
  /** The chain of exceptions behind the last `Exit.Shutdown`. */
  readonly shutdownCauses: readonly FaultCause[];
  /** What `CpuBus.onExecute` can tell of. */
  opcodeCells(): readonly OpcodeCell[];
  reset(): void;
  /** Runs until `Double.Until`. */
  run(): Exit;
  /** Runs exactly one instruction (one iteration of a REP), or delivers one pending interrupt. */
  step(): Exit;
  /** Exact current tick, also in the middle of an instruction. */
  now(): number;
  setIntr(level: boolean): void;
  /** An edge on the NMI pin. */
  raiseNmi(): void;
  /** The A20M# pin: while the gate is off, physical address bit 20 is 0 (SDM vol. 3B, 20.1.1). */
  setA20(enabled: boolean): void;
  setBreakpoints(breakpoints: BreakpointSet): void;
  /** The next instruction does not stop at a breakpoint on this linear address. */
  skipBreakpoint(linear: number): void;
  /**
   * The next instruction is one that was about to run before: it faulted, or an interrupt came between two rounds of its REP
   * (SDM vol. 3B, 17.3.1.1: RF).
   */
  runsAgain(): boolean;
  /** Takes `skipBreakpoint` back. */
  keepBreakpoints(): void;
  setGuard(guard: StepGuard | undefined): void;
  setTracer(tracer: Tracer | undefined): void;
  /** Makes blocks begin at these low 12 bits of addresses too, until `forgetSplits`. */
  splitAt(pageOffsets: Iterable<number>): void;
  /** From now on blocks need not begin where `splitAt` wanted it. @param all forgets a few places too, which costs more */
  forgetSplits(all?: boolean): void;
  /** Ends the run behind the current instruction with `Exit.Event`. */
  stopForEvent(): void;
  /** An exception that `CpuEvents.exception` held back: the next run enters its handler. */
  heldException(): FaultCause | undefined;
  /** Makes it not have happened. */
  dropHeldException(): void;
  /** Linear address of the next instruction. */
  linearEip(): number;
  /** How many interrupts and exceptions were delivered so far, and where the last one came from (`Source`). */
  readonly deliveries: () => number;
  readonly lastDeliverySource: () => number;
  /** The decoded block at an EIP in the present mode, `undefined` when its fetch faults: for a look at translations. */
  blockAt(eip: number): Block | undefined;
  /** Drops all decoded code: RAM was replaced as a whole. */
  flushCode(): void;
}

const NO_BREAKPOINTS: BreakpointSet = {
  pageOffsets: new Set(),
  near: () => false,
  matches: () => false,
};

export function createCpu(
  memory: PhysicalMemory,
  bus: CpuBus,
  model: CpuModel = MODELS.max,
  tier: Tier = USUAL_TIER,
): Cpu {
  const views = createViews(memory.wasm);
  const { state, doubles, reg32, segBase, segLimit, segAttr, branches } = views;
  const faults = createFaults();
  const events = bus.events ?? NO_EVENTS;
  const flags = createFlags(views, flagBits(model));
  const mmu = createMmu(views, memory, faults);
  const access = createAccess(views, mmu, faults);
  const segmentation = createSegmentation(views, mmu, faults);
  const stack = createPendingStack(views, mmu, segmentation, faults);
  const debug = createDebugRegisters(views, mmu, () => {
    cache.clear();
  });
  const tasks = createTaskSwitch(views, flags, mmu, segmentation, stack, debug, events, faults);
  const transfer = observeTransfer(
    createTransfer(views, flags, mmu, segmentation, stack, tasks, faults),
    views,
    events,
  );
  const nmi = createNmi(views);
  const interrupts = createInterrupts(views, flags, mmu, segmentation, stack, tasks, events, faults);

  const now = () => doubles[Double.Retired] + doubles[Double.Skipped] + state[INDEX] + state[EXTRA];
  const env: CpuEnv = {
    views,
    flags,
    faults,
    mmu,
    access,
    segmentation,
    transfer,
    control: createControlRegisters(views, mmu, segmentation, debug, faults, model),
    msrs: createMsrs(views, mmu, faults, now, model),
    interrupts,
    nmi,
    debug,
    ports: bus.ports,
    hooks: {
      cpuid: createCpuid(model),
      onCr3Write: bus.onCr3Write,
      onFpuError: bus.onFpuError,
      events,
    },
    ea: (i) => (reg32[i.base] + (reg32[i.idx] << i.scale) + i.disp) & i.addrMask,
    codePhysical: (i) =>
      mmu.translate((segBase[CS] + state[BLOCK_EIP] + i.start) | 0, false, state[CPL] === 3),
  };

  const softfloat = createSoftfloat(memory.wasm);
  const map = createInstructionSet(env, softfloat, model);
  if (bus.onExecute) observeMap(map, views, bus.onExecute);
  const decoder = createDecoder(map, faults);

  const cache = createCodeCache(memory, mmu.protectCode);
  memory.onCodeWrite = (physical, length) => {
    if (cache.invalidate(physical, length)) state[BREAK] = 1;
  };
  let breakpoints = NO_BREAKPOINTS;
  let skip = -1;
  const guard = createGuard();
  let tracer: Tracer | undefined;

  /** Blocks begin at such an offset, so that breakpoints need a look only there. */
  const kept = createSplits(cache);
  /** The interpreter must begin a block at this linear address: it may stop there. */
  const mayStop = (linear: number) => breakpoints.near(linear >>> 0) || debug.pageOffsets.has(linear & 0xfff);
  const options = bus.onExecute ? undefined : TIERS[tier];
  const translator =
    options &&
    createTranslator(views, memory.wasm, mmu, cache, faults, noteBranch, softfloat, mayStop, options);
  const splits = (linear: number) => kept.has(linear) || debug.pageOffsets.has(linear & 0xfff);

  const fetch = createFetch(views, memory, mmu, decoder, cache, faults, splits, events);
  const exceptions = createExceptions(views, interrupts, events, faults);
  const { raise: raiseException } = exceptions;

  function takeInterrupt(): boolean {
    if ((state[INTR] & NMI_PENDING) !== 0) {
      nmi.take();
      return raiseException(Vector.NMI, -1, Source.External);
    }
    state[HALTED] = 0;
    return raiseException(bus.acknowledgeInterrupt(), -1, Source.External);
  }

  /**
   * Runs up to `limit` instructions of the block at CS:EIP.
   * @returns false when a triple fault ended it.
   */
  function execute(block: Block, limit: number): boolean {
    const { insns } = block;
    const total = insns.length;
    const count = limit < total ? limit : total;
    const eip = state[EIP];
    const base = segBase[CS];
    state[BLOCK_EIP] = eip;
    state[BUDGET] = limit;
    state[BREAK] = 0;
    const end = (eip + block.size) | 0;
    state[EIP] = end;
    tracer?.begin(block, (base + eip) >>> 0);
    let n = 0;
    let branched = false;
    try {
      while (n < count) {
        state[INDEX] = n;
        const insn = insns[n++];
        // Called without a receiver: the engine's shorter call sequence.
        const { exec } = insn;
        exec(insn);
        if (state[BREAK] !== 0) break;
      }
      if (n < total) state[EIP] = eip + insns[n - 1].end;
      // Only the last instruction of a block branches.
      else if (state[EIP] !== end && state[MID_REP] === 0) {
        branched = true;
        noteBranch(base + eip + block.lastStart);
        if (block.indirect) block.noteTarget(state[EIP]);
      }
    } catch (error) {
      if (error !== faults.fault) throw error;
      // The instruction will run again and meet its breakpoints then.
      state[DEBUG_HITS] = 0;
      if (state[COMMITTED] === 0) state[EIP] = eip + insns[state[INDEX]].start;
      state[COMMITTED] = 0;
      retire(state[INDEX] + 1, false);
      return deliverFault();
    }
    retire(n, branched);
    return true;
  }

  /** The fault of an instruction that has been counted. @returns false when a triple fault ended it */
  function deliverFault(): boolean {
    const { vector, errorCode } = faults.fault;
    if (vector !== FREEZE) return raiseException(vector, errorCode, Source.Fault);
    state[HALTED] = 1;
    return true;
  }

  /** Lets translated code run if there is some for what comes next. @returns undefined if there is none, else as `execute` */
  function runTranslated(block: Block, limit: number): boolean | undefined {
    if (!translator || guard.isSet() || tracer || events.watchedCode.pages) return undefined;
    const translation = translator.find(block, limit);
    if (!translation) return undefined;
    switch (translator.run(translation, limit)) {
      case Outcome.Advanced:
        return true;
      case Outcome.Fault:
        return deliverFault();
      case Outcome.Nothing:
        return undefined;
    }
  }

  function noteBranch(from: number): void {
    const slot = (state[BRANCH_COUNT]++ & (BRANCH_RECORDS - 1)) << 1;
    branches[slot] = from;
    branches[slot + 1] = segBase[CS] + state[EIP];
  }

  function retire(count: number, branched: boolean): void {
    const ticks = count + state[EXTRA];
    doubles[Double.Retired] += ticks;
    state[INDEX] = 0;
    state[EXTRA] = 0;
    tracer?.end(count, ticks, branched);
  }

  /** One instruction with the trap flag, the resume flag or an interrupt shadow in force. */
  function executeSingle(block: Block): boolean {
    const trap = (state[SYSFLAGS] & Flag.TF) !== 0;
    state[SHADOW] = 0;
    // RF holds for one instruction and is cleared at its start; IRET may set it again (SDM vol. 3B, 17.3.1.1).
    state[SYSFLAGS] &= ~Flag.RF;
    const { deliveries } = interrupts;
    const before = deliveries();
    if (!execute(block, 1)) return false;
    // An instruction that entered a handler (INT n, or a fault) has cleared TF: no trap for it.
    if (!trap || deliveries() !== before || state[SHADOW] === 2 || exceptions.held()) return true;
    return debugTrap(Dr6.BS);
  }

  /** B0 to B3 tell of the last exception alone; the other bits stay until software clears them (SDM vol. 3B, 17.2.3). */
  function note(conditions: number): void {
    state[DR6] = (state[DR6] & ~0xf) | conditions;
  }

  /** A debug trap behind an instruction: single step, and the breakpoint conditions that it met. */
  function debugTrap(cause: number): boolean {
    note(cause | (state[DEBUG_HITS] & ~EVENT_HIT));
    state[DEBUG_HITS] &= EVENT_HIT;
    // A trap behind HLT resumes.
    state[HALTED] = 0;
    return raiseException(Vector.DB, -1, Source.Trap);
  }

  const runsAgain = () => (state[SYSFLAGS] & Flag.RF) !== 0 || state[MID_REP] !== 0;

  /**
   * The instruction breakpoints on the next instruction, which come before any fault of its fetch. RF and the MOV SS
   * shadow suppress them; a REP that paused between iterations met its own when it began.
   */
  function instructionBreakpoints(): number {
    if (runsAgain() || state[SHADOW] === 2) return 0;
    return debug.executes((segBase[CS] + state[EIP]) | 0);
  }
  /** The fault of an instruction breakpoint. The RF that it pushes is the 0 that let it happen. */
  function instructionBreakpoint(hits: number): boolean {
    state[SHADOW] = 0;
    note(hits);
    return raiseException(Vector.DB, -1, Source.Trap);
  }

  function runUntil(): Exit {
    if (exceptions.held() && !exceptions.release()) return Exit.Shutdown;
    for (;;) {
      if (state[DEBUG_HITS] !== 0) {
        if ((state[DEBUG_HITS] & EVENT_HIT) !== 0) {
          state[DEBUG_HITS] &= ~EVENT_HIT;
          return Exit.Event;
        }
        if (state[SHADOW] !== 2 && !debugTrap(0)) return Exit.Shutdown;
      }
      const remaining = doubles[Double.Until] - doubles[Double.Retired] - doubles[Double.Skipped];
      if (remaining <= 0) return Exit.Deadline;
      if (
        state[INTR] !== 0 &&
        state[SHADOW] === 0 &&
        ((state[SYSFLAGS] & Flag.IF) !== 0 || (state[INTR] & NMI_PENDING) !== 0)
      ) {
        if (!takeInterrupt()) return Exit.Shutdown;
        continue;
      }
      if (state[HALTED] !== 0) return Exit.Halted;
      let block: Block;
      try {
        block = fetch();
      } catch (error) {
        if (error === STOP_AT_NEW_CODE) return Exit.Event;
        if (error !== faults.fault) throw error;
        const { vector, errorCode } = faults.fault;
        const hits = debug.pageOffsets.size > 0 ? instructionBreakpoints() : 0;
        if (hits !== 0) {
          if (!instructionBreakpoint(hits)) return Exit.Shutdown;
          continue;
        }
        state[SHADOW] = 0;
        // No instruction: the fetch itself has faulted.
        doubles[Double.Retired] += 1;
        if (!raiseException(vector, errorCode, Source.Fault)) return Exit.Shutdown;
        continue;
      }
      if (block.breakpoint) {
        const linear = (segBase[CS] + state[EIP]) | 0;
        if (skip === linear) skip = -1;
        else if (breakpoints.near(linear >>> 0) && breakpoints.matches(linear >>> 0)) return Exit.Breakpoint;
        const hits = instructionBreakpoints();
        if (hits !== 0) {
          if (!instructionBreakpoint(hits)) return Exit.Shutdown;
          continue;
        }
      }
      if (guard.isSet() && guard.leaves(block, (segBase[CS] + state[EIP]) >>> 0)) return Exit.Guard;
      const limit = remaining < 0x4000_0000 ? remaining : 0x4000_0000;
      const single = (state[SYSFLAGS] & (Flag.TF | Flag.RF)) !== 0 || state[SHADOW] !== 0;
      const going = single ? executeSingle(block) : (runTranslated(block, limit) ?? execute(block, limit));
      if (!going) return Exit.Shutdown;
    }
  }

  return {
    views,
    flags,
    mmu,
    segmentation,
    debugger: createDebuggerAccess(env, softfloat, exceptions.drop),
    get shutdownCauses() {
      return exceptions.shutdownCauses();
    },
    opcodeCells: () => cellsOf(map),
    reset() {
      state.fill(0);
      state[CR0] = Cr0.ET | Cr0.CD | Cr0.NW;
      state[DR6] = -0xf010;
      state[PAT_LOW] = state[PAT_HIGH] = 0x0007_0406;
      reg32[EDX] = signature(model);
      state[DR7] = 0x400;
      state[GDT_LIMIT] = state[IDT_LIMIT] = 0xffff;
      for (let seg = 0; seg < 6; seg++) {
        segLimit[seg] = 0xffff;
        segAttr[seg] = 0x93;
        segmentation.fillReal(seg, 0);
      }
      segAttr[LDTR] = 0x82;
      segAttr[TR] = 0x8b;
      segLimit[LDTR] = segLimit[TR] = 0xffff;
      views.mem.setUint32(FpuState.Control, 0x40, true);
      views.mem.setUint32(FpuState.Empty, 0, true);
      views.mem.setUint32(FpuState.Mxcsr, 0x1f80, true);
      flags.set(2);
      debug.update();
      segmentation.updateMode();
      mmu.flush(true);
      cache.clear();
    },
    run: runUntil,
    step() {
      const until = doubles[Double.Until];
      doubles[Double.Until] = now() + 1;
      const exit = runUntil();
      doubles[Double.Until] = until;
      return exit;
    },
    now,
    setIntr(level) {
      state[INTR] = (state[INTR] & NMI_PENDING) | (level ? 1 : 0);
      // Whoever asks for an interrupt within an instruction, as an x87 error does, gets it behind that instruction.
      if (level) state[BREAK] = 1;
    },
    raiseNmi: nmi.raise,
    setA20(enabled) {
      state[A20_GATED] = enabled ? 0 : 1 << 20;
      mmu.flush(true);
      state[BREAK] = 1;
    },
    setBreakpoints(set) {
      breakpoints = set;
      kept.keep(set.pageOffsets);
      translator?.stopsChanged();
    },
    skipBreakpoint(linear) {
      skip = linear | 0;
    },
    runsAgain,
    setGuard: guard.set,
    setTracer(next) {
      tracer = next;
    },
    splitAt(pageOffsets) {
      kept.add(pageOffsets);
      translator?.stopsChanged();
    },
    forgetSplits: kept.forget,
    stopForEvent() {
      state[DEBUG_HITS] |= EVENT_HIT;
      state[BREAK] = 1;
    },
    heldException: exceptions.held,
    dropHeldException: exceptions.drop,
    keepBreakpoints() {
      skip = -1;
    },
    linearEip: () => (segBase[CS] + state[EIP]) >>> 0,
    deliveries: interrupts.deliveries,
    lastDeliverySource: interrupts.lastSource,
    blockAt(eip) {
      const here = state[EIP];
      state[EIP] = eip;
      try {
        return fetch();
      } catch (error) {
        if (error !== faults.fault && error !== STOP_AT_NEW_CODE) throw error;
        return undefined;
      } finally {
        state[EIP] = here;
      }
    },
    flushCode() {
      cache.clear();
      mmu.flush(true);
    },
  };
}
