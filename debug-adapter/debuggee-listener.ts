/** What a debuggee tells the session: stops, output, its state, its end. */
import type { CoroutineId, MachineSnapshot, SerialPort } from '../core/protocol/machine-protocol.ts';
import type { Sentence, Translate } from '../core/sentences/say.ts';
import type { StoppedEvent } from './stepping.ts';

/** Who owns the CPU and when, while the machine runs and at a stop. */
export interface MachineStatus {
  readonly running: boolean;
  readonly coroutine: CoroutineId;
  readonly cpl: number;
  readonly instructions: number;
  readonly virtualNanoseconds: number;
}

/** What the session hears. */
export interface DebuggeeListener {
  /** To the language of whoever reads. */
  readonly translate: Translate;
  /** The machine stopped where the client should see it. `reason` is `entry` at the guest's first instruction. */
  stopped(event: StoppedEvent, hit: readonly number[]): void;
  serial(port: SerialPort | 'debugcon', bytes: Uint8Array): void;
  status(status: MachineStatus): void;
  /** A sentence for the user; `error` for one about a failure. */
  note(text: string | Sentence, error: boolean): void;
  /** The memory of a guest is there: what has waited for it can be set. The machine goes on afterwards. */
  arrived(): Promise<void>;
  /** A call may be over whose variables are watched. The machine goes on afterwards. */
  returned(stop: MachineSnapshot): Promise<void>;
  /** Kernels, modules or programs are not where they were: breakpoints are to be bound anew. */
  imagesChanged(): void;
  /** The message of a log point. */
  logPoint(message: string): void;
  /** The worker is gone: nothing more will come. */
  died(): void;
}
