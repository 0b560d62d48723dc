/**
 * Steps as predicates that the core runs by itself: an instruction, a set of address ranges, an address with a stack.
 *
 * A step belongs to the coroutine it began in. Code in its ranges runs at full speed under a guard that the processor asks
 * before each block. What is not part of the stepped code runs to a temporary breakpoint on the way back: calls (when
 * stepping over), hardware interrupts and faults that a handler resolves; the other coroutine and the kernel behind SYSENTER
 * run until the stepped code has the CPU again. `advance` works in slices, so the machine can always be paused.
 */
import type { StepGuard } from '../cpu/guard.ts';
import { CPL, CS } from '../cpu/state.ts';
import type { Machine, RunResult } from '../machine/machine.ts';
import type { TransitionRecord } from '../protocol/debug-protocol.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { createCallerFrames } from './caller-frames.ts';
import { deliverySince, type Detour, isBehindHandler, returnOfCall } from './detour.ts';
import { handlerReturnGuard } from './handler-return.ts';
import { kernelCallGuard } from './kernel-call.ts';
import { bothGuards, createLeftCalls } from './left-calls.ts';
import { type InstructionKind, instructionKind } from './instruction-kind.ts';
import { createRangeGuard } from './range-guard.ts';
import { createStepHome, PROGRAM } from './step-home.ts';
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
/** Calls that are each run to their return, at full speed whatever they do, before the frame is watched instead. */
const FEW_CALLS = 8;

const MORE: StepResult = { kind: 'more' };
const DONE: StepResult = { kind: 'done' };

