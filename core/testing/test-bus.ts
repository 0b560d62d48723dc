/*
 * Owns the bus and the lines of device tests: an I/O bus whose complaints are collected, and interrupt lines
 * that remember every change.
 */

import { IoBus } from '../devices/io-bus.ts';
import type { AccessSize, IrqLine } from '../devices/device.ts';

/** An I/O bus and what it complained about. */
export interface TestBus {
  readonly bus: IoBus;
  readonly complaints: string[];
  /** Writes a byte, or 2 or 4. */
  out(port: number, value: number, size?: AccessSize): void;
  in(port: number, size?: AccessSize): number;
}

export function createTestBus(): TestBus {
  const complaints: string[] = [];
  const bus = new IoBus({
    unimplemented: (what) => {
      complaints.push(what);
    },
  });
  return {
    bus,
    complaints,
    out: (port, value, size = 1) => {
      bus.write(port, value, size);
    },
    in: (port, size = 1) => bus.read(port, size),
  };
}

/** A line that counts its rising edges. */
export class TestLine implements IrqLine {
  level = false;
  edges = 0;

  set(level: boolean): void {
    if (level && !this.level) {
      this.edges++;
    }
    this.level = level;
  }
}
