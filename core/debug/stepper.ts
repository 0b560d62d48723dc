/**
 * Steps as predicates that the core runs by itself: an instruction, a set of address ranges, an address with a stack.
 *
 * A step belongs to the coroutine it began in. Code in its ranges runs at full speed under a guard that the processor asks
 * before each block. What is not part of the stepped code runs to a temporary breakpoint on the way back: calls (when
 * stepping over), hardware interrupts and faults that a handler resolves; the other coroutine and the kernel behind SYSENTER
 * run until the stepped code has the CPU again. `advance` works in slices, so the machine can always be paused.
 */
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { Attr, CPL, CR3, CS, ESP, SS, STACK_MASK } from '../cpu/state.ts';
import type { Machine, RunResult } from '../machine/machine.ts';
import { branchCount, branchPlace } from '../cpu/branch-log.ts';
import type { TransitionRecord } from '../protocol/debug-protocol.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { instructionKind } from './instruction-kind.ts';
import { createSteppedFrame, type SteppedFrame } from './stepped-frame.ts';

export type StepResult =
  /** The slice is over, the step is not. */
  | { readonly kind: 'more' }
  | { readonly kind: 'done' }
  /** Something else stopped or halted the machine. */
  | Exclude<RunResult, { readonly kind: 'slice' } | { readonly kind: 'guard' }>;

export interface Stepper {
  /** Runs for at most `ticks`. */
  advance(ticks: number): StepResult;
  /** Takes the temporary breakpoint away; to be called when the step ends for whatever reason. */
  dispose(): void;
}

/** Instructions single-stepped between two looks at the budget. */
const BURST = 1000;
/** The same in a slice, whatever its ticks: these are as many as code at full speed allows. */
const MOST_SINGLE = 20 * BURST;
/** How far above its call a function may leave the stack: its arguments, which it may pop itself. */
const MAX_POPPED = 1024;
/** Calls that are each run to their return, at full speed whatever they do, before the frame is watched instead. */
const FEW_CALLS = 8;
const isBehindHandler = (then: Detour['then']): boolean => then !== 'done' && then !== 'leave';

const MORE: StepResult = { kind: 'more' };
const DONE: StepResult = { kind: 'done' };

/** Where to run to at full speed before stepping goes on. */
interface Detour {
  readonly address: number;
  readonly stack: number;
  /**
   * What to do there: the step is complete, goes on, has yet to run the instruction that was held back, is complete behind a handler, or
   * runs the call that was made before a handler was entered.
   */
  readonly then: 'done' | 'leave' | 'resume' | 'back' | 'call';
}

