/** The processor: wires its parts together, and is its door for the machine and the debugger. */
import { AT_ONCE, type Compiler } from '../jit/compiler.ts';
import { type Tier, TIERS, USUAL_TIER } from '../jit/tier.ts';
import { createTranslator } from '../jit/translator.ts';
import {
  PAGE_SIZE,
  PageFlag,
  STOP_EVERYWHERE,
  STOP_PAGES,
  STOP_PAGES_BASE,
  STOPS_BASE,
} from '../memory/layout.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import { createSoftfloat, FpuState } from '../softfloat/softfloat.ts';
import { recordBranch } from './branch-log.ts';
import { createAccess } from './paging/access.ts';
import { type Block, createCodeCache } from './decode/code-cache.ts';
import { createControlRegisters } from './system/control-registers.ts';
import { type CpuModel, createCpuid, Feature, flagBits, MODELS, signature } from './system/cpuid.ts';
import { createDebuggerAccess, type DebuggerAccess } from './system/debugger-access.ts';
import { createMsrs } from './system/msr-registers.ts';
import { createDebugRegisters } from './interrupts/debug-registers.ts';
import { createDecoder } from './decode/decoder.ts';
import { cellsOf, type ExecutionObserver, observeMap, type OpcodeCell } from './decode/observe.ts';
import { createSplits } from './decode/splits.ts';
import { createFetch, STOP_AT_NEW_CODE } from './decode/fetch.ts';
import { createDirect } from './direct/direct.ts';
import { createHeat, MOST_HEAT } from './direct/heat.ts';
import { type CpuEnv, type CpuEvents, type CpuHooks, News, type PortIo } from './env.ts';
import { createExceptions, type FaultCause } from './interrupts/exceptions.ts';
import { createFaults } from './interrupts/fault.ts';
import { createFlags, type Flags } from './integer/flags.ts';
import { createInstructionSet } from './instruction-set.ts';
import { createGuard, type StepGuard } from './guard.ts';
import { createNmi, NMI_PENDING } from './interrupts/nmi.ts';
import { createInterrupts } from './interrupts/interrupts.ts';
import { createMmu, type Mmu } from './paging/mmu.ts';
import { createRings } from './rings/rings.ts';
import { createBulk } from './string/bulk.ts';
import { createSegmentation, type Segmentation } from './segmentation/segmentation.ts';
import { createPendingStack } from './segmentation/pending-stack.ts';
import {
  A20_GATED,
  BLOCK_EIP,
  Break,
  BREAK,
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
  GOES_DIRECTLY,
  EXTRA,
  GDT_LIMIT,
  IDT_LIMIT,
  INDEX,
  INTR,
  LDTR,
  PAT_HIGH,
  PAT_LOW,
  TR,
  type Views,
} from './state.ts';
import { type BreakpointSet, createRunLoop, type Exit, type Stops } from './run-loop.ts';
import type { Tracer } from './tracer.ts';

export { type BreakpointSet, Exit } from './run-loop.ts';
import { createTaskSwitch } from './tasks/tasks.ts';
import { observeTransfer } from './segmentation/observed-transfer.ts';
import { createTransfer } from './segmentation/transfer.ts';

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
export const NO_EVENTS: CpuEvents = {
  beginTransition: () => undefined,
  endTransition: () => undefined,
  exception: () => false,
  controlWrite: () => undefined,
  msrWrite: () => undefined,
  watchedCode: { pages: undefined, anywhere: false },
  newCode: () => News.None,
};

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
  /** Forgets all that is not part of the machine's state: what is decoded and translated, and what a debugger has set. `reset` is to follow. */
  renew(): void;
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
  /** Regions that an earlier run has translated, and that the next one may use (`core/jit/stock.ts`). */
  recallRegions(kept: Uint8Array): void;
  keptRegions(): Uint8Array<ArrayBuffer> | undefined;
}

const NO_BREAKPOINTS: BreakpointSet = {
  linear: [],
  physical: [],
  near: () => false,
  matches: () => false,
};

