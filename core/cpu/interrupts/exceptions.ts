/**
 * Enters the handler of an exception, and what comes when that fails: double fault and shutdown (SDM vol. 3A, 6.15, interrupt
 * 8, tables 6-4 and 6-5).
 *
 * A debugger may hold an exception back before its handler is entered: the state is then that of the instruction that
 * raised it.
 */
import type { CpuEvents } from '../env.ts';
import { COMMITTED, CR2, type Views } from '../state.ts';
import { type Faults, Vector } from './fault.ts';
import { type Interrupts, Source } from './interrupts.ts';

/** One exception of the chain that led to a shutdown. */
export interface FaultCause {
  readonly vector: number;
  /** -1 when the vector has none. */
  readonly errorCode: number;
  /** CR2 at that moment. */
  readonly cr2: number;
}

interface Delivery {
  vector: number;
  errorCode: number;
  source: number;
  /** What led to it, first cause first. */
  readonly causes: FaultCause[];
}

export interface Exceptions {
  /**
   * Enters the handler of `vector`, unless the debugger holds it back.
   * @param errorCode -1 when the vector has none
   * @returns false for a shutdown: the state is that before the first fault
   */
  raise(vector: number, errorCode: number, source: number): boolean;
  /** The exception that is held back. */
  held(): FaultCause | undefined;
  /** Enters the handler of the exception that is held back. @returns false for a shutdown */
  release(): boolean;
  /** Forgets the exception that is held back: it does not happen. */
  drop(): void;
  /** Forgets the last shutdown, too. */
  renew(): void;
  /** The chain of exceptions behind the last shutdown. */
  shutdownCauses(): readonly FaultCause[];
}

const contributory = (vector: number): boolean =>
  vector === Vector.DE || (vector >= Vector.TS && vector <= Vector.GP);

export function createExceptions(
  { state }: Views,
  interrupts: Interrupts,
  events: CpuEvents,
  faults: Faults,
): Exceptions {
  let shutdownCauses: readonly FaultCause[] = [];
  let waiting: Delivery | undefined;

  /** What becomes of a delivery that met the exception in `faults`. Returns false for a shutdown. */
  function escalate(delivery: Delivery): boolean {
    const { vector, source, causes } = delivery;
    const second: FaultCause = {
      vector: faults.fault.vector,
      errorCode: faults.fault.errorCode,
      cr2: state[CR2],
    };
    if (vector === Vector.DF) {
      shutdownCauses = [...causes, second];
      return false;
    }
    const double =
      source !== Source.External &&
      ((contributory(vector) && contributory(second.vector)) ||
        (vector === Vector.PF && (second.vector === Vector.PF || contributory(second.vector))));
    if (double) causes.push(second);
    delivery.vector = double ? Vector.DF : second.vector;
    delivery.errorCode = double ? 0 : second.errorCode;
    delivery.source = Source.Fault;
    return true;
  }

  function deliver(delivery: Delivery, told: boolean): boolean {
    for (let skip = told; ; skip = false) {
      const { vector, errorCode, source, causes } = delivery;
      if (!skip && source !== Source.External && events.exception(vector, errorCode)) {
        waiting = delivery;
        return true;
      }
      causes.push({ vector, errorCode, cr2: state[CR2] });
      try {
        interrupts.deliver(vector, source, errorCode);
        return true;
      } catch (error) {
        if (error !== faults.fault) throw error;
        state[COMMITTED] = 0;
        if (!escalate(delivery)) return false;
      }
    }
  }

  return {
    raise: (vector, errorCode, source) => deliver({ vector, errorCode, source, causes: [] }, false),
    held: () => waiting && { vector: waiting.vector, errorCode: waiting.errorCode, cr2: state[CR2] },
    release() {
      const delivery = waiting;
      waiting = undefined;
      return !delivery || deliver(delivery, true);
    },
    drop() {
      waiting = undefined;
    },
    renew() {
      waiting = undefined;
      shutdownCauses = [];
    },
    shutdownCauses: () => shutdownCauses,
  };
}
