/** The names of where a transition began and ended. */
import type { TransitionKind, TransitionRecord } from '../core/protocol/debug-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { symbolText } from './symbol-text.ts';

/** Kinds that come between two instructions, or instead of one; others are instructions, and the record has the one behind. */
const BETWEEN: ReadonlySet<TransitionKind> = new Set(['exception', 'interrupt', 'nmi']);

export function transitionSymbols(
  coroutines: Coroutines,
  { kind, coroutine, from, to }: TransitionRecord,
): { fromSymbol?: string; toSymbol?: string } {
  const begun = BETWEEN.has(kind) ? from.eip : (from.eip - 1) >>> 0;
  const fromSymbol = symbolText(coroutines, coroutine, begun);
  const toSymbol = symbolText(coroutines, coroutine, to.eip);
  return { ...(fromSymbol !== undefined && { fromSymbol }), ...(toSymbol !== undefined && { toSymbol }) };
}
