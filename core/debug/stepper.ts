/**
 * Steps as predicates that the core runs by itself: an instruction, a set of address ranges, an address with a stack.
 *
 * A step belongs to the coroutine it began in. What is not part of the stepped code runs at full speed to a temporary
 * breakpoint on the way back: calls (when stepping over), hardware interrupts and faults that a handler resolves, and
 * the other coroutine. `advance` works in slices, so the machine can always be paused.
 */
import { Source } from '../cpu/interrupts/interrupts.ts';
import { Attr, CS, ESP } from '../cpu/state.ts';
import type { Machine, RunResult } from '../machine/machine.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import type { Breakpoints } from './breakpoints.ts';

export type StepResult =
  /** The slice is over, the step is not. */
  | { readonly kind: 'more' }
  | { readonly kind: 'done' }
  /** Something else stopped or halted the machine. */
  | Exclude<RunResult, { readonly kind: 'slice' }>;

export interface Stepper {
  /** Runs for at most `ticks`. */
  advance(ticks: number): StepResult;
  /** Takes the temporary breakpoint away; to be called when the step ends for whatever reason. */
  dispose(): void;
}

/** What an instruction does to the step, found by its opcode. */
type InstructionKind = 'plain' | 'call' | 'interrupt' | 'repeat';

/** Instructions single-stepped between two looks at the budget. */
const BURST = 1000;

function instructionKind(bytes: Uint8Array): InstructionKind {
  let repeat = false;
  let at = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0xf2 || byte === 0xf3) repeat = true;
    else if (![0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0].includes(byte)) break;
  }
  const opcode = bytes[at];
  const digit = (bytes[at + 1] >> 3) & 7;
  if (opcode === 0xe8 || opcode === 0x9a || (opcode === 0xff && (digit === 2 || digit === 3))) return 'call';
  if (opcode === 0xcc || opcode === 0xcd || opcode === 0xce || opcode === 0xf1) return 'interrupt';
  const isString =
    (opcode >= 0xa4 && opcode <= 0xaf && opcode !== 0xa8 && opcode !== 0xa9) || (opcode & 0xfc) === 0x6c;
  return repeat && isString ? 'repeat' : 'plain';
}

