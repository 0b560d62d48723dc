/*
 * Owns the ports to which firmware and CPU tests write their progress: 80h (kernels also write there to wait a
 * moment), 84h and 190h. They have no state and read as ones.
 */

import type { Device } from './device.ts';
import type { IoBus } from './io-bus.ts';

const PORTS = [0x80, 0x84, 0x190];

/** The progress ports. */
export class PostPorts implements Device<null> {
  readonly name = 'post';

  constructor(bus: IoBus, onPost: (port: number, value: number) => void) {
    for (const first of PORTS) {
      bus.register({
        name: `${this.name} ${first.toString(16)}h`,
        first,
        count: 1,
        sizes: [1],
        handler: { read: () => 0xff, write: onPost },
      });
    }
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
