/**
 * The ends of devices when they are open: what a platform offers to whoever runs the machine. A platform that cannot open
 * one of `Ends` says so by an `EndError`.
 */
import type { NetClock } from '../net/timers.ts';
import type { BlockOperation, BlockOutcome } from '../protocol/device-protocol.ts';
import { SaidError, type Sentence } from '../sentences/say.ts';
import type { Ends } from './ends.ts';

/** What a person can put right: one sentence that says what was expected, what was found and what to do. */
export class EndError extends SaidError {
  override readonly name = 'EndError';
}

/** What comes for the machine. Bytes belong to the receiver. May be called at any time after `connect`. */
export interface EndEvents {
  frame(network: number, bytes: Uint8Array): void;
  line(line: number, bytes: Uint8Array): void;
}

export interface OpenEnds {
  /** Of each disk. */
  readonly sectors: readonly number[];
  /**
   * Plugs networks and lines in; disks and folders are there before.
   * @param clock of the machine's virtual time: what a network does is measured by it
   * @throws EndError
   */
  connect(events: EndEvents, clock: NetClock): void;
  /** Never throws: what the platform refuses is an error for the guest, and told to the user. */
  block(disk: number, operation: BlockOperation): BlockOutcome;
  /** A frame of the guest. */
  frame(network: number, bytes: Uint8Array): void;
  /** A 9P message; the answer has at most `room` bytes. */
  share(share: number, message: Uint8Array, room: number): Promise<Uint8Array>;
  /** Bytes of the guest for a serial line. */
  line(line: number, bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** Tells the user of what goes wrong while the machine runs. */
export type Report = (sentence: Sentence) => void;

/** Opens all ends or none. @throws EndError */
export type OpenAll = (ends: Ends, report: Report) => Promise<OpenEnds>;
