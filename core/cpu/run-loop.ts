/**
 * The loop of the processor: whatever comes before an instruction (debug traps, the end of the run, interrupts, breakpoints, the
 * limits of a step), then a block by one of the tiers, then its exceptions.
 *
 * Time is the number of retired instructions. `run` executes until the tick in `Double.Until`, so a deadline, an input
 * event or a debugger's step ends exactly where it must whatever the block boundaries are: interrupts can only become
 * deliverable at such a tick or after an instruction that ends its block (I/O, STI, POPF, IRET). A faulting
 * instruction counts one tick, so a guest that only faults still makes time pass.
 */
import type { Translator } from '../jit/translator.ts';
import { Outcome } from '../jit/translator.ts';
import type { Block } from './decode/code-cache.ts';
import { type Fetch, STOP_AT_NEW_CODE } from './decode/fetch.ts';
import { type Direct, Ended } from './direct/direct.ts';
import type { CpuEvents } from './env.ts';
import type { Guard } from './guard.ts';
import type { DebugRegisters } from './interrupts/debug-registers.ts';
import { Dr6 } from './interrupts/debug-registers.ts';
import type { Exceptions } from './interrupts/exceptions.ts';
import { type Faults, FREEZE, Vector } from './interrupts/fault.ts';
import { type Interrupts, Source } from './interrupts/interrupts.ts';
import { type Nmi, NMI_PENDING } from './interrupts/nmi.ts';
import {
  BLOCK_EIP,
  BREAK,
  BUDGET,
  COMMITTED,
  CS,
  DEBUG_HITS,
  Double,
  DR6,
  EIP,
  EVENT_HIT,
  EXTRA,
  Flag,
  GOES_DIRECTLY,
  Halt,
  HALTED,
  INDEX,
  INTR,
  MID_REP,
  SHADOW,
  SYSFLAGS,
  type Views,
} from './state.ts';
import type { Tracer } from './tracer.ts';

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

/** Linear addresses that stop execution. */
export interface BreakpointSet {
  /** The addresses of all breakpoints: blocks never run across one. */
  readonly linear: readonly number[];
  readonly physical: readonly number[];
  /** A breakpoint may match there, now or later, until the set or a temporary breakpoint changes. */
  near(linear: number): boolean;
  /** `true` when a breakpoint matches this linear address now. */
  matches(linear: number): boolean;
}

/** What the debugger has set, and may change between two runs or from an event. */
export interface Stops {
  breakpoints: BreakpointSet;
  /** The next instruction does not stop at a breakpoint on this linear address; -1: none. */
  skip: number;
  tracer: Tracer | undefined;
}

export interface RunLoopParts {
  readonly views: Views;
  readonly faults: Faults;
  readonly interrupts: Interrupts;
  readonly exceptions: Exceptions;
  readonly nmi: Nmi;
  readonly debug: DebugRegisters;
  readonly events: CpuEvents;
  readonly guard: Guard;
  readonly stops: Stops;
  readonly translator: Translator | undefined;
  readonly fetch: Fetch;
  readonly direct: Direct | undefined;
  acknowledgeInterrupt(): number;
  /** Records the branch that has just been taken from a linear address. */
  noteBranch(from: number): void;
}

export interface RunLoop {
  /** Runs until `Double.Until`. */
  run(): Exit;
  runsAgain(): boolean;
}

