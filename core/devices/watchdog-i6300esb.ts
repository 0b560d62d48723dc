/*
 * Owns the watchdog timer of the Intel 6300ESB I/O controller hub, a PCI function of its own. Two counters run one after
 * the other; when the second has run out too, the board does what it was wired for. The driver starts them anew in time by
 * an unlocking sequence in the reload register. Source: Intel 6300ESB datasheet, 16 (watchdog timer); what a guest can
 * see is as in QEMU's hw/watchdog/wdt_i6300esb.c, where the first counter's interrupt goes nowhere.
 */

import { type Clock, TICKS_PER_SECOND, type Timer } from '../time/clock.ts';
import type { AccessSize, Device } from './device.ts';
import { PciFunction } from './pci/pci-function.ts';

/** Configuration space: control and lock registers. */
const CONTROL = 0x60;
const LOCK = 0x68;

const Control = { InterruptType: 0x11, OneMegahertz: 0x04, OutputOff: 0x20 } as const;
const Lock = { Locked: 0x1, Enabled: 0x2, FreeRunning: 0x4 } as const;

/** Memory registers. */
const PRELOAD_1 = 0x0;
const PRELOAD_2 = 0x4;
const RELOAD = 0xc;

const UNLOCK = [0x80, 0x86];
const RELOAD_NOW = 0x100;
const TIMED_OUT = 0x200;

const PRELOAD_MASK = 0xf_ffff;
const PCI_HZ = 33_000_000;

/** Saved state beside the configuration space. */
export interface WatchdogState {
  readonly preloads: readonly number[];
  /** 0 while it is off. */
  readonly stage: number;
  /** The lock register. */
  readonly lock: number;
  /** How many writes of the unlocking sequence have come. */
  readonly unlocked: number;
  readonly timedOut: boolean;
}

export class WatchdogI6300esb implements Device<WatchdogState> {
  readonly name = 'watchdog';
  readonly pci: PciFunction;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #onTimeout: () => void;
  #preloads = [PRELOAD_MASK, PRELOAD_MASK];
  #stage = 0;
  #lock = 0;
  #unlocked = 0;
  #timedOut = false;

  /** @param onTimeout what the board does when the second counter has run out */
  constructor(clock: Clock, onTimeout: () => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
    this.#timer = clock.createTimer('watchdog', (deadline) => {
      this.#expire(deadline);
    });
    this.pci = new PciFunction(
      this.name,
      {
        vendor: 0x8086,
        device: 0x25ab,
        revision: 0,
        classCode: 0x08_8000,
        subsystemVendor: 0x1af4,
        subsystem: 0x1100,
        interruptPin: 0,
      },
      [
        {
          index: 0,
          kind: 'memory',
          size: 16,
          handler: {
            read: (offset) => (offset === RELOAD && this.#timedOut ? TIMED_OUT : 0),
            write: (offset, value, size) => {
              this.#write(offset, value, size);
            },
          },
        },
      ],
      [
        {
          at: CONTROL,
          values: [0, 0],
          writable: [Control.InterruptType | Control.OneMegahertz | Control.OutputOff, 0],
        },
        { at: LOCK, values: [0], writable: [Lock.Locked | Lock.Enabled | Lock.FreeRunning] },
      ],
    );
    this.pci.hooks = {
      afterWrite: (offset, size) => {
        if (offset <= LOCK && offset + size > LOCK) this.#afterLockWrite();
      },
    };
  }

  /** Its time runs: a machine that waits for nothing else is not waiting for ever. */
  get running(): boolean {
    return this.#timer.pending;
  }

  /** The bus resets the configuration space. */
  reset(): void {
    this.#begin();
    this.#timedOut = false;
  }

  save(): WatchdogState {
    return {
      preloads: [...this.#preloads],
      stage: this.#stage,
      lock: this.#lock,
      unlocked: this.#unlocked,
      timedOut: this.#timedOut,
    };
  }

  restore(state: WatchdogState): void {
    this.#preloads = [...state.preloads];
    this.#stage = state.stage;
    this.#lock = state.lock;
    this.#unlocked = state.unlocked;
    this.#timedOut = state.timedOut;
  }

  /** As after power-on, but for TIMED_OUT. */
  #begin(): void {
    this.#timer.cancel();
    this.#preloads = [PRELOAD_MASK, PRELOAD_MASK];
    this.#stage = 0;
    this.#unlocked = 0;
    this.#lock = 0;
    this.pci.poke(CONTROL, 0);
    this.pci.poke(LOCK, 0);
  }

  /** Once it is locked, the register stays as it is. */
  #afterLockWrite(): void {
    if ((this.#lock & Lock.Locked) !== 0) {
      this.pci.poke(LOCK, this.#lock);
      return;
    }
    this.#lock = this.pci.peek(LOCK, 1);
    const enabled = (this.#lock & Lock.Enabled) !== 0;
    if (enabled && this.#stage === 0) this.#start(1, this.#clock.now());
    else if (!enabled) this.#stop();
  }

  #write(offset: number, value: number, size: AccessSize): void {
    if (size === 1) return;
    if (this.#unlocked < UNLOCK.length) {
      this.#unlocked = offset === RELOAD && value === UNLOCK[this.#unlocked] ? this.#unlocked + 1 : 0;
      return;
    }
    this.#unlocked = 0;
    if (offset === PRELOAD_1 || offset === PRELOAD_2) {
      this.#preloads[offset / PRELOAD_2] = value & PRELOAD_MASK;
    } else if (offset === RELOAD) {
      if ((value & RELOAD_NOW) !== 0 && this.#stage !== 0) this.#start(1, this.#clock.now());
      if ((value & TIMED_OUT) !== 0) this.#timedOut = false;
    }
  }

  #start(stage: number, now: number): void {
    const shift = (this.pci.peek(CONTROL, 2) & Control.OneMegahertz) !== 0 ? 5 : 15;
    // A counter of 0 has one period to go, so that time passes.
    const cycles = Math.max(1, this.#preloads[stage - 1]!) * 2 ** shift;
    this.#stage = stage;
    this.#timer.start(now + Math.ceil((cycles * TICKS_PER_SECOND) / PCI_HZ));
  }

  #stop(): void {
    this.#stage = 0;
    this.#timer.cancel();
  }

  #expire(now: number): void {
    if (this.#stage === 1) {
      this.#start(2, now);
      return;
    }
    const outputOff = (this.pci.peek(CONTROL, 2) & Control.OutputOff) !== 0;
    if (!outputOff) {
      this.#begin();
      this.#timedOut = true;
      this.#onTimeout();
    } else if ((this.#lock & Lock.FreeRunning) !== 0) {
      this.#start(1, now);
    } else {
      this.#stop();
    }
  }
}
