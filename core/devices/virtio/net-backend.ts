/*
 * Owns what a network card asks of whatever is at the other end of its cable. A backend inside the machine answers at
 * once or by a timer of the machine's clock; what comes from outside enters through the input log
 * (core/machine/outside.ts).
 */

/** The other end of the cable. Frames are Ethernet without checksum, at most 65,550 bytes, and never changed. */
export interface NetBackend {
  /** Called once: how a frame gets to the guest. */
  attach(deliver: (frame: Uint8Array) => void): void;
  /** The guest sends a frame. */
  send(frame: Uint8Array): void;
  /** What it holds beyond its configuration; `null` when that is outside of the machine. */
  save(): unknown;
  restore(state: unknown): void;
}

/** A plug that joins the two ends: every frame comes back. For tests of drivers. */
export function createLoopback(): NetBackend {
  let deliver: (frame: Uint8Array) => void = () => undefined;
  return {
    attach(to) {
      deliver = to;
    },
    send(frame) {
      deliver(frame);
    },
    save: () => null,
    restore: () => undefined,
  };
}
