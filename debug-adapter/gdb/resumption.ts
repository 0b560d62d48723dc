/** `vCont`, `c` and `s`: which coroutine is to step, or that all go on. Source: Debugging with gdb, appendix E.2, "vCont". */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Motion } from './machine.ts';
import { numberOf } from './packets.ts';
import { parseThread } from './threads.ts';

/** What `vCont?` answers. Range stepping is announced by the `r`. */
export const ACTIONS = 'vCont;c;C;s;S;t;r';
const MAX_ACTIONS = 64;

export type Resumption = Motion | { readonly kind: 'stop' };

interface Action {
  readonly letter: string;
  readonly operand: string;
  /** Whom it means: one coroutine, or all that no action before it means. */
  readonly coroutine: CoroutineId | 'all';
}

function parseAction(text: string, current: CoroutineId): Action | undefined {
  const [, letter, operand = '', thread] = /^([cCsSrt])([0-9a-f,]*)(?::(.*))?$/i.exec(text) ?? [];
  if (letter === undefined) return undefined;
  const choice = thread === undefined ? 'all' : parseThread(thread);
  if (choice === undefined) return undefined;
  return { letter, operand, coroutine: choice === 'any' ? current : choice };
}

function motionOf({ letter, operand, coroutine }: Action, current: CoroutineId): Resumption | undefined {
  // Only the coroutine that owns the CPU can step when all are to.
  const one = coroutine === 'all' ? current : coroutine;
  switch (letter) {
    case 's':
    case 'S':
      return { kind: 'step', coroutine: one };
    case 't':
      return { kind: 'stop' };
    case 'r': {
      const [low, high] = operand.split(',').map(numberOf);
      if (low === undefined || high === undefined || high <= low) return undefined;
      return { kind: 'range', coroutine: one, low, high };
    }
    default:
      return { kind: 'resume' };
  }
}

/**
 * Reads what follows `vCont;`. One machine runs as a whole: if any coroutine is to step, the run ends with that step.
 * @returns undefined for what makes no sense
 */
export function parseResumption(text: string, current: CoroutineId): Resumption | undefined {
  const actions = text.split(';', MAX_ACTIONS).map((action) => parseAction(action, current));
  const motions = actions.map((action) => action && motionOf(action, current));
  if (motions.includes(undefined)) return undefined;
  const known = motions as Resumption[];
  return known.find(({ kind }) => kind !== 'resume') ?? known[0];
}