export function createCpu(
  memory: PhysicalMemory,
  bus: CpuBus,
  model: CpuModel = MODELS.max,
  tier: Tier = USUAL_TIER,
  compiler: Compiler = AT_ONCE,
): Cpu {
  const views = createViews(memory.wasm);
  const { state, doubles, reg32, segBase, segLimit, segAttr } = views;
  const faults = createFaults();
  const events = bus.events ?? NO_EVENTS;
  const flags = createFlags(views, flagBits(model));
  const mmu = createMmu(views, memory, faults, events.watchedCode);
  const access = createAccess(views, mmu, faults);
  const segmentation = createSegmentation(views, mmu, faults);
  const stack = createPendingStack(views, mmu, segmentation, faults);
  const debug = createDebugRegisters(views, mmu, () => {
    cache.clear();
    state[GOES_DIRECTLY] = 0;
  });
  const tasks = createTaskSwitch(views, flags, mmu, segmentation, stack, debug, events, faults);
  const rings = createRings(memory.wasm, flagBits(model), mmu.refill);
  const transfer = observeTransfer(
    createTransfer(views, flags, mmu, segmentation, stack, tasks, faults),
    rings,
    views,
    events,
  );
  const nmi = createNmi(views);
  const interrupts = createInterrupts(views, flags, mmu, segmentation, stack, tasks, rings, events, faults);

  const now = () => doubles[Double.Retired] + doubles[Double.Skipped] + state[INDEX] + state[EXTRA];
  const env: CpuEnv = {
    views,
    flags,
    faults,
    mmu,
    access,
    bulk: createBulk(memory.wasm),
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

  const options = bus.onExecute ? undefined : TIERS[tier];
  const heat = createHeat(memory.wasm);
  // It knows the instructions that the P6 family has.
  const direct =
    options?.direct === true && (model.features & Feature.CMOV) !== 0
      ? createDirect(
          memory.wasm,
          mmu,
          (linear, physical) => fetch.tells(linear, physical),
          Math.min(options.threshold, MOST_HEAT + 1),
        )
      : undefined;
  const cache = createCodeCache(memory, mmu.protectCode, (physical) => {
    heat.set(physical, 0);
  });
  memory.onCodeWrite = (physical, length) => {
    if (cache.invalidate(physical, length)) state[BREAK] |= Break.Code;
  };
  const stops: Stops = { breakpoints: NO_BREAKPOINTS, skip: -1, tracer: undefined };
  /** When `skipBreakpoint` was called, and whether there was a breakpoint: its visit takes the skip back. */
  let skippedAt = 0;
  let skipIsWatched = false;
  const guard = createGuard();

  /** Blocks begin at such an offset, so that breakpoints need a look only there. */
  const kept = createSplits(
    cache,
    new Uint8Array(memory.wasm.buffer, STOPS_BASE, PAGE_SIZE),
    new Uint8Array(memory.wasm.buffer, STOP_PAGES_BASE, STOP_PAGES),
    new Uint8Array(memory.wasm.buffer, STOP_EVERYWHERE, 1),
  );
  /** The interpreter must begin a block at this linear address: it may stop there. */
  const mayStop = (linear: number) =>
    stops.breakpoints.near(linear >>> 0) || debug.pageOffsets.has(linear & 0xfff);
  const translator =
    options &&
    createTranslator(
      {
        ...{ views, memory: memory.wasm, mmu, faults, softfloat, rings, compiler, heat, direct, noteBranch },
        stops: { mayStop, meet: kept.meet, guard },
        blockAt: warmBlock,
        isTold: (physical) =>
          physical < memory.size && (memory.pageFlags[physical >>> 12]! & PageFlag.Told) !== 0,
      },
      options,
    );
  const splits = {
    has: (linear: number, physical: number) =>
      kept.has(linear, physical) || debug.pageOffsets.has(linear & 0xfff),
    meet: kept.meet,
    near: mayStop,
  };

  // What is translated next is kept by then.
  const keeps = (physical: number) => options !== undefined && heat.of(physical) + 1 >= options.threshold;
  const fetch = createFetch(views, memory, mmu, decoder, cache, faults, splits, events, keeps);
  /** The block at a linear address, decoded if it has run so often. */
  function warmBlock(linear: number, physical: number, least: number): Block | undefined {
    let block = cache.find(physical, true);
    if (!direct) return block;
    if (!block && physical < memory.size && heat.of(physical) >= least) block = fetch.keep(linear, physical);
    if (block?.indirect && block.targets === undefined) direct.noteTargets(block);
    return block;
  }
  const exceptions = createExceptions(views, interrupts, events, faults);

  function noteBranch(from: number): void {
    recordBranch(views, from, segBase[CS] + state[EIP]);
  }

  const { run, runsAgain } = createRunLoop({
    ...{ views, faults, interrupts, exceptions, nmi, debug, events, guard, stops, translator, fetch, direct },
    acknowledgeInterrupt: bus.acknowledgeInterrupt,
    noteBranch,
  });

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
    renew() {
      stops.breakpoints = NO_BREAKPOINTS;
      stops.skip = -1;
      stops.tracer = undefined;
      guard.set(undefined);
      exceptions.renew();
      kept.keep([], []);
      kept.forget(true);
      state[DR7] = 0;
      debug.update();
      cache.clear(true);
      direct?.renew();
      heat.renew();
      translator?.renew();
      mmu.flush(true);
    },
    run,
    step() {
      const until = doubles[Double.Until];
      doubles[Double.Until] = now() + 1;
      const exit = run();
      doubles[Double.Until] = until;
      return exit;
    },
    now,
    setIntr(level) {
      state[INTR] = (state[INTR] & NMI_PENDING) | (level ? 1 : 0);
      // Whoever asks for an interrupt within an instruction, as an x87 error does, gets it behind that instruction.
      if (level) state[BREAK] |= Break.Event;
    },
    raiseNmi: nmi.raise,
    setA20(enabled) {
      state[A20_GATED] = enabled ? 0 : 1 << 20;
      mmu.flush(true);
      state[BREAK] |= Break.Event;
    },
    setBreakpoints(set) {
      // Where there was no breakpoint, nobody looked whether the instruction to be skipped has run: one that is new there stops.
      if (!skipIsWatched && now() !== skippedAt) stops.skip = -1;
      stops.breakpoints = set;
      skipIsWatched = mayStop(stops.skip);
      kept.keep(set.linear, set.physical);
      translator?.stopsChanged();
    },
    skipBreakpoint(linear) {
      stops.skip = linear | 0;
      skippedAt = now();
      skipIsWatched = mayStop(linear);
    },
    runsAgain,
    setGuard: guard.set,
    setTracer(next) {
      stops.tracer = next;
    },
    splitAt(pageOffsets) {
      kept.add(pageOffsets);
      translator?.stopsChanged();
    },
    forgetSplits: kept.forget,
    stopForEvent() {
      state[DEBUG_HITS] |= EVENT_HIT;
      state[BREAK] |= Break.Event;
    },
    heldException: exceptions.held,
    dropHeldException: exceptions.drop,
    keepBreakpoints() {
      stops.skip = -1;
    },
    linearEip: () => (segBase[CS] + state[EIP]) >>> 0,
    deliveries: interrupts.deliveries,
    lastDeliverySource: interrupts.lastSource,
    blockAt(eip) {
      const here = state[EIP];
      state[EIP] = eip;
      try {
        // What is decoded twice is kept.
        if (!fetch.find()) fetch.decode();
        return fetch.find() ?? fetch.decode();
      } catch (error) {
        if (error !== faults.fault && error !== STOP_AT_NEW_CODE) throw error;
        return undefined;
      } finally {
        state[EIP] = here;
      }
    },
    recallRegions(kept) {
      translator?.recall(kept);
    },
    keptRegions: () => translator?.kept(),
    flushCode() {
      cache.clear();
      mmu.flush(true);
    },
  };
}
