/*
 * Owns port 0xE9, the "Bochs hack": a byte written to it goes to the debug console; it reads as 0xE9, by which
 * a guest knows that it is there. Source: QEMU's hw/char/debugcon.c.
 */

import type { Device } from './device.ts';
import type { IoBus } from './io-bus.ts';

const PORT = 0xe9;

/** The debug console. It has no state. */
export class DebugconE9 implements Device<null> {
  readonly name = 'debugcon';

  constructor(bus: IoBus, onByte: (byte: number) => void) {
    bus.register({
      name: this.name,
      first: PORT,
      count: 1,
      sizes: [1],
      handler: {
        read: () => PORT,
        write: (_port, value) => {
          onByte(value);
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
