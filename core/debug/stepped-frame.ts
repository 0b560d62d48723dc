/**
 * The frame of a step, told from others that run the same code by its canonical frame address (DWARF 5 §6.4): so a line that calls
 * in a loop runs at full speed, calls and all. Only the other code of its function, and what it returns to, is looked at.
 */
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { CS } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { FrameRules } from '../protocol/machine-protocol.ts';
import { hasReturnedTo } from './detour.ts';
import { instructionKind } from './instruction-kind.ts';

/** Columns of `FrameRules.rows`. */
const ROW = 4;

export interface SteppedFrame {
  /** Ends a run where the frame has left the ranges, and before what leaves them in another way than by a jump or a return. */
  readonly guard: StepGuard;
}

/**
 * @param inRanges what is stepped over
 * @param holds the coroutine and the program of the step have the processor
 * @returns nothing when the stack of the frame cannot be read
 */
export function createSteppedFrame(
  machine: Machine,
  { cfa, rows }: FrameRules,
  inRanges: (linear: number) => boolean,
  holds: () => boolean,
): SteppedFrame | undefined {
  const { cpu, inspector } = machine;
  const { reg32, segBase } = cpu.views;
  const space = inspector.currentSpace();
  const word = inspector.read(space, (segBase[2] + cfa - 4) >>> 0, 4);
  if (word.length < 4) return undefined;
  const caller = (segBase[CS] + new DataView(word.buffer).getUint32(0, true)) >>> 0;
  let low = 0xffff_ffff;
  let high = 0;
  for (let at = 0; at < rows.length; at += ROW) {
    low = Math.min(low, rows[at]);
    high = Math.max(high, rows[at + 1]);
  }

  /** Where the rules for an address stand; -1: it is not the function's. */
  function rowOf(linear: number): number {
    if (linear < low || linear >= high) return -1;
    for (let at = 0; at < rows.length; at += ROW) if (linear >= rows[at] && linear < rows[at + 1]) return at;
    return -1;
  }
  const isFrame = (row: number) => holds() && (reg32[rows[row + 2] & 7] + rows[row + 3]) >>> 0 === cfa >>> 0;

  /** What goes on elsewhere without a call that comes back: the step has to see where. */
  const leavesFar = new Map<number, boolean>();
  function isFar(last: number): boolean {
    let known = leavesFar.get(last);
    if (known === undefined) {
      const kind = instructionKind(inspector.read(inspector.currentSpace(), last, 16));
      leavesFar.set(last, (known = kind === 'far' || kind === 'sysenter'));
    }
    return known;
  }

  return {
    guard(linear, last) {
      if (linear === caller) return holds() && hasReturnedTo(machine, caller, cfa) ? Pass.No : Pass.Once;
      const row = rowOf(linear);
      if (row < 0) return Pass.Always;
      if (inRanges(linear) && !isFar(last)) return Pass.Always;
      return isFrame(row) ? Pass.No : Pass.Once;
    },
  };
}
