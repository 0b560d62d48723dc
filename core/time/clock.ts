/*
 * Owns virtual time and the list of deadlines. The only clock of the machine is the *tick*: one retired
 * instruction, or one instruction's worth of halted time. A tick is ten virtual nanoseconds. The CPU owns the
 * counter; the clock asks for it through an injected function, so a device sees the exact instruction even in
 * the middle of a block. The clock never advances time and never looks at host time (docs/architecture.md).
 *
 * Timers are named and made once by their owner; starting one links it into a sorted list and allocates
 * nothing. The order of callbacks is (deadline, rank, order of starting). A name identifies a timer in saved
 * states; its callback re-attaches because the owner made the timer under the same name.
 */

/** Virtual nanoseconds of one tick. */
export const NANOSECONDS_PER_TICK = 10;

/** Ticks of one virtual second. */
export const TICKS_PER_SECOND = 1_000_000_000 / NANOSECONDS_PER_TICK;

/** Order among timers with equal deadlines: devices first, then what comes from outside the machine. */
export type TimerRank = 'device' | 'input';

/** A one-shot alarm of one owner. Made by {@link Clock.createTimer}. */
export interface Timer {
  /** Unique name, `owner.id`. */
  readonly name: string;
  /** True from `start` until the callback is about to run, or `cancel`. */
  readonly pending: boolean;
  /** The tick at which it fires; meaningless unless `pending`. */
  readonly deadline: number;
  /** (Re)starts the timer. A deadline that has passed fires at the next `runDue`. */
  start(deadlineTicks: number): void;
  /** Does nothing when the timer is not pending. */
  cancel(): void;
}

/** One running timer of a saved clock. */
export interface TimerState {
  readonly name: string;
  readonly deadline: number;
}

/** The running timers in firing order. The counter itself belongs to the CPU's state. */
export interface ClockState {
  readonly timers: readonly TimerState[];
}

/** A saved state names a timer that no device of this machine made: state and configuration differ. */
export class ClockStateError extends Error {
  readonly code = 'clock-unknown-timer';
  override readonly name = 'ClockStateError';
}

class LinkedTimer implements Timer {
  readonly name: string;
  readonly rank: number;
  readonly callback: (deadline: number) => void;
  readonly #clock: Clock;
  pending = false;
  deadline = 0;
  next: LinkedTimer | null = null;

  constructor(clock: Clock, name: string, rank: number, callback: (deadline: number) => void) {
    this.#clock = clock;
    this.name = name;
    this.rank = rank;
    this.callback = callback;
  }

  start(deadlineTicks: number): void {
    if (!Number.isSafeInteger(deadlineTicks)) {
      throw new RangeError(`Timer ${this.name}: the deadline ${deadlineTicks} is not a whole tick.`);
    }
    this.#clock.link(this, deadlineTicks);
  }

  cancel(): void {
    this.#clock.unlink(this);
  }
}

/** The machine's deadlines, in ticks. */
export class Clock {
  /** Called when the earliest deadline changes outside `runDue`, so that the CPU can shorten its slice. */
  onDeadlineChanged: ((nextDeadline: number) => void) | null = null;

  readonly #source: () => number;
  readonly #byName = new Map<string, LinkedTimer>();
  #head: LinkedTimer | null = null;
  #running = false;

  /** @param source the CPU's tick counter: a whole number below 2^53 that never goes back while it runs. */
  constructor(source: () => number) {
    this.#source = source;
  }

  /** The current tick, exact to the instruction. */
  now(): number {
    return this.#source();
  }

  /**
   * Makes a timer. The callback receives the deadline it was started for; `now()` may be later, never earlier.
   * Throws when the name is taken.
   */
  createTimer(name: string, callback: (deadline: number) => void, rank: TimerRank = 'device'): Timer {
    if (this.#byName.has(name)) {
      throw new Error(`There are two timers named ${name}: give each device its own name.`);
    }
    const timer = new LinkedTimer(this, name, rank === 'device' ? 0 : 1, callback);
    this.#byName.set(name, timer);
    return timer;
  }

  /** The earliest deadline in ticks; Infinity when no timer runs. */
  nextDeadline(): number {
    return this.#head === null ? Infinity : this.#head.deadline;
  }

  /**
   * Runs every callback that is due, in order, also those which the callbacks start for a tick that has come.
   * The machine calls it between blocks.
   */
  runDue(): void {
    if (this.#running) {
      return;
    }
    this.#running = true;
    try {
      for (let head = this.#head; head !== null && head.deadline <= this.#source(); head = this.#head) {
        this.#head = head.next;
        head.next = null;
        head.pending = false;
        head.callback(head.deadline);
      }
    } finally {
      this.#running = false;
    }
  }

  /** The running timers, in firing order. */
  save(): ClockState {
    const timers: TimerState[] = [];
    for (let timer = this.#head; timer !== null; timer = timer.next) {
      timers.push({ name: timer.name, deadline: timer.deadline });
    }
    return { timers };
  }

  /**
   * Stops every timer and starts those of `state`. Throws {@link ClockStateError} before any change when one is
   * unknown.
   */
  restore(state: ClockState): void {
    for (const { name } of state.timers) {
      if (!this.#byName.has(name)) {
        throw new ClockStateError(
          `The saved state has a timer ${name}, but this machine has no device with such a timer: ` +
            'restore it in the configuration in which it was saved.',
        );
      }
    }
    while (this.#head !== null) {
      this.#remove(this.#head);
    }
    for (const { name, deadline } of state.timers) {
      this.#insert(this.#byName.get(name)!, deadline);
    }
    this.onDeadlineChanged?.(this.nextDeadline());
  }

  /** For timers only: (re)starts `timer`. */
  link(timer: LinkedTimer, deadline: number): void {
    const before = this.nextDeadline();
    this.#remove(timer);
    this.#insert(timer, deadline);
    this.#announce(before);
  }

  /** For timers only: stops `timer`. */
  unlink(timer: LinkedTimer): void {
    const before = this.nextDeadline();
    this.#remove(timer);
    this.#announce(before);
  }

  #insert(timer: LinkedTimer, deadline: number): void {
    timer.deadline = deadline;
    timer.pending = true;
    let previous: LinkedTimer | null = null;
    let next = this.#head;
    while (
      next !== null &&
      (next.deadline < deadline || (next.deadline === deadline && next.rank <= timer.rank))
    ) {
      previous = next;
      next = next.next;
    }
    timer.next = next;
    if (previous === null) {
      this.#head = timer;
    } else {
      previous.next = timer;
    }
  }

  #remove(timer: LinkedTimer): void {
    if (!timer.pending) {
      return;
    }
    timer.pending = false;
    if (this.#head === timer) {
      this.#head = timer.next;
    } else {
      let previous = this.#head!;
      while (previous.next !== timer) {
        previous = previous.next!;
      }
      previous.next = timer.next;
    }
    timer.next = null;
  }

  #announce(before: number): void {
    const after = this.nextDeadline();
    if (after !== before && !this.#running) {
      this.onDeadlineChanged?.(after);
    }
  }
}
