/** What the unwinder asks of one coroutine, answered at run-time addresses: its symbols, and the handlers that its processor has entered. */
import type { OpenEntry } from '../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { goesOnAt, linearPlace } from './linear-places.ts';
import { HANDED_ON } from './symbols/known-callers.ts';
import type { HandlerEntry, UnwindSource } from './symbols/unwind-i386.ts';

/**
 * Where an entry in protected mode has pushed EIP: CS and EFLAGS are right behind it (SDM vol. 3A, figure 6-4). An error code lies below, which
 * is pushed for no INT n.
 */
const pushedAt = ({ kind, errorCode, to }: OpenEntry): number =>
  (to.esp + (errorCode >= 0 && kind !== 'software-interrupt' ? 4 : 0)) >>> 0;

function handlerOf(entry: OpenEntry): HandlerEntry {
  const place = goesOnAt(entry);
  return {
    esp: entry.to.esp,
    interrupted: linearPlace(place),
    virtual8086: place.v86 ? place : undefined,
  };
}

/** Of what has been called, or is no code of 32 bits, the unwinder knows otherwise. */
const DELIVERIES: ReadonlySet<string> = new Set(['exception', 'interrupt', 'nmi', 'software-interrupt']);
const interrupts = ({ kind, to }: OpenEntry) => DELIVERIES.has(kind) && !to.v86;

/**
 * @param entries of handlers in protected mode, that have not come back
 * @param cr3 of another address space than that which the coroutine has now
 */
export function unwindSource(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  entries: readonly OpenEntry[],
  cr3: number | undefined,
): UnwindSource {
  return {
    isCode: (pc) => {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      // What has no symbols may be a program that nobody has named.
      return resolved === undefined || resolved.image.isCode((pc - resolved.bias) >>> 0);
    },
    entryAbove(esp) {
      const above = entries.filter(({ to }) => to.esp >= esp && !to.v86);
      const nearest = above.reduce<OpenEntry | undefined>(
        (best, one) => (best && best.to.esp <= one.to.esp ? best : one),
        undefined,
      );
      return nearest && handlerOf(nearest);
    },
    entryAt(slot) {
      const entry = entries.find((one) => interrupts(one) && slot >= one.to.esp && slot <= pushedAt(one));
      return entry && handlerOf(entry);
    },
    programsInto(entry) {
      const into = entries.filter(({ kind, to }) => kind === 'sysenter' && to.eip === entry);
      return into.map(({ from }) => linearPlace(from));
    },
    unwind(pc, registers, readMemory) {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      return resolved?.image.unwind((pc - resolved.bias) >>> 0, registers, readMemory);
    },
    handsOn(pc) {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      return resolved ? resolved.image.handsOn((pc - resolved.bias) >>> 0) : HANDED_ON;
    },
    functionAt(pc) {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      if (!resolved) return undefined;
      const { image, bias } = resolved;
      const found = image.functionAt((pc - bias) >>> 0);
      return found && { lowPc: (found.lowPc + bias) >>> 0, isFirst: found.lowPc === image.entry };
    },
  };
}
