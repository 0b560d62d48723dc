/*
 * Owns the few types that every device shares. A device is one file: it takes the bus, the clock and its
 * interrupt line in its constructor, has no globals, knows no host time, and keeps its whole state in what
 * `save` returns.
 */

/** Width of one I/O access in bytes. */
export type AccessSize = 1 | 2 | 4;

/**
 * A device. `S` is its saved state: plain data that structuredClone copies (numbers, strings, booleans, typed
 * arrays, and arrays and objects of these). Running timers are saved by the clock, not by the device.
 */
export interface Device<S = unknown> {
  /** Unique in the machine, for example `com1`. */
  readonly name: string;
  /** The state after power-on or a pulse of the reset line. */
  reset(): void;
  save(): S;
  /** `state` comes from `save` of the same device. Interrupt lines are not driven: every device restores itself. */
  restore(state: S): void;
}

/** One wire into an interrupt controller. Setting the level it has already changes nothing. */
export interface IrqLine {
  set(level: boolean): void;
}

/** Where the machine reports what it cannot do. */
export interface Logger {
  /** Something the guest asked for that this machine does not have, for example `port 0x1234 read 1`. */
  unimplemented(what: string): void;
}