export function createStepper(machine: Machine, spec: StepSpec): Stepper {
  const { cpu, passages, inspector, debug } = machine;
  const { breakpoints, transitions } = debug;
  const { state, reg32, segBase, segAttr, branches } = cpu.views;
  const home = spec.kind === 'until' ? spec.coroutine : passages.current();
  const ring = state[CPL];
  const cr3 = state[CR3];
  const over = spec.kind !== 'until' && spec.over;
  let detour: Detour | undefined;
  let started = false;
  /** The code of the ranges is next, and runs under the guard. */
  let guarded = false;
  /** The other coroutine owns the CPU in the middle of a step over. */
  let away = false;
  /** ESP of the program whose SYSENTER is stepped over: the kernel runs. */
  let called: number | undefined;
  /** Where a single step has stopped at a breakpoint: if it goes on, it was looked at. */
  let looked = -1;
  /** Instructions single-stepped in this slice. */
  let single = 0;
  /** The step has led somewhere: if it stopped at a breakpoint there and goes on, it is over. */
  let complete = false;

  const stack = () => reg32[ESP] >>> 0;
  const ranges = spec.kind === 'range' ? spec.ranges : [];
  function inRanges(linear: number): boolean {
    for (const [start, end] of ranges) if (linear >= start && linear < end) return true;
    return false;
  }
  const readCode = (linear: number) => inspector.read(inspector.currentSpace(), linear, 16);
  const codeAddress = (offset: number) => (segBase[CS] + offset) >>> 0;
  /** The base of CS in the stepped code: a handler has another one. */
  let codeBase = segBase[CS];

  /** Is the stack the one that the way back will have? Another task that runs the same code has another one. */
  function onStack({ stack: wanted, then }: Detour): boolean {
    if (isBehindHandler(then)) return stack() === wanted;
    return wanted === 0 || (stack() >= wanted && stack() - wanted < MAX_POPPED);
  }
  /** A user program is told from the others by its address space as well. */
  const sameProgram = () =>
    spec.kind === 'until' || (state[CPL] === ring && (ring !== 3 || state[CR3] === cr3));

  function runTo(to: Detour): void {
    detour = to;
    cpu.setGuard(undefined);
    breakpoints.setTemporary({
      address: to.address,
      holds: () => passages.current() === home && onStack(to) && sameProgram(),
    });
  }
  if (spec.kind === 'until') runTo({ address: spec.address >>> 0, stack: spec.stack, then: 'done' });

  /** Runs a call that has just been entered to its end. @returns false when where it returns to is not known */
  function runCall(): boolean {
    watchFrame();
    const wide = (segAttr[CS] & Attr.Big) !== 0;
    const size = wide ? 4 : 2;
    const bytes = inspector.read(
      inspector.currentSpace(),
      (segBase[SS] + (stack() & state[STACK_MASK])) >>> 0,
      size,
    );
    if (bytes.length < size) return false;
    const view = new DataView(bytes.buffer);
    const offset = wide ? view.getUint32(0, true) : view.getUint16(0, true);
    runTo({ address: codeAddress(offset), stack: stack() + size, then: 'leave' });
    return true;
  }

  /** A handler or a gate was entered: runs until it comes back to where it was entered from. */
  function runHandler({ from }: TransitionRecord, then: Detour['then']): void {
    // Nothing of a held back instruction has run: the way back must stop at it, also if the step began there.
    if (isBehindHandler(then)) cpu.keepBreakpoints();
    runTo({ address: (codeBase + from.eip) >>> 0, stack: from.esp, then });
  }

  /**
   * An interrupt, an exception or INT n was delivered since the step's last look.
   * @param isOver whether the step has nothing more to run when it is about to go on at an address
   * @param hasCalled whether that address was called by the stepped code
   * @returns whether that ends the step
   */
  function delivered(
    begin: number,
    explicit: boolean,
    isOver: (linear: number) => boolean,
    hasCalled: (linear: number) => boolean,
  ): boolean {
    // Of several the first one belongs to the stepped code.
    const [entry] = transitions.since(begin, 1);
    if (entry.kind === 'software-interrupt') {
      if (!over) return true;
      runHandler(entry, 'leave');
      return false;
    }
    if (explicit && entry.kind === 'exception') return true;
    // It may have come behind the last instruction of the step, or behind a call that is stepped over.
    const back = (codeBase + entry.from.eip) >>> 0;
    runHandler(entry, over && hasCalled(back) ? 'call' : isOver(back) ? 'back' : 'resume');
    return false;
  }

  /** SYSENTER says nothing of where it returns to: the kernel runs until the program that made it goes on. */
  function callKernel(begin: number): StepResult {
    const [{ from }] = transitions.since(begin, 1);
    called = from.esp;
    return MORE;
  }
  function advanceKernel(esp: number, ticks: number): StepResult {
    const onOwnStack = () => stack() >= esp && stack() - esp < MAX_POPPED;
    cpu.setGuard(() => {
      if (state[CPL] !== ring) return Pass.Always;
      return sameProgram() && passages.current() === home && onOwnStack() ? Pass.No : Pass.Once;
    });
    const result = machine.run(ticks);
    cpu.setGuard(undefined);
    if (result.kind === 'slice') return MORE;
    if (result.kind !== 'guard') return result;
    called = undefined;
    complete = spec.kind === 'instruction' || !inRanges(cpu.linearEip());
    guarded = !complete;
    return complete ? DONE : MORE;
  }

  let calls = 0;
  let frame: SteppedFrame | undefined;
  /** Many calls: what comes next in the ranges runs with all that it calls, until the frame is elsewhere. */
  function watchFrame(): void {
    if (spec.kind !== 'range' || !spec.frame || ++calls !== FEW_CALLS) return;
    const holds = () => passages.current() === home && sameProgram();
    frame = createSteppedFrame(machine, spec.frame, inRanges, holds, MAX_POPPED);
  }
  function runFrame({ guard }: SteppedFrame, ticks: number): StepResult {
    cpu.setGuard(guard);
    const result = machine.run(ticks);
    cpu.setGuard(undefined);
    if (result.kind === 'slice') return MORE;
    if (result.kind !== 'guard') return result;
    if (!inRanges(cpu.linearEip())) return DONE;
    // Before an instruction that has to be looked at.
    frame = undefined;
    return MORE;
  }

  const leftHome = () => passages.current() !== home && over;
  /** The other coroutine runs at full speed until it hands the CPU back. */
  function goAway(): void {
    away = true;
    cpu.setGuard(undefined);
    passages.watch((owner) => {
      if (owner === home) machine.interruptRun();
    });
  }

  /** The step has come to an instruction that it did not look at: it may have a breakpoint. */
  function arrive(): StepResult {
    complete = true;
    return breakpoints.visit(cpu.linearEip()) ? { kind: 'breakpoint' } : DONE;
  }

  /** One instruction of the stepped code. */
  function stepOnce(): StepResult {
    const linear = cpu.linearEip();
    codeBase = segBase[CS];
    const kind = over ? instructionKind(readCode(linear)) : 'plain';
    const deliveries = cpu.deliveries();
    const begin = transitions.count();
    if (!started) cpu.skipBreakpoint(linear);
    else if (looked !== linear && breakpoints.visit(linear)) {
      looked = linear;
      return { kind: 'breakpoint' };
    }
    looked = -1;
    // It was looked at; an interrupt that comes first makes it be looked at again.
    cpu.skipBreakpoint(linear);
    const result = machine.run(1);
    if (result.kind === 'guard') throw new Error('A single step has no guard.');
    // Halted before the instruction: it has yet to run when time has passed.
    if (result.kind !== 'slice') return result;
    started = true;
    if (leftHome()) {
      goAway();
      return MORE;
    }
    if (cpu.deliveries() !== deliveries) {
      const hasLeft = (to: number) => to !== linear && !inRanges(to);
      const isCalled = (to: number) => kind === 'call' && to !== linear;
      return delivered(begin, spec.kind === 'instruction' && !over, hasLeft, isCalled) ? arrive() : MORE;
    }
    if (over && kind === 'call' && cpu.linearEip() !== linear && runCall()) return MORE;
    if (over && kind === 'repeat' && cpu.linearEip() === linear) return MORE;
    if (over && kind === 'sysenter' && state[CPL] !== ring) return callKernel(begin);
    guarded = inRanges(cpu.linearEip());
    return guarded ? MORE : arrive();
  }

  /** Kinds of the instructions that branches were taken from. */
  const kinds = new Map<number, boolean>();
  function isCall(linear: number): boolean {
    let known = kinds.get(linear);
    if (known === undefined) kinds.set(linear, (known = instructionKind(readCode(linear)) === 'call'));
    return known;
  }
  const lastBranch = () => branchPlace(cpu.views, 0);

  /** What had happened when the code of the ranges began to run: kept over the ends of slices, which may lie behind a call or a delivery. */
  let since: { base: number; branches: number; deliveries: number; transitions: number } | undefined;

  /** The branches that the guard has looked at. */
  let seen = 0;
  /** Has a call just been made, inside of the ranges too: a function may call itself. */
  function hasCalled(linear: number): boolean {
    const count = branchCount(cpu.views);
    if (count === seen) return false;
    seen = count;
    const at = lastBranch();
    return branches[at + 1] >>> 0 === linear && isCall(branches[at] >>> 0);
  }
  /** One for the whole step: what it has admitted stays so. */
  const rangeGuard: StepGuard = (linear, last) => {
    if (!inRanges(linear) || (over && hasCalled(linear))) return Pass.No;
    return over && isCall(last) ? Pass.Once : Pass.Always;
  };

  /** Runs the code of the ranges until it leaves them or, to step over it, calls. */
  function runRanges(ticks: number): StepResult {
    const {
      base,
      branches: before,
      deliveries,
      transitions: begin,
    } = (since ??= {
      base: segBase[CS],
      branches: (seen = branchCount(cpu.views)),
      deliveries: cpu.deliveries(),
      transitions: transitions.count(),
    });
    codeBase = base;
    cpu.setGuard(rangeGuard);
    const result = machine.run(ticks);
    cpu.setGuard(undefined);
    if (leftHome()) {
      since = undefined;
      goAway();
      return MORE;
    }
    if (result.kind === 'slice') return MORE;
    since = undefined;
    if (result.kind !== 'guard') return result;
    /** The last branch, if the code of the ranges has taken one, was a call of this address. */
    const isCalled = (to: number) => {
      const branch = lastBranch();
      if (branchCount(cpu.views) === before || branches[branch + 1] >>> 0 !== to) return false;
      return isCall(branches[branch] >>> 0);
    };
    if (cpu.deliveries() !== deliveries)
      return delivered(begin, false, (to) => !inRanges(to), isCalled) ? DONE : MORE;
    if (over && transitions.count() !== begin && transitions.since(begin, 1)[0].kind === 'sysenter')
      return callKernel(begin);
    const linear = cpu.linearEip();
    if (over && isCalled(linear) && runCall()) return MORE;
    return inRanges(linear) ? MORE : DONE;
  }

  function advanceDetour({ address, then }: Detour, ticks: number): StepResult {
    if (!started) {
      cpu.skipBreakpoint(cpu.linearEip());
      started = true;
    }
    const result = machine.run(ticks);
    if (result.kind === 'slice') return MORE;
    if (result.kind === 'guard') throw new Error('A detour has no guard.');
    if (result.kind !== 'breakpoint') return result;
    const here = cpu.linearEip();
    const arrived = passages.current() === home && here === address && onStack(detour!) && sameProgram();
    if (!arrived) return result;
    detour = undefined;
    breakpoints.setTemporary(undefined);
    if (then === 'resume') {
      // The instruction that was held back has not run yet, so the step is not over.
      started = false;
      guarded = inRanges(here);
      return MORE;
    }
    const stops = breakpoints.hits().length > 0;
    if (then === 'call' && runCall()) return stops ? result : MORE;
    complete = then === 'done' || spec.kind === 'instruction' || !inRanges(here);
    guarded = !complete;
    // It was looked at on arrival.
    if (guarded) cpu.skipBreakpoint(here);
    if (stops) return result;
    return complete ? DONE : MORE;
  }

  function advanceAway(ticks: number): StepResult {
    const result = machine.run(ticks);
    if (result.kind === 'guard') throw new Error('A detour has no guard.');
    if (result.kind !== 'slice') return result;
    if (passages.current() !== home) return MORE;
    away = false;
    passages.watch(undefined);
    // The crossing itself was the instruction that the step watched.
    return spec.kind === 'instruction' ? arrive() : MORE;
  }

  function advanceOnce(end: number): StepResult {
    if (away) return advanceAway(end - cpu.now());
    if (called !== undefined) return advanceKernel(called, end - cpu.now());
    if (detour) return advanceDetour(detour, end - cpu.now());
    if (guarded) {
      // The breakpoint that the step begins at was looked at.
      if (!started) cpu.skipBreakpoint(cpu.linearEip());
      started = true;
      return frame ? runFrame(frame, end - cpu.now()) : runRanges(end - cpu.now());
    }
    for (let n = 0; n < BURST && !detour && !away && called === undefined && !guarded; n++) {
      single++;
      const result = stepOnce();
      if (result.kind !== 'more') return result;
    }
    return MORE;
  }

  if (ranges.length > 0) {
    const ends: number[] = [];
    for (const range of ranges) ends.push(range[0] & 0xfff, range[1] & 0xfff);
    cpu.splitAt(ends);
    guarded = inRanges(cpu.linearEip());
  }
  return {
    advance(ticks) {
      if (complete) return DONE;
      const end = cpu.now() + ticks;
      single = 0;
      while (cpu.now() < end && single < MOST_SINGLE) {
        const result = advanceOnce(end);
        if (result.kind !== 'more') return result;
      }
      return MORE;
    },
    dispose() {
      cpu.setGuard(undefined);
      breakpoints.setTemporary(undefined);
      passages.watch(undefined);
      cpu.forgetSplits();
      detour = called = undefined;
      away = false;
    },
  };
}
