/*
 * Owns the many deadlines of a network (one connection has several) on top of one timer of an injected clock.
 * Times are ticks of `core/time/clock.ts`, ten virtual nanoseconds each; nothing here looks at host time.
 *
 * A network lives outside the deterministic machine, so its clock is not the one whose timers a saved state
 * holds: give it a `Clock` of its own over the same counter, and run that between slices.
 *
 * The queue is a binary heap by (deadline, order of queueing). A timer that is put off keeps its entry, which moves
 * when it comes up; a cancelled one loses it then. Restarting a timer for every segment is therefore cheap.
 */

import { TICKS_PER_SECOND } from '../time/clock.ts';

/** The part of a clock that a network needs; `Clock` of core/time is one. */
export interface NetClock {
  /** The present tick, a whole number that never goes back. */
  now(): number;
  /** Makes a one-shot timer. Its callback runs when `now()` has reached the deadline, never inside `start`. */
  createTimer(
    name: string,
    callback: () => void,
  ): { readonly pending: boolean; start(deadlineTicks: number): void; cancel(): void };
}

/** A one-shot alarm. */
export interface NetTimer {
  readonly pending: boolean;
  /** (Re)starts it: it fires `ticks` from now, at least one. */
  startAfter(ticks: number): void;
  cancel(): void;
}

export function seconds(count: number): number {
  return Math.ceil(count * TICKS_PER_SECOND);
}

export function milliseconds(count: number): number {
  return Math.ceil((count * TICKS_PER_SECOND) / 1000);
}

interface Entry {
  readonly deadline: number;
  readonly order: number;
  readonly timer: HeapTimer;
}

class HeapTimer implements NetTimer {
  readonly callback: () => void;
  readonly #owner: NetTimers;
  /** When it fires; Infinity while it does not run. */
  deadline = Infinity;
  /** The deadline of its first entry in the heap; Infinity without one. */
  queued = Infinity;

  constructor(owner: NetTimers, callback: () => void) {
    this.#owner = owner;
    this.callback = callback;
  }

  get pending(): boolean {
    return this.deadline !== Infinity;
  }

  startAfter(ticks: number): void {
    this.deadline = this.#owner.now() + Math.max(1, Math.ceil(ticks));
    this.#owner.queue(this);
  }

  cancel(): void {
    this.deadline = Infinity;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}

/** Any number of timers on one clock. */
export class NetTimers {
  readonly #clock: NetClock;
  readonly #alarm: ReturnType<NetClock['createTimer']>;
  readonly #heap: Entry[] = [];
  #order = 0;
  #alarmAt = Infinity;

  /** @param name the name of the one timer that `clock` sees. */
  constructor(clock: NetClock, name: string) {
    this.#clock = clock;
    this.#alarm = clock.createTimer(name, () => {
      this.#run();
    });
  }

  /** The present tick. */
  now(): number {
    return this.#clock.now();
  }

  create(callback: () => void): NetTimer {
    return new HeapTimer(this, callback);
  }

  /** For timers only: sees to it that the timer comes up at its deadline or before. */
  queue(timer: HeapTimer): void {
    if (timer.deadline >= timer.queued) {
      return;
    }
    timer.queued = timer.deadline;
    this.#push({ deadline: timer.deadline, order: this.#order++, timer });
    this.#setAlarm();
  }

  /** Stops everything. */
  close(): void {
    for (const entry of this.#heap) {
      entry.timer.cancel();
      entry.timer.queued = Infinity;
    }
    this.#heap.length = 0;
    this.#alarmAt = Infinity;
    this.#alarm.cancel();
  }

  #run(): void {
    this.#alarmAt = Infinity;
    const now = this.#clock.now();
    for (let entry = this.#heap[0]; entry !== undefined && entry.deadline <= now; entry = this.#heap[0]) {
      this.#pop();
      const { timer } = entry;
      if (timer.queued !== entry.deadline) {
        continue; // an earlier entry of the same timer has come up before
      }
      timer.queued = Infinity;
      if (timer.deadline <= now) {
        timer.deadline = Infinity;
        timer.callback();
      } else if (timer.pending) {
        this.queue(timer);
      }
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    const deadline = this.#heap[0]?.deadline ?? Infinity;
    if (deadline < this.#alarmAt) {
      this.#alarmAt = deadline;
      this.#alarm.start(deadline);
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) {
        break;
      }
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) {
      return;
    }
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) {
        break;
      }
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) {
        child++;
      }
      if (!before(heap[child]!, last)) {
        break;
      }
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
