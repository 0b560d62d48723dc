/*
 * Owns the interval timer: three counters at 0x40-0x43 on the 1193182 Hz crystal, and port 0x61 with the gate
 * and output of counter 2, the speaker bit and the refresh toggle. Source: Intel 8254 datasheet (control word,
 * mode definitions, read-back command); behaviour as QEMU's hw/timer/i8254.c where kernels can see it:
 *
 * - a new count takes effect at once, also in modes 2 and 3;
 * - the line to IRQ 0 pulses *high* for one clock at the end of a count in modes 2 and 4, so that programming
 *   the counter raises no interrupt; OUT in the status byte and port 0x61 has the datasheet's polarity.
 *
 * Unlike QEMU, as the datasheet: BCD counts, modes 1 and 5 wait for the gate's rising edge, a low gate stops
 * modes 0, 2, 3 and 4, and the refresh bit toggles with time (counter 1, every 18 clocks).
 */

import { CrystalRatio } from '../time/ratio.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { Device, IrqLine } from './device.ts';
import type { IoBus } from './io-bus.ts';

/** The frequency of the counters' clock. */
export const PIT_HERTZ = 1193182;

const crystal = new CrystalRatio(PIT_HERTZ);
const REFRESH_CLOCKS = 18;

/** Access modes of the control word; WORD takes the low byte first. */
const LOW = 1;
const HIGH = 2;
const WORD = 3;

interface ChannelState {
  mode: number;
  bcd: boolean;
  access: number;
  /** A count has been written since the control word. */
  loaded: boolean;
  /** 1 to 65536 (10000 in BCD). */
  count: number;
  gate: boolean;
  /** The tick at which clock 0 of the count began, while it runs. */
  start: number;
  /** Clocks since the start when the gate stopped the count; -1 while it runs. */
  stoppedAt: number;
  /** Modes 1 and 5: the gate has risen since the count was written. */
  triggered: boolean;
  writeLow: number;
  writesHigh: boolean;
  readsHigh: boolean;
  latched: number;
  /** Which byte of the latch comes next: LOW, HIGH, WORD, or 0 when nothing is latched. */
  latchNext: number;
  /** -1 when no status is latched. */
  status: number;
}

function powerOn(gate: boolean, now: number): ChannelState {
  return {
    mode: 3,
    bcd: false,
    access: WORD,
    loaded: true,
    count: 0x10000,
    gate,
    start: now,
    stoppedAt: gate ? -1 : 0,
    triggered: false,
    writeLow: 0,
    writesHigh: false,
    readsHigh: false,
    latched: 0,
    latchNext: 0,
    status: -1,
  };
}

function toBcd(value: number): number {
  return (
    ((Math.floor(value / 1000) % 10) << 12) |
    ((Math.floor(value / 100) % 10) << 8) |
    ((Math.floor(value / 10) % 10) << 4) |
    (value % 10)
  );
}

function fromBcd(value: number): number {
  return (value >> 12) * 1000 + ((value >> 8) & 15) * 100 + ((value >> 4) & 15) * 10 + (value & 15);
}

/** One counter, computed from its start tick whenever it is looked at. */
class Channel {
  s: ChannelState;

  constructor(gate: boolean) {
    this.s = powerOn(gate, 0);
  }

  /** Clocks since the count began, at tick `now`. */
  clocks(now: number): number {
    return this.s.stoppedAt >= 0 ? this.s.stoppedAt : crystal.cyclesIn(now - this.s.start);
  }

  /** True while the counter counts. */
  get isCounting(): boolean {
    const { mode, loaded, triggered, stoppedAt } = this.s;
    return loaded && stoppedAt < 0 && (triggered || (mode !== 1 && mode !== 5));
  }

  /** The counting element as the guest reads it. */
  counter(now: number): number {
    const { mode, count, bcd, loaded, triggered } = this.s;
    const waits = !loaded || (!triggered && (mode === 1 || mode === 5));
    const clocks = waits ? 0 : this.clocks(now);
    let value: number;
    if (mode === 2) {
      value = count - (clocks % count);
    } else if (mode === 3) {
      value = count - ((2 * clocks) % count);
    } else {
      const modulus = bcd ? 10000 : 0x10000;
      value = (((count - (clocks % modulus)) % modulus) + modulus) % modulus;
    }
    return bcd ? toBcd(value % 10000) : value & 0xffff;
  }

