/**
 * Enters the handler of an exception, and what comes when that fails: double fault and shutdown (SDM vol. 3A, 6.15, interrupt
 * 8, tables 6-4 and 6-5).
 */
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

export interface Exceptions {
  /**
   * Enters the handler of `vector`.
   * @param errorCode -1 when the vector has none
   * @returns false for a shutdown: the state is that before the first fault
   */
  raise(vector: number, errorCode: number, source: number): boolean;
  /** The chain of exceptions behind the last shutdown. */
  shutdownCauses(): readonly FaultCause[];
}

const contributory = (vector: number): boolean =>
  vector === Vector.DE || (vector >= Vector.TS && vector <= Vector.GP);

export function createExceptions({ state }: Views, interrupts: Interrupts, faults: Faults): Exceptions {
  let shutdownCauses: readonly FaultCause[] = [];

  function raise(first: number, firstCode: number, source: number): boolean {
    const { fault } = faults;
    const causes: FaultCause[] = [];
    let vector = first;
    let errorCode = firstCode;
    let from = source;
    for (;;) {
      causes.push({ vector, errorCode, cr2: state[CR2] });
      try {
        interrupts.deliver(vector, from, errorCode);
        return true;
      } catch (error) {
        if (error !== fault) throw error;
        state[COMMITTED] = 0;
        const second = fault.vector;
        if (vector === Vector.DF) {
          shutdownCauses = [...causes, { vector: second, errorCode: fault.errorCode, cr2: state[CR2] }];
          return false;
        }
        const exception = from !== Source.External;
        const double =
          exception &&
          ((contributory(vector) && contributory(second)) ||
            (vector === Vector.PF && (second === Vector.PF || contributory(second))));
        if (double) causes.push({ vector: second, errorCode: fault.errorCode, cr2: state[CR2] });
        vector = double ? Vector.DF : second;
        errorCode = double ? 0 : fault.errorCode;
        from = Source.Fault;
      }
    }
  }

  return { raise, shutdownCauses: () => shutdownCauses };
}
