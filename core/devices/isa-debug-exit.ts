/*
 * Owns the four ports from 0xF4 by which a test kernel ends the machine: writing v ends it with status
 * (v << 1) | 1, so 0 is never a guest's status. Reads give 0. Source: QEMU's hw/misc/debugexit.c
 * (`-device isa-debug-exit,iobase=0xf4,iosize=4`).
 */

import type { Device } from './device.ts';
import type { IoBus } from './io-bus.ts';

/** The exit device. It has no state. */
export class IsaDebugExit implements Device<null> {
  readonly name = 'debug-exit';

  /** @param onExit receives the exit status; it should stop the CPU after the present instruction. */
  constructor(bus: IoBus, onExit: (status: number) => void) {
    bus.register({
      name: this.name,
      first: 0xf4,
      count: 4,
      sizes: [1, 2, 4],
      handler: {
        read: () => 0,
        write: (_port, value) => {
          onExit(((value << 1) | 1) >>> 0);
        },
      },
    });
  }

  reset(): void {
    // nothing to reset
  }

  save(): null {
    return null;
  }

  restore(): void {
    // nothing to restore
  }
}