  /** The OUT pin, datasheet polarity. */
  out(now: number): boolean {
    const { mode, count, loaded, triggered } = this.s;
    const clocks = this.clocks(now);
    switch (mode) {
      case 0:
        return loaded && clocks >= count;
      case 1:
        return !triggered || clocks >= count;
      case 2:
        return !this.isCounting || count === 1 || clocks % count !== count - 1;
      case 3:
        return !this.isCounting || clocks % count < (count + 1) >> 1;
      case 4:
        return !loaded || clocks !== count;
      default:
        return !triggered || clocks !== count;
    }
  }

  /** The line to the interrupt controller: OUT, or its end-of-count pulse in modes 2, 4 and 5. */
  irqLevel(now: number): boolean {
    const { mode, count } = this.s;
    if (mode < 2 || mode === 3) {
      return this.out(now);
    }
    const clocks = this.clocks(now);
    return this.isCounting && (mode === 2 ? clocks > 0 && clocks % count === 0 : clocks === count);
  }

  /** The clock after `clocks` at which `irqLevel` changes next; Infinity when it stays. */
  nextChange(clocks: number): number {
    const { mode, count } = this.s;
    if (!this.isCounting) {
      return Infinity;
    }
    const base = clocks - (clocks % count);
    switch (mode) {
      case 0:
      case 1:
        return clocks < count ? count : Infinity;
      case 2:
        return count === 1 ? Infinity : clocks === base && clocks > 0 ? base + 1 : base + count;
      case 3: {
        const half = (count + 1) >> 1;
        return count === 1 ? Infinity : clocks - base < half ? base + half : base + count;
      }
      default:
        return clocks < count ? count : clocks === count ? count + 1 : Infinity;
    }
  }

  control(value: number): void {
    const s = this.s;
    const mode = (value >> 1) & 7;
    s.access = (value >> 4) & 3;
    s.mode = mode > 5 ? mode - 4 : mode;
    s.bcd = (value & 1) !== 0;
    s.loaded = false;
    s.triggered = false;
    s.writesHigh = false;
    s.readsHigh = false;
    s.latchNext = 0;
  }

  latch(now: number): void {
    if (this.s.latchNext === 0) {
      this.s.latched = this.counter(now);
      this.s.latchNext = this.s.access;
    }
  }

  latchStatus(now: number): void {
    const s = this.s;
    if (s.status < 0) {
      s.status =
        (this.out(now) ? 0x80 : 0) |
        (s.loaded ? 0 : 0x40) |
        (s.access << 4) |
        (s.mode << 1) |
        (s.bcd ? 1 : 0);
    }
  }

  read(now: number): number {
    const s = this.s;
    if (s.status >= 0) {
      const status = s.status;
      s.status = -1;
      return status;
    }
    if (s.latchNext !== 0) {
      const high = s.latchNext === HIGH;
      s.latchNext = s.latchNext === WORD ? HIGH : 0;
      return high ? s.latched >> 8 : s.latched & 0xff;
    }
    const value = this.counter(now);
    const high = s.access === HIGH || (s.access === WORD && s.readsHigh);
    s.readsHigh = s.access === WORD && !s.readsHigh;
    return high ? value >> 8 : value & 0xff;
  }

  write(value: number, now: number): void {
    const s = this.s;
    if (s.access === LOW) {
      this.#load(value, now);
    } else if (s.access === HIGH) {
      this.#load(value << 8, now);
    } else if (s.writesHigh) {
      s.writesHigh = false;
      this.#load(s.writeLow | (value << 8), now);
    } else {
      s.writesHigh = true;
      s.writeLow = value;
    }
  }

  setGate(level: boolean, now: number): void {
    const s = this.s;
    if (level === s.gate) {
      return;
    }
    s.gate = level;
    if (s.mode === 1 || s.mode === 5) {
      if (level && s.loaded) {
        s.triggered = true;
        this.#restart(now);
      }
    } else if (!level) {
      s.stoppedAt = this.clocks(now);
    } else if (s.mode === 2 || s.mode === 3) {
      this.#restart(now);
    } else {
      s.start = now - crystal.ticksFor(s.stoppedAt);
      s.stoppedAt = -1;
    }
  }

