/*
 * Owns the real-time clock and CMOS memory at 0x70/0x71. Source: Motorola MC146818A datasheet (registers A-D,
 * update cycle, periodic and alarm interrupts); CMOS contents and quirks as QEMU's hw/rtc/mc146818rtc.c and
 * hw/i386/pc.c. The chip has no time of its own: the wall-clock second of the boot arrives through the input
 * log, and from then on ticks count. A time the guest sets stays inside the machine.
 *
 * The update cycle begins at each full second; UIP is set in the 244 us before it. Interrupt flags whose
 * interrupt is off cost no timer: PF is worked out when register C is read.
 */

import { CrystalRatio } from '../time/ratio.ts';
import { TICKS_PER_SECOND } from '../time/clock.ts';
import { calendarOf, secondsOf } from './calendar.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { Device, IrqLine } from './device.ts';
import type { IoBus } from './io-bus.ts';

/** The input-log channel that carries the wall clock at boot. */
export const RTC_CHANNEL = 'rtc';

/** The payload for {@link RTC_CHANNEL}: whole seconds since 1970 as a little-endian f64. */
export function encodeRtcBase(unixSeconds: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, Math.floor(unixSeconds), true);
  return bytes;
}

const crystal = new CrystalRatio(32768);
/** 8 cycles of 32768 Hz. */
const UPDATE_IN_PROGRESS_TICKS = crystal.ticksFor(8);

const SECONDS = 0x00;
const SECONDS_ALARM = 0x01;
const MINUTES = 0x02;
const MINUTES_ALARM = 0x03;
const HOURS = 0x04;
const HOURS_ALARM = 0x05;
const WEEKDAY = 0x06;
const DAY = 0x07;
const MONTH = 0x08;
const YEAR = 0x09;
const A = 0x0a;
const B = 0x0b;
const C = 0x0c;
const D = 0x0d;
const CENTURY = 0x32;
/** The PS/2's place of the century; the same byte. */
const CENTURY_PS2 = 0x37;

const A_UIP = 0x80;
const B_SET = 0x80;
const B_UIE = 0x10;
const B_SQWE = 0x08;
const B_BINARY = 0x04;
const B_24H = 0x02;
/** Flags of register C; the enable bits of register B are in the same places. */
const PF = 0x40;
const AF = 0x20;
const UF = 0x10;
const IRQF = 0x80;
const SECONDS_PER_DAY = 86_400;

/** Saved state of the clock chip. */
export interface RtcState {
  readonly cmos: Uint8Array;
  readonly index: number;
  readonly baseSeconds: number;
  readonly baseTick: number;
  readonly lastPeriodic: number;
  readonly lastSecond: number;
  readonly nmiMasked: boolean;
}

/** What the firmware has written into CMOS. */
export interface CmosConfiguration {
  /** RAM in bytes, from address 0. */
  readonly ramBytes: number;
}

/** The clock chip and its memory. */
export class RtcMc146818 implements Device<RtcState> {
  readonly name = 'rtc';
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #secondTimer: Timer;
  readonly #periodicTimer: Timer;
  readonly #cmos = new Uint8Array(128);
  #index = 0;
  #nmiMasked = false;
  /** The time at `#baseTick`, while the clock runs. */
  #baseSeconds = 0;
  #baseTick = 0;
  /** The periods of the present rate that had passed when PF was last looked at. */
  #lastPeriodic = 0;
  /** The last second of which UF and AF tell. */
  #lastSecond = 0;