export function createStepper(machine: Machine, breakpoints: Breakpoints, spec: StepSpec): Stepper {
  const { cpu, passages, inspector } = machine;
  const { reg32, segBase, segAttr } = cpu.views;
  const home = spec.kind === 'until' ? spec.coroutine : passages.current();
  /** Where to run to at full speed before stepping goes on. */
  let detour: { address: number; stack: number; exact: boolean; last: boolean } | undefined;
  let started = false;
  /** The other coroutine owns the CPU in the middle of a step over. */
  let away = false;

  const stack = () => reg32[ESP] >>> 0;
  const inRanges = (linear: number) =>
    spec.kind === 'range' && spec.ranges.some(([start, end]) => linear >= start && linear < end);

  function runTo(address: number, minimum: number, exact: boolean, last = false): void {
    detour = { address: address >>> 0, stack: minimum, exact, last };
    breakpoints.setTemporary({
      address: address >>> 0,
      holds: () => passages.current() === home && (exact ? stack() === minimum : stack() >= minimum),
    });
  }
  if (spec.kind === 'until') runTo(spec.address, spec.stack, false, true);

  /** The return address a call has pushed, as a linear address. */
  function pushedReturn(before: number): number | undefined {
    const depth = before - stack();
    if (depth <= 0) return undefined;
    const bytes = inspector.read(inspector.currentSpace(), (segBase[2] + stack()) >>> 0, 4);
    if (bytes.length < 4) return undefined;
    const wide = (segAttr[CS] & Attr.Big) !== 0;
    const offset = wide
      ? bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)
      : bytes[0] | (bytes[1] << 8);
    return (segBase[CS] + offset) >>> 0;
  }

  /** One instruction of the stepped code. Returns true when the step is complete. */
  function stepOnce(): boolean | Exclude<RunResult, { readonly kind: 'slice' }> {
    const linear = cpu.linearEip();
    const esp = stack();
    const bytes = inspector.read(inspector.currentSpace(), linear, 16);
    const kind = instructionKind(bytes);
    const deliveries = cpu.deliveries();
    const over = spec.kind !== 'until' && spec.over;

    if (started && breakpoints.matching(linear).length > 0) return { kind: 'breakpoint' };
    if (!started) cpu.skipBreakpoint(linear);
    const result = machine.run(1);
    // Halted before the instruction: it has yet to run when time has passed.
    if (result.kind !== 'slice') return result;
    started = true;

    if (passages.current() !== home && over) {
      // Left for the other coroutine inside the stepped code: it runs at full speed until it hands the CPU back.
      away = true;
      passages.watch((owner) => {
        if (owner === home) machine.interruptRun();
      });
      return false;
    }
    const delivered = cpu.deliveries() !== deliveries;
    const source = cpu.lastDeliverySource();
    const asked = spec.kind === 'instruction' && !over && kind === 'interrupt';
    if (delivered && !asked && source === Source.Software) {
      // INT n: over runs to the next instruction, into goes on in the handler.
      if (over) runTo(linear + (bytes[0] === 0xcd ? 2 : 1), esp, true);
      else return true;
      return false;
    }
    if (delivered && !asked) {
      // An interrupt came before the instruction, or it faulted: it runs again when the handler is done.
      const faultToSee = spec.kind === 'instruction' && !over && source === Source.Fault;
      if (faultToSee) return true;
      // Nothing of it has run: the way back must stop at it, also if the step began there.
      cpu.keepBreakpoints();
      runTo(linear, esp, true);
      return false;
    }
    if (over && kind === 'call') {
      const back = pushedReturn(esp);
      if (back !== undefined) {
        runTo(back, esp, false);
        return false;
      }
    }
    if (over && kind === 'repeat' && cpu.linearEip() === linear) return false;
    return spec.kind === 'instruction' || !inRanges(cpu.linearEip());
  }

  function finishDetour(): boolean {
    const last = detour?.last ?? false;
    detour = undefined;
    breakpoints.setTemporary(undefined);
    if (last) return true;
    if (spec.kind === 'instruction' && spec.over) return true;
    return spec.kind === 'range' && !inRanges(cpu.linearEip());
  }

  /** Is the CPU where the detour wanted it? */
  function arrived(): boolean {
    if (!detour || passages.current() !== home || cpu.linearEip() !== detour.address) return false;
    return detour.exact ? stack() === detour.stack : stack() >= detour.stack;
  }

  function advanceDetour(ticks: number): StepResult {
    if (!started) {
      cpu.skipBreakpoint(cpu.linearEip());
      started = true;
    }
    const result = machine.run(ticks);
    if (result.kind === 'slice') return { kind: 'more' };
    if (result.kind !== 'breakpoint') return result;
    if (!arrived()) return result;
    const interrupted = detour?.exact ?? false;
    // The instruction that an interrupt held back has not run yet, so the step is not over.
    if (finishDetour() && !interrupted) return { kind: 'done' };
    if (interrupted) {
      cpu.skipBreakpoint(cpu.linearEip());
      started = false;
    }
    return { kind: 'more' };
  }

  function advanceAway(ticks: number): StepResult {
    const result = machine.run(ticks);
    if (result.kind !== 'slice') return result;
    if (passages.current() === home) {
      away = false;
      passages.watch(undefined);
      // The crossing itself was the instruction that the step watched.
      if (spec.kind === 'instruction') return { kind: 'done' };
    }
    return { kind: 'more' };
  }

  return {
    advance(ticks) {
      const end = cpu.now() + ticks;
      while (cpu.now() < end) {
        if (away) {
          const result = advanceAway(end - cpu.now());
          if (result.kind !== 'more') return result;
          continue;
        }
        if (detour) {
          const result = advanceDetour(end - cpu.now());
          if (result.kind !== 'more') return result;
          continue;
        }
        for (let n = 0; n < BURST && !detour && !away; n++) {
          const result = stepOnce();
          if (result === true) return { kind: 'done' };
          if (typeof result === 'object') return result;
        }
      }
      return { kind: 'more' };
    },
    dispose() {
      breakpoints.setTemporary(undefined);
      passages.watch(undefined);
      detour = undefined;
      away = false;
    },
  };
}

/** For tests: what kind of instruction these bytes are. */
export const classify: (bytes: Uint8Array) => InstructionKind = instructionKind;
