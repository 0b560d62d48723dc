/** Where a step runs to at full speed before stepping goes on: the way back from a call, a handler or another task. */
import { branchPlace } from '../cpu/branch-log.ts';
import type { StepGuard } from '../cpu/guard.ts';
import { Attr, CS, ESP, SS, STACK_MASK } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { TransitionRecord } from '../protocol/debug-protocol.ts';
import { instructionKind, poppedArguments } from './instruction-kind.ts';
import type { Transitions } from './transitions.ts';

export interface Detour {
  /** Linear. */
  readonly address: number;
  readonly stack: number;
  /**
   * What to do there: the step is complete, goes on, has yet to run the instruction that was held back, is complete behind a handler, or
   * runs the call that was made before a handler was entered.
   */
  readonly then: 'done' | 'leave' | 'resume' | 'back' | 'call';
  /** Ends a handler that goes back to another address. */
  readonly guard?: StepGuard | undefined;
  /** The entry of the handler: what it goes back to has its ring and its address space, which need not be those that the step began in. */
  readonly entry?: TransitionRecord | undefined;
  /** The breakpoints there have not been looked at: an interrupt came before the instruction. */
  readonly isUnseen?: boolean;
}

/** How code is entered without having asked for it, or by INT n. */
const DELIVERIES: ReadonlySet<string> = new Set(['exception', 'interrupt', 'nmi', 'software-interrupt']);

/** The first delivery since a transition. The code may have made others before, as a return to another ring. */
export function deliverySince({ since, count }: Transitions, begin: number): TransitionRecord {
  const records = since(begin, count() - begin);
  return records.find(({ kind }) => DELIVERIES.has(kind)) ?? records[0];
}

/** How far above its call a function may leave the stack: its arguments, which it may pop itself. */
export const MAX_POPPED = 1024;

export const isBehindHandler = (then: Detour['then']): boolean => then !== 'done' && then !== 'leave';

/**
 * Has a call come back to a linear address, with the ESP that its caller has there? Another task that runs the same code has another one,
 * and small stacks lie close to each other: what a return has taken is known.
 */
export function hasReturnedTo({ cpu, inspector }: Machine, address: number, stack: number): boolean {
  const { reg32, branches } = cpu.views;
  const above = (reg32[ESP] >>> 0) - stack;
  if (above === 0) return true;
  if (above < 0 || above >= MAX_POPPED) return false;
  const last = branchPlace(cpu.views, 0);
  if (branches[last + 1] >>> 0 !== address) return true;
  const bytes = inspector.read(inspector.currentSpace(), branches[last] >>> 0, 16);
  return instructionKind(bytes) !== 'return' || poppedArguments(bytes) === above;
}

/** Is the stack the one that the way back has? */
export function isOnStack(machine: Machine, { address, stack, then }: Detour): boolean {
  if (isBehindHandler(then)) return machine.cpu.views.reg32[ESP] >>> 0 === stack;
  return stack === 0 || hasReturnedTo(machine, address, stack);
}

/** The way back from a call that has just been entered; nothing when its stack cannot be read. */
export function returnOfCall({ cpu, inspector }: Machine): Detour | undefined {
  const { state, reg32, segBase, segAttr } = cpu.views;
  const stack = reg32[ESP] >>> 0;
  const wide = (segAttr[CS] & Attr.Big) !== 0;
  const size = wide ? 4 : 2;
  const address = (segBase[SS] + (stack & state[STACK_MASK])) >>> 0;
  const bytes = inspector.read(inspector.currentSpace(), address, size);
  if (bytes.length < size) return undefined;
  const view = new DataView(bytes.buffer);
  const offset = wide ? view.getUint32(0, true) : view.getUint16(0, true);
  return { address: (segBase[CS] + offset) >>> 0, stack: stack + size, then: 'leave' };
}