  constructor(bus: IoBus, clock: Clock, irq8: IrqLine, configuration: CmosConfiguration) {
    this.#clock = clock;
    this.#irq = irq8;
    this.#secondTimer = clock.createTimer('rtc.second', (deadline) => {
      this.#passSeconds(deadline);
      this.#scheduleSecond();
    });
    this.#periodicTimer = clock.createTimer('rtc.periodic', (deadline) => {
      this.#raise(PF);
      this.#lastPeriodic = this.#periods(deadline);
      this.#schedulePeriodic(deadline);
    });
    bus.register({
      name: 'rtc',
      first: 0x70,
      count: 2,
      sizes: [1],
      handler: {
        read: (port) => (port === 0x70 ? 0xff : this.#read()),
        write: (port, value) => {
          if (port === 0x70) {
            this.#index = value & 0x7f;
            this.#nmiMasked = (value & 0x80) !== 0;
          } else {
            this.#write(value);
          }
        },
      },
    });
    this.#cmos[A] = 0x26; // 32768 Hz divider on, 1024 Hz rate
    this.#cmos[B] = B_24H;
    this.#cmos[D] = 0x80; // valid RAM and time
    this.#describeMachine(configuration);
    this.#setTime(0, clock.now());
  }

  /** Port 0x70 bit 7: the guest has masked NMI. */
  get nmiMasked(): boolean {
    return this.#nmiMasked;
  }

  /** Takes the payload of {@link RTC_CHANNEL}: it becomes the time of the present tick. Ignores a bad payload. */
  receive(payload: Uint8Array): void {
    if (payload.length === 8) {
      const seconds = new DataView(payload.buffer, payload.byteOffset, 8).getFloat64(0, true);
      if (Number.isSafeInteger(seconds)) {
        this.#setTime(seconds, this.#clock.now());
      }
    }
  }

  /** The chip runs on a battery: only interrupt enables and flags are cleared. */
  reset(): void {
    this.#cmos[B]! &= ~(PF | AF | B_UIE | B_SQWE);
    this.#cmos[C] = 0;
    this.#nmiMasked = false;
    this.#irq.set(false);
    this.#periodicTimer.cancel();
  }

  save(): RtcState {
    return {
      cmos: this.#cmos.slice(),
      index: this.#index,
      baseSeconds: this.#baseSeconds,
      baseTick: this.#baseTick,
      lastPeriodic: this.#lastPeriodic,
      lastSecond: this.#lastSecond,
      nmiMasked: this.#nmiMasked,
    };
  }

  restore(state: RtcState): void {
    this.#cmos.set(state.cmos);
    this.#index = state.index;
    this.#baseSeconds = state.baseSeconds;
    this.#baseTick = state.baseTick;
    this.#lastPeriodic = state.lastPeriodic;
    this.#lastSecond = state.lastSecond;
    this.#nmiMasked = state.nmiMasked;
  }

  /** The bytes that QEMU's pc_cmos_init leaves for the guest. */
  #describeMachine({ ramBytes }: CmosConfiguration): void {
    const cmos = this.#cmos;
    const word = (at: number, value: number): void => {
      cmos[at] = value;
      cmos[at + 1] = value >> 8;
    };
    const extendedKib = Math.min(65535, Math.max(0, Math.floor(ramBytes / 1024) - 1024));
    word(0x15, Math.min(640, Math.floor(ramBytes / 1024)));
    word(0x17, extendedKib);
    word(0x30, extendedKib);
    word(0x34, Math.min(65535, Math.max(0, Math.floor((ramBytes - 0x1000000) / 65536)))); // 64 KiB units over 16 MiB
    cmos[0x14] = 0x06; // equipment: FPU, PS/2 mouse port, no floppy
  }

  get #isRunning(): boolean {
    return (this.#cmos[B]! & B_SET) === 0 && (this.#cmos[A]! & 0x70) <= 0x20;
  }

  #secondsAt(now: number): number {
    return this.#baseSeconds + Math.floor((now - this.#baseTick) / TICKS_PER_SECOND);
  }

  #setTime(seconds: number, startTick: number): void {
    this.#baseSeconds = seconds;
    this.#baseTick = startTick;
    this.#lastSecond = this.#secondsAt(this.#clock.now());
    this.#fillTime(seconds);
    this.#scheduleSecond();
  }

  /** Nobody needs to be woken by a second that cannot interrupt: its flags are set when somebody looks. */
  #scheduleSecond(): void {
    if (this.#isRunning && (this.#cmos[B]! & (UF | AF)) !== 0) {
      const passed = Math.floor((this.#clock.now() - this.#baseTick) / TICKS_PER_SECOND);
      this.#secondTimer.start(this.#baseTick + (passed + 1) * TICKS_PER_SECOND);
    } else {
      this.#secondTimer.cancel();
    }
  }

  /** Sets the flags for the seconds that have passed since the last look. */
  #passSeconds(now: number): void {
    const present = this.#secondsAt(now);
    if (!this.#isRunning || present <= this.#lastSecond) return;
    // An alarm comes at least once a day.
    const first = Math.max(this.#lastSecond + 1, present - SECONDS_PER_DAY + 1);
    for (let second = first; second <= present && (this.#cmos[C]! & AF) === 0; second++)
      if (this.#isAlarm(second)) this.#raise(AF);
    this.#lastSecond = present;
    this.#raise(UF);
  }

  #isAlarm(seconds: number): boolean {
    const time = calendarOf(seconds);
    const cmos = this.#cmos;
    return (
      this.#alarmMatches(cmos[SECONDS_ALARM]!, this.#encode(time.second)) &&
      this.#alarmMatches(cmos[MINUTES_ALARM]!, this.#encode(time.minute)) &&
      this.#alarmMatches(cmos[HOURS_ALARM]!, this.#encodeHour(time.hour))
    );
  }

  /** An alarm byte of 0xc0 to 0xff matches everything. */
  #alarmMatches(alarm: number, encoded: number): boolean {
    return alarm >= 0xc0 || alarm === encoded;
  }

  #raise(flag: number): void {
    this.#cmos[C]! |= flag;
    this.#updateIrq();
  }

  #updateIrq(): void {
    const active = (this.#cmos[B]! & this.#cmos[C]! & (PF | AF | UF)) !== 0;
    this.#cmos[C] = active ? this.#cmos[C]! | IRQF : this.#cmos[C]! & ~IRQF;
    this.#irq.set(active);
  }

  /** The period of the rate in register A in 32768 Hz cycles; 0 when off. */
  get #period(): number {
    const rate = this.#cmos[A]! & 0x0f;
    return rate === 0 || (this.#cmos[A]! & 0x70) > 0x20 ? 0 : rate <= 2 ? 1 << (rate + 6) : 1 << (rate - 1);
  }

  #periods(now: number): number {
    const period = this.#period;
    return period === 0 ? 0 : Math.floor(crystal.cyclesIn(now) / period);
  }

  #schedulePeriodic(now: number): void {
    const period = this.#period;
    if (period === 0 || (this.#cmos[B]! & PF) === 0) {
      this.#periodicTimer.cancel();
    } else {
      this.#periodicTimer.start(crystal.ticksFor((this.#periods(now) + 1) * period));
    }
  }

  #read(): number {
    const now = this.#clock.now();
    const index = this.#index === CENTURY_PS2 ? CENTURY : this.#index;
    if (index === A) {
      const untilUpdate =
        this.#baseTick + (Math.floor((now - this.#baseTick) / TICKS_PER_SECOND) + 1) * TICKS_PER_SECOND - now;
      const updating = this.#isRunning && untilUpdate <= UPDATE_IN_PROGRESS_TICKS;
      return this.#cmos[A]! | (updating ? A_UIP : 0);
    }
    if (index === C) {
      this.#passSeconds(now);
      if (this.#periods(now) > this.#lastPeriodic) {
        this.#cmos[C]! |= PF;
      }
      this.#lastPeriodic = this.#periods(now);
      const flags = this.#cmos[C]!;
      this.#cmos[C] = 0;
      this.#irq.set(false);
      return flags;
    }
    if (isTimeRegister(index) && this.#isRunning) {
      this.#fillTime(this.#secondsAt(now));
    }
    return this.#cmos[index]!;
  }

  #write(value: number): void {
    const now = this.#clock.now();
    const cmos = this.#cmos;
    const index = this.#index === CENTURY_PS2 ? CENTURY : this.#index;
    const wasRunning = this.#isRunning;
    this.#passSeconds(now);
    if (wasRunning && (isTimeRegister(index) || index === A || index === B)) {
      this.#fillTime(this.#secondsAt(now));
    }
    switch (index) {
      case C:
      case D:
        return; // read only
      case A:
        cmos[A] = value & 0x7f;
        this.#lastPeriodic = this.#periods(now);
        if (!wasRunning && this.#isRunning) {
          // The first update follows half a second after the divider leaves reset.
          this.#setTime(this.#readFields(), now - TICKS_PER_SECOND / 2);
        }
        this.#scheduleSecond();
        this.#schedulePeriodic(now);
        return;
      case B:
        cmos[B] = (value & B_SET) !== 0 ? value & ~B_UIE : value;
        if (!wasRunning && this.#isRunning) {
          this.#setTime(this.#readFields(), this.#phase(now));
        } else if (this.#isRunning) {
          this.#fillTime(this.#secondsAt(now)); // the format may have changed
        }
        this.#scheduleSecond();
        this.#schedulePeriodic(now);
        this.#updateIrq();
        return;
      default:
        cmos[index] = value;
        if (isTimeRegister(index) && wasRunning) {
          this.#setTime(this.#readFields(), this.#phase(now));
        }
    }
  }

  /** The tick of the last full second: setting the time does not move the divider. */
  #phase(now: number): number {
    return now - ((now - this.#baseTick) % TICKS_PER_SECOND);
  }

  #encode(value: number): number {
    return (this.#cmos[B]! & B_BINARY) !== 0 ? value : (Math.floor(value / 10) << 4) | (value % 10);
  }

  #decode(value: number): number {
    return (this.#cmos[B]! & B_BINARY) !== 0 ? value : (value >> 4) * 10 + (value & 15);
  }

  #encodeHour(hour: number): number {
    if ((this.#cmos[B]! & B_24H) !== 0) {
      return this.#encode(hour);
    }
    return this.#encode(hour % 12 || 12) | (hour >= 12 ? 0x80 : 0);
  }

  #decodeHour(value: number): number {
    if ((this.#cmos[B]! & B_24H) !== 0) {
      return this.#decode(value);
    }
    return (this.#decode(value & 0x7f) % 12) + ((value & 0x80) !== 0 ? 12 : 0);
  }

  #fillTime(seconds: number): void {
    const time = calendarOf(seconds);
    const cmos = this.#cmos;
    cmos[SECONDS] = this.#encode(time.second);
    cmos[MINUTES] = this.#encode(time.minute);
    cmos[HOURS] = this.#encodeHour(time.hour);
    cmos[WEEKDAY] = this.#encode(time.weekday + 1);
    cmos[DAY] = this.#encode(time.day);
    cmos[MONTH] = this.#encode(time.month);
    cmos[YEAR] = this.#encode(time.year % 100);
    cmos[CENTURY] = this.#encode(Math.floor(time.year / 100));
  }

  #readFields(): number {
    const cmos = this.#cmos;
    return secondsOf({
      second: this.#decode(cmos[SECONDS]!),
      minute: this.#decode(cmos[MINUTES]!),
      hour: this.#decodeHour(cmos[HOURS]!),
      weekday: 0,
      day: this.#decode(cmos[DAY]!),
      month: this.#decode(cmos[MONTH]!),
      year: this.#decode(cmos[YEAR]!) + this.#decode(cmos[CENTURY]!) * 100,
    });
  }
}

function isTimeRegister(index: number): boolean {
  return (
    (index < A && index !== SECONDS_ALARM && index !== MINUTES_ALARM && index !== HOURS_ALARM) ||
    index === CENTURY
  );
}
