/*
 * Owns the bus and the lines of device tests: an I/O bus whose complaints are collected, and interrupt lines
 * that remember every change.
 */

import { IoBus } from '../devices/io-bus.ts';
import type { IrqLine } from '../devices/device.ts';

/** An I/O bus and what it complained about. */
export interface TestBus {
  readonly bus: IoBus;
  readonly complaints: string[];
  /** Byte write. */
  out(port: number, value: number): void;
  /** Byte read. */
  in(port: number): number;
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
    out: (port, value) => {
      bus.write(port, value, 1);
    },
    in: (port) => bus.read(port, 1),
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
