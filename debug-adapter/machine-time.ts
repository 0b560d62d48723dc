/**
 * The machine's virtual time as far as the adapter knows it, for the networks outside: they must not time out while a person
 * looks at a machine that stands still. The machine tells its time some ten times a second; in between, time is taken to
 * pass as the real one does, and never backwards.
 */
import { Clock, NANOSECONDS_PER_TICK, TICKS_PER_SECOND } from '../core/time/clock.ts';

/** How often timers of networks are looked at, in milliseconds. */
const LOOK_MS = 10;
/** A machine that has said nothing for so long is slow: its time is not guessed any further. Milliseconds. */
const GUESS_MS = 200;
const TICKS_PER_MILLISECOND = TICKS_PER_SECOND / 1000;

export class MachineTime {
  readonly clock: Clock;
  private ticks = 0;
  /** What belongs together: real time, and ticks that the machine has told. */
  private anchor = { milliseconds: 0, ticks: 0 };
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.clock = new Clock(() => this.ticks);
  }

  /** What the machine says of itself. */
  set(virtualNanoseconds: number, running: boolean): void {
    const ticks = Math.floor(virtualNanoseconds / NANOSECONDS_PER_TICK);
    this.anchor = { milliseconds: performance.now(), ticks };
    this.advance(ticks);
    if (!running) this.stop();
    else
      this.timer ??= setInterval(() => {
        const passed = Math.min(performance.now() - this.anchor.milliseconds, GUESS_MS);
        this.advance(this.anchor.ticks + Math.floor(passed * TICKS_PER_MILLISECOND));
      }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private advance(ticks: number): void {
    this.ticks = Math.max(this.ticks, ticks);
    this.clock.runDue();
  }
}