export function createStepper(machine: Machine, spec: StepSpec): Stepper {
  const { cpu, passages, inspector, debug } = machine;
  const { breakpoints, transitions } = debug;
  const { state, segBase } = cpu.views;
  const home = createStepHome(machine, spec);
  const { isHome, holds, hasArrived } = home;
  const over = spec.kind !== 'until' && spec.over;
  let detour: Detour | undefined;
  let started = false;
  /** The code of the ranges is next, and runs under the guard. */
  let guarded = false;
  /** The other coroutine owns the CPU in the middle of a step over. */
  let away = false;
  /** The kernel runs, whose call by SYSENTER is stepped over. */
  let called: StepGuard | undefined;
  /** Instructions single-stepped in this slice. */
  let single = 0;
  /** The step has led somewhere: if it stopped at a breakpoint there and goes on, it is over. */
  let complete = false;

  const ranges = spec.kind === 'range' ? spec.ranges : [];
  function inRanges(linear: number): boolean {
    for (const [start, end] of ranges) if (linear >= start && linear < end) return true;
    return false;
  }
  const readCode = (linear: number) => inspector.read(inspector.currentSpace(), linear, 16);
  /** The base of CS in the stepped code: a handler has another one. */
  let codeBase = segBase[CS];

  const ownRules = spec.kind === 'range' ? spec.frame : undefined;
  // What waits for another task is not what runs now.
  const isOwn = spec.kind !== 'until' || spec.callers !== undefined;
  const whereCallsLead = isOwn
    ? createLeftCalls(
        machine,
        createCallerFrames(cpu, ownRules, spec.callers),
        home,
        () => detour?.stack ?? 0,
      )
    : undefined;

  function runTo(to: Detour): void {
    detour = to;
    cpu.setGuard(undefined);
    breakpoints.setTemporary({ addresses: [to.address], holds: (linear) => hasArrived(to, linear) });
  }
  if (spec.kind === 'until')
    runTo({ address: spec.address >>> 0, stack: spec.stack, then: 'done', guard: whereCallsLead });

  /** Goes on behind a guard, which is asked when the breakpoints of the instruction have been looked at. */
  function passOn(): StepResult {
    isSeen = true;
    cpu.skipBreakpoint(cpu.linearEip());
    return MORE;
  }

  /** Runs a call that has just been entered to its end. @returns false when where it returns to is not known */
  function runCall(): boolean {
    watchFrame();
    const back = returnOfCall(machine);
    if (back) runTo({ ...back, guard: whereCallsLead });
    return back !== undefined;
  }

  /** A handler or a gate was entered: runs until it comes back to where it was entered from. */
  function runHandler(entry: TransitionRecord, then: Detour['then'], isUnseen = false): void {
    // Nothing of a held back instruction has run: the way back must stop at it, also if the step began there.
    if (isBehindHandler(then)) cpu.keepBreakpoints();
    const { kind, from } = entry;
    // Interrupts are none of the stepped code's business, and their handlers run at full speed.
    const maySkip = (kind === 'exception' && then !== 'call') || kind === 'software-interrupt';
    const guard = maySkip ? handlerReturnGuard(machine, entry, codeBase, isHome) : undefined;
    const address = (codeBase + from.eip) >>> 0;
    const isOurs = maySkip || from.ring === PROGRAM;
    const both = isOurs ? bothGuards(guard, whereCallsLead) : undefined;
    runTo({ address, stack: from.esp, then, guard: both, entry, isUnseen });
  }

  /**
   * An interrupt, an exception or INT n was delivered since the step's last look.
   * @param isOver whether the step has nothing more to run when it is about to go on at an address
   * @param hasCalled whether that address was called by the stepped code
   * @param isUnseen whether the breakpoints of the instruction that it came before have not been looked at
   * @returns whether that ends the step
   */
  function delivered(
    begin: number,
    explicit: boolean,
    isOver: (linear: number) => boolean,
    hasCalled: (linear: number) => boolean,
    isUnseen: (entry: TransitionRecord) => boolean,
  ): boolean {
    // Of several the first one belongs to the stepped code.
    const entry = deliverySince(transitions, begin);
    if (entry.kind === 'software-interrupt') {
      if (!over) return true;
      runHandler(entry, 'leave');
      return false;
    }
    if (explicit && entry.kind === 'exception') return true;
    // It may have come behind the last instruction of the step, or behind a call that is stepped over.
    const back = (codeBase + entry.from.eip) >>> 0;
    const then = over && hasCalled(back) ? 'call' : isOver(back) ? 'back' : 'resume';
    runHandler(entry, then, isUnseen(entry));
    return false;
  }

  function callKernel(begin: number): StepResult {
    const [{ from }] = transitions.since(begin, 1);
    called = kernelCallGuard(machine, home, from.esp);
    return MORE;
  }
  function advanceKernel(guard: StepGuard, ticks: number): StepResult {
    cpu.setGuard(guard);
    const result = machine.run(ticks);
    cpu.setGuard(undefined);
    if (result.kind === 'slice') return MORE;
    if (result.kind !== 'guard') return result;
    called = undefined;
    return goOnAt(cpu.linearEip(), false) ? DONE : MORE;
  }

  let calls = 0;
  let frame: SteppedFrame | undefined;
  /** Many calls: what comes next in the ranges runs with all that it calls, until the frame is elsewhere. */
  function watchFrame(): void {
    if (spec.kind !== 'range' || !spec.frame || ++calls !== FEW_CALLS) return;
    const watched = createSteppedFrame(machine, spec.frame, inRanges, holds);
    const callers = createCallerFrames(cpu, undefined, spec.callers);
    // What belongs to the frame is known by its own rules.
    const { cfa } = spec.frame;
    const others = createLeftCalls(machine, callers, home, () => cfa);
    frame = watched && { guard: bothGuards(watched.guard, others)! };
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
    return passOn();
  }

  const leftHome = () => !isHome() && over;
  /** The other coroutine runs at full speed until it hands the CPU back. */
  function goAway(): void {
    away = true;
    cpu.setGuard(undefined);
    passages.watch((owner) => {
      if (owner === home.coroutine) machine.interruptRun();
    });
  }

  /** The step has come to an instruction that it did not look at: it may have a breakpoint. */
  function arrive(): StepResult {
    complete = true;
    return breakpoints.visit(cpu.linearEip()) ? { kind: 'breakpoint' } : DONE;
  }

  /**
   * The instruction that is stepped by itself, and what had happened before it: kept while something else stops the step there, or in the
   * handler of an interrupt that came first.
   */
  let once:
    { linear: number; base: number; kind: InstructionKind; deliveries: number; begin: number } | undefined;
  /** What has stopped the step on the way has looked at the breakpoints there. */
  let looked = false;

  /** One instruction of the stepped code. */
  function stepOnce(): StepResult {
    const isNew = once === undefined;
    const here = cpu.linearEip();
    const { linear, base, kind, deliveries, begin } = (once ??= {
      linear: here,
      base: segBase[CS],
      kind: over ? instructionKind(readCode(here)) : 'plain',
      deliveries: cpu.deliveries(),
      begin: transitions.count(),
    });
    codeBase = base;
    const isInHandler = cpu.deliveries() !== deliveries;
    if (!isInHandler) {
      if (isNew && started && breakpoints.visit(linear)) return { kind: 'breakpoint' };
      // It was looked at; an interrupt that comes first makes it be looked at again.
      cpu.skipBreakpoint(linear);
      const result = machine.run(1);
      if (result.kind === 'guard') throw new Error('A single step has no guard.');
      looked = result.kind === 'breakpoint';
      // Halted before the instruction: it has yet to run when time has passed.
      if (result.kind !== 'slice') return result;
      started = true;
    }
    once = undefined;
    if (leftHome()) {
      goAway();
      return MORE;
    }
    if (cpu.deliveries() !== deliveries) {
      const hasLeft = (to: number) => to !== linear && !inRanges(to);
      const isCalled = (to: number) => kind === 'call' && to !== linear;
      const isExplicit = spec.kind === 'instruction' && !over;
      if (delivered(begin, isExplicit, hasLeft, isCalled, () => false)) return arrive();
      return isInHandler && looked ? passOn() : MORE;
    }
    if (over && kind === 'call' && cpu.linearEip() !== linear && runCall()) return MORE;
    if (over && kind === 'repeat' && cpu.linearEip() === linear) return MORE;
    if (over && kind === 'sysenter' && state[CPL] !== home.ring) return callKernel(begin);
    guarded = inRanges(cpu.linearEip());
    isSeen = false;
    return guarded ? MORE : arrive();
  }

  /** What had happened when the code of the ranges began to run: kept over whatever ends a run behind a call or a delivery. */
  let since:
    { base: number; branches: number; deliveries: number; transitions: number; seen: number } | undefined;
  /** The breakpoints of the next instruction have been looked at. */
  let isSeen = true;

  const rangeGuard = createRangeGuard(cpu, over, inRanges, readCode);

  /** Runs the code of the ranges until it leaves them or, to step over it, calls. */
  function runRanges(ticks: number): StepResult {
    const {
      base,
      branches: before,
      deliveries,
      transitions: begin,
      seen,
    } = (since ??= {
      base: segBase[CS],
      branches: rangeGuard.begin(),
      deliveries: cpu.deliveries(),
      transitions: transitions.count(),
      seen: isSeen ? machine.instructions() : -1,
    });
    codeBase = base;
    cpu.setGuard(rangeGuard.guard);
    const result = machine.run(ticks);
    cpu.setGuard(undefined);
    if (leftHome()) {
      since = undefined;
      goAway();
      return MORE;
    }
    if (result.kind === 'slice') return MORE;
    // At a breakpoint that does not hold the step goes on, maybe right behind a call or a delivery.
    if (result.kind !== 'guard') return result;
    since = undefined;
    const isCalled = (to: number) => rangeGuard.hasCalled(before, to);
    if (cpu.deliveries() !== deliveries) {
      const isUnseen = ({ instructions }: TransitionRecord) => instructions !== seen;
      return delivered(begin, false, (to) => !inRanges(to), isCalled, isUnseen) ? DONE : passOn();
    }
    const linear = cpu.linearEip();
    if (over && transitions.count() !== begin && transitions.since(begin, 1)[0].kind === 'sysenter')
      callKernel(begin);
    else if (!(over && isCalled(linear) && runCall()) && !inRanges(linear)) return DONE;
    return passOn();
  }

  /** The step comes to an instruction whose breakpoints were looked at. @returns whether it is over */
  function goOnAt(here: number, isOver: boolean): boolean {
    complete = isOver || spec.kind === 'instruction' || !inRanges(here);
    guarded = !complete;
    isSeen = true;
    if (guarded) cpu.skipBreakpoint(here);
    return complete;
  }

  function advanceDetour(to: Detour, ticks: number): StepResult {
    const { then } = to;
    cpu.setGuard(to.guard);
    const result = machine.run(ticks);
    cpu.setGuard(undefined);
    if (result.kind === 'slice') return MORE;
    if (result.kind !== 'breakpoint' && result.kind !== 'guard') return result;
    const here = cpu.linearEip();
    if (!hasArrived(to, here) && result.kind === 'breakpoint') return result;
    detour = undefined;
    breakpoints.setTemporary(undefined);
    if (result.kind === 'guard') return goOnAt(here, false) ? DONE : MORE;
    if (then === 'resume') {
      // The instruction that was held back has not run yet, so the step is not over.
      started = false;
      isSeen = true;
      guarded = inRanges(here);
      return to.isUnseen && breakpoints.hits().length > 0 ? result : MORE;
    }
    const stops = breakpoints.hits().length > 0;
    if (then === 'call' && runCall()) return stops ? result : MORE;
    const isOver = goOnAt(here, then === 'done');
    if (stops) return result;
    return isOver ? DONE : MORE;
  }

  function advanceAway(ticks: number): StepResult {
    const result = machine.run(ticks);
    if (result.kind === 'guard') throw new Error('A detour has no guard.');
    if (result.kind !== 'slice') return result;
    if (!isHome()) return MORE;
    away = false;
    passages.watch(undefined);
    // The crossing itself was the instruction that the step watched.
    return spec.kind === 'instruction' ? arrive() : MORE;
  }

  function advanceOnce(end: number): StepResult {
    if (away) return advanceAway(end - cpu.now());
    if (called !== undefined) return advanceKernel(called, end - cpu.now());
    if (detour || guarded) {
      // The breakpoint that the step begins at was looked at.
      if (!started) cpu.skipBreakpoint(cpu.linearEip());
      started = true;
      if (detour) return advanceDetour(detour, end - cpu.now());
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
