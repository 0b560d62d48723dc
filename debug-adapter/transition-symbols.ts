/** The names of where a transition or a crossing of the passage began and ended. */
import type { TransitionKind, TransitionRecord } from '../core/protocol/debug-protocol.ts';
import type { SwitchRecord } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { symbolText } from './symbol-text.ts';

/** Kinds that come between two instructions, or instead of one; others are instructions, and the record has the one behind. */
const BETWEEN: ReadonlySet<TransitionKind> = new Set(['exception', 'interrupt', 'nmi']);

interface Ends {
  fromSymbol?: string;
  toSymbol?: string;
}

const ends = (fromSymbol: string | undefined, toSymbol: string | undefined): Ends => ({
  ...(fromSymbol !== undefined && { fromSymbol }),
  ...(toSymbol !== undefined && { toSymbol }),
});

export function transitionSymbols(
  coroutines: Coroutines,
  { kind, coroutine, from, to }: TransitionRecord,
): Ends {
  const begun = BETWEEN.has(kind) ? from.eip : (from.eip - 1) >>> 0;
  return ends(symbolText(coroutines, coroutine, begun), symbolText(coroutines, coroutine, to.eip));
}

/** Who called the passage on both sides. */
export function switchSymbols(
  coroutines: Coroutines,
  { from, to, fromCaller, toCaller }: SwitchRecord,
): Ends {
  // The addresses are behind calls.
  const caller = (coroutine: number, address: number) =>
    address === 0 ? undefined : symbolText(coroutines, coroutine, address - 1);
  return ends(caller(from, fromCaller), caller(to, toCaller));
}
