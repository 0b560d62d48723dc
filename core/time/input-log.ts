/*
 * Owns everything that enters the machine from outside: key strokes, serial bytes, the wall-clock second at
 * boot, network frames, what a disk outside of the machine has read. Each entry is stamped with the tick and the count of
 * retired instructions at which it was delivered, so a run is a function of (image, configuration, this log). There is
 * one list and one position in it: at the end of the list the log records, before the end it replays. Reverse debugging
 * restores an earlier position; a recording from a file is a list at position 0.
 *
 * An entry is delivered after every device timer of its tick has run, in both modes. A replay that meets
 * another instruction count than it recorded stops with an error: a wrong replay is worse than none.
 * The byte format is in input-log-format.ts.
 */

import type { Clock, Timer } from './clock.ts';

/** One delivery from outside. */
export interface InputEntry {
  /** The tick of delivery. */
  readonly ticks: number;
  /** Instructions retired at that tick (ticks minus halted time). */
  readonly retired: number;
  /** The receiver's name, printable ASCII, for example `com1`. */
  readonly channel: string;
  readonly payload: Uint8Array;
}

/** What went wrong with an input log. */
export type InputLogErrorCode =
  | 'input-unknown-channel'
  | 'input-replaying'
  | 'input-replay-diverged'
  | 'input-late'
  | 'input-bad-position'
  | 'input-log-malformed'
  | 'input-log-version';

/** A refused injection, a diverged replay or a log that is not one. */
export class InputLogError extends Error {
  override readonly name = 'InputLogError';
  readonly code: InputLogErrorCode;

  constructor(code: InputLogErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The position in the list: how many entries have been delivered. The list itself is not part of a snapshot. */
export interface InputLogState {
  readonly position: number;
}

/** The one door through which the outside reaches the machine. */
export class InputLog {
  /** Called when the last entry of a replay has been delivered; from then on the log records. */
  onReplayEnd: (() => void) | null = null;

  readonly #clock: Clock;
  readonly #retired: () => number;
  readonly #channels = new Map<string, (payload: Uint8Array) => void>();
  readonly #timer: Timer;
  #entries: InputEntry[] = [];
  /** Of the list; those before it in the run were forgotten. */
  #position = 0;
  #forgotten = 0;

  /** @param retired the CPU's count of retired instructions. */
  constructor(clock: Clock, retired: () => number) {
    this.#clock = clock;
    this.#retired = retired;
    this.#timer = clock.createTimer('input-log.next', () => this.#replayNext(), 'input');
  }

  /** Names a receiver, which may keep what it is given but not change it: it is part of the list. Throws when the channel exists. */
  register(channel: string, deliver: (payload: Uint8Array) => void): void {
    if (!/^[!-~]{1,64}$/.test(channel) || this.#channels.has(channel)) {
      throw new Error(`The input channel ${channel} exists already or is not a printable ASCII name.`);
    }
    this.#channels.set(channel, deliver);
  }

  /** True while recorded entries remain to be delivered; injections are refused then. */
  get replaying(): boolean {
    return this.#position < this.#entries.length;
  }

  /** The whole list, delivered or not, but for what was forgotten. */
  get entries(): readonly InputEntry[] {
    return this.#entries;
  }

  /**
   * Records `payload` (copied) at the present tick and delivers it, after the timers that are due. The machine
   * calls it between blocks only. Errors: `input-unknown-channel`, `input-replaying`.
   */
  inject(channel: string, payload: Uint8Array): void {
    if (this.replaying) {
      throw new InputLogError(
        'input-replaying',
        `Input for ${channel} arrived during a replay: truncate the recording here to go on live.`,
      );
    }
    const deliver = this.#receiver(channel);
    this.#clock.runDue();
    const entry = { ticks: this.#clock.now(), retired: this.#retired(), channel, payload: payload.slice() };
    this.#entries.push(entry);
    this.#position++;
    deliver(entry.payload);
  }

  /**
   * Replaces the list by a recording and starts to replay it at the present tick. Errors, before any change:
   * `input-unknown-channel`, `input-late` when an entry lies before the present tick.
   */
  replay(entries: readonly InputEntry[]): void {
    const first = entries[0];
    for (const entry of entries) {
      this.#receiver(entry.channel);
    }
    if (first !== undefined && first.ticks < this.#clock.now()) {
      throw new InputLogError(
        'input-late',
        `The recording begins at tick ${first.ticks}, but the machine is at ${this.#clock.now()}: ` +
          'reset the machine before replaying.',
      );
    }
    this.#entries = entries.map((entry) => ({ ...entry, payload: entry.payload.slice() }));
    this.#position = 0;
    this.#forgotten = 0;
    this.#scheduleNext();
  }

  /** Forgets the entries that have not been delivered, so that the machine goes on live from here. */
  truncate(): void {
    this.#entries.length = this.#position;
    this.#timer.cancel();
  }

  /**
   * Forgets the entries that have been delivered, so that a run that nobody will replay does not fill the memory with
   * what its disks have read. States saved before cannot be restored any more.
   */
  forgetDelivered(): void {
    this.#entries.splice(0, this.#position);
    this.#forgotten += this.#position;
    this.#position = 0;
  }

  save(): InputLogState {
    return { position: this.#forgotten + this.#position };
  }

  /**
   * Goes to a position of the present list; the entries behind it replay. Call it after the clock and the CPU's
   * counters were restored. Error: `input-bad-position`.
   */
  restore(state: InputLogState): void {
    const position = state.position - this.#forgotten;
    if (!Number.isInteger(position) || position < 0 || position > this.#entries.length) {
      throw new InputLogError(
        'input-bad-position',
        `The saved state is at input ${state.position}, but the log has ${this.#entries.length} entries: ` +
          'restore it together with the log of its run.',
      );
    }
    this.#position = position;
    this.#scheduleNext();
  }

  #receiver(channel: string): (payload: Uint8Array) => void {
    const deliver = this.#channels.get(channel);
    if (deliver === undefined) {
      throw new InputLogError(
        'input-unknown-channel',
        `No device receives input on channel ${channel}: this machine has ${[...this.#channels.keys()].join(', ') || 'none'}.`,
      );
    }
    return deliver;
  }

  #scheduleNext(): void {
    const next = this.#entries[this.#position];
    if (next === undefined) {
      this.#timer.cancel();
    } else {
      this.#timer.start(next.ticks);
    }
  }

  #replayNext(): void {
    const entry = this.#entries[this.#position]!;
    const ticks = this.#clock.now();
    const retired = this.#retired();
    if (ticks !== entry.ticks || retired !== entry.retired) {
      throw new InputLogError(
        'input-replay-diverged',
        `Input ${this.#position} (${entry.channel}) was recorded at tick ${entry.ticks} with ${entry.retired} ` +
          `instructions retired, but the replay is at tick ${ticks} with ${retired}: image or configuration differ.`,
      );
    }
    this.#position++;
    this.#scheduleNext();
    this.#receiver(entry.channel)(entry.payload);
    if (!this.replaying) {
      this.onReplayEnd?.();
    }
  }
}