  #load(raw: number, now: number): void {
    const s = this.s;
    s.count = s.bcd ? fromBcd(raw) || 10000 : raw || 0x10000;
    s.loaded = true;
    if ((s.mode !== 1 && s.mode !== 5) || !s.triggered) {
      this.#restart(now);
      if (!s.gate && s.mode !== 1 && s.mode !== 5) {
        s.stoppedAt = 0;
      }
    }
  }

  #restart(now: number): void {
    this.s.start = now;
    this.s.stoppedAt = -1;
  }
}

/** Saved state of the timer and port 0x61. */
export interface Pit8254State {
  readonly channels: readonly Readonly<ChannelState>[];
  readonly speaker: boolean;
}

/** The timer, its interrupt and port 0x61. */
export class Pit8254 implements Device<Pit8254State> {
  readonly name = 'pit';
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #timer: Timer;
  readonly #channels = [new Channel(true), new Channel(true), new Channel(false)] as const;
  #speaker = false;

  constructor(bus: IoBus, clock: Clock, irq0: IrqLine) {
    this.#clock = clock;
    this.#irq = irq0;
    this.#timer = clock.createTimer('pit.irq0', (deadline) => {
      this.#updateIrq(deadline);
    });
    bus.register({
      name: 'pit',
      first: 0x40,
      count: 4,
      sizes: [1],
      handler: {
        read: (port) => (port === 0x43 ? 0 : this.#channels[port - 0x40]!.read(clock.now())),
        write: (port, value) => {
          this.#write(port - 0x40, value);
        },
      },
    });
    bus.register({
      name: 'pit port 61',
      first: 0x61,
      count: 1,
      sizes: [1],
      handler: {
        read: () => this.#readPort61(),
        write: (_port, value) => {
          this.#speaker = (value & 2) !== 0;
          this.#channels[2].setGate((value & 1) !== 0, clock.now());
        },
      },
    });
    this.reset();
  }

  reset(): void {
    const now = this.#clock.now();
    this.#speaker = false;
    for (const [index, channel] of this.#channels.entries()) {
      channel.s = powerOn(index !== 2, now);
    }
    this.#irq.set(false); // the first edge comes with the first whole period
    this.#schedule(now);
  }

  save(): Pit8254State {
    return { channels: this.#channels.map((channel) => ({ ...channel.s })), speaker: this.#speaker };
  }

  restore(state: Pit8254State): void {
    for (const [index, channel] of this.#channels.entries()) {
      channel.s = { ...state.channels[index]! };
    }
    this.#speaker = state.speaker;
  }

  #write(register: number, value: number): void {
    const now = this.#clock.now();
    if (register < 3) {
      this.#channels[register]!.write(value, now);
    } else if (value >> 6 === 3) {
      this.#readBack(value, now);
      return;
    } else if ((value & 0x30) === 0) {
      this.#channels[value >> 6]!.latch(now);
      return;
    } else {
      register = value >> 6;
      this.#channels[register]!.control(value);
    }
    if (register === 0) {
      this.#updateIrq(now);
    }
  }

  /** Read-back command: 11 /COUNT /STATUS CNT2 CNT1 CNT0 0. */
  #readBack(value: number, now: number): void {
    for (const [index, channel] of this.#channels.entries()) {
      if ((value & (2 << index)) !== 0) {
        if ((value & 0x20) === 0) {
          channel.latch(now);
        }
        if ((value & 0x10) === 0) {
          channel.latchStatus(now);
        }
      }
    }
  }

  #readPort61(): number {
    const now = this.#clock.now();
    const channel = this.#channels[2];
    const refresh = Math.floor(crystal.cyclesIn(now) / REFRESH_CLOCKS) & 1;
    return (
      (channel.s.gate ? 1 : 0) | (this.#speaker ? 2 : 0) | (refresh << 4) | (channel.out(now) ? 0x20 : 0)
    );
  }

  #updateIrq(now: number): void {
    this.#irq.set(this.#channels[0].irqLevel(now));
    this.#schedule(now);
  }

  #schedule(now: number): void {
    const channel = this.#channels[0];
    const next = channel.nextChange(channel.clocks(now));
    if (next === Infinity) {
      this.#timer.cancel();
    } else {
      this.#timer.start(channel.s.start + crystal.ticksFor(next));
    }
  }
}