export function createRunLoop(parts: RunLoopParts): RunLoop {
  const { views, faults, interrupts, exceptions, nmi, debug, events, guard, stops, translator } = parts;
  const { fetch, direct, acknowledgeInterrupt, noteBranch } = parts;
  const { state, doubles, segBase } = views;
  const { raise: raiseException } = exceptions;

  function takeInterrupt(): boolean {
    if ((state[INTR] & NMI_PENDING) !== 0) {
      nmi.take();
      return raiseException(Vector.NMI, -1, Source.External);
    }
    state[HALTED] = 0;
    return raiseException(acknowledgeInterrupt(), -1, Source.External);
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
    stops.tracer?.begin(block, (base + eip) >>> 0);
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
      }
      if (block.indirect && n === total) block.noteTarget(state[EIP]);
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
    state[HALTED] = Halt.Frozen;
    return true;
  }

  /** Lets translated code run if there is some for what comes next. @returns undefined if there is none, else as `execute` */
  function runTranslated(block: Block, limit: number): boolean | undefined {
    if (!translator || stops.tracer) return undefined;
    const translation = translator.find(block, limit);
    if (!translation || fetch.isNews()) return undefined;
    state[GOES_DIRECTLY] = seesEachBlock() ? 0 : 1;
    switch (translator.run(translation, limit)) {
      case Outcome.Advanced:
        return true;
      case Outcome.Fault:
        return deliverFault();
      case Outcome.Nothing:
        return undefined;
    }
  }

  /** The next instruction cannot be run straight from its bytes, or begins a hot block. */
  let isStuck = false;
  let isHot = false;
  const seesEachBlock = () =>
    stops.tracer !== undefined || guard.isSet() || events.watchedCode.anywhere || debug.pageOffsets.size > 0;
  /**
   * Runs code straight from its bytes, if that may be and can be done.
   * @param begun the block has been counted, and is to be run so although it may be hot
   */
  function runDirect(limit: number, begun: boolean): boolean {
    isHot = false;
    if (!direct || isStuck || seesEachBlock()) return false;
    const count = direct.run(limit, begun);
    isStuck = direct.ended() === Ended.Stuck;
    isHot = direct.ended() === Ended.Hot;
    doubles[Double.Retired] += count;
    return count > 0;
  }

  /** Is it hot, but not worth decoding yet? */
  const isUnsettled = () => isHot && translator?.isSettled(fetch.missing()) === false;

  function retire(count: number, branched: boolean): void {
    const ticks = count + state[EXTRA];
    doubles[Double.Retired] += ticks;
    state[INDEX] = 0;
    state[EXTRA] = 0;
    stops.tracer?.end(count, ticks, branched);
  }

  /** One instruction with the trap flag or an interrupt shadow in force. */
  function executeSingle(block: Block): boolean {
    const trap = (state[SYSFLAGS] & Flag.TF) !== 0;
    state[SHADOW] = 0;
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
    isStuck = false;
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
      const limit = remaining < 0x4000_0000 ? remaining : 0x4000_0000;
      let block: Block;
      try {
        const found = fetch.find();
        if (!found && (runDirect(limit, false) || (isUnsettled() && runDirect(limit, true)))) continue;
        block = found ?? fetch.decode();
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
        if (stops.skip === linear) stops.skip = -1;
        else if (stops.breakpoints.near(linear >>> 0) && stops.breakpoints.matches(linear >>> 0)) {
          fetch.hold(block);
          return Exit.Breakpoint;
        }
        const hits = instructionBreakpoints();
        if (hits !== 0) {
          if (!instructionBreakpoint(hits)) return Exit.Shutdown;
          continue;
        }
      }
      if (guard.isSet() && guard.leaves(block, (segBase[CS] + state[EIP]) >>> 0)) {
        fetch.hold(block);
        return Exit.Guard;
      }
      // RF holds for one instruction, which has met no breakpoint now, and is cleared at its start; IRET may set it again
      // (SDM vol. 3B, 17.3.1.1).
      state[SYSFLAGS] &= ~Flag.RF;
      const single = (state[SYSFLAGS] & Flag.TF) !== 0 || state[SHADOW] !== 0;
      const going = single
        ? executeSingle(block)
        : (runTranslated(block, limit) ??
          ((!translator?.interprets() && runDirect(limit, true)) || execute(block, limit)));
      isStuck = false;
      if (!going) return Exit.Shutdown;
    }
  }

  return { run: runUntil, runsAgain };
}
