/** The record of CR3 loads, always on: the last 4096, and the values that were loaded lately. */
import type { SpaceRecord } from '../protocol/debug-protocol.ts';

const RECORDS = 4096;
/** Values remembered. */
const VALUES = 256;
/** Doubles of a row: instructions, EIP, before, value. */
const ROW = 4;

export interface SpaceLoads {
  note(instructions: number, eip: number, before: number, value: number): void;
  since(first: number, most: number): SpaceRecord[];
  readonly count: () => number;
  /** Values of CR3, the one loaded last at the end. */
  values(): number[];
}

export function createSpaceLoads(): SpaceLoads {
  const rows = new Float64Array(RECORDS * ROW);
  let written = 0;
  /** When each value was loaded last. */
  const values = new Map<number, number>();

  function remember(value: number): void {
    values.set(value, written);
    if (values.size <= VALUES) return;
    const [[oldest]] = [...values].sort(([, a], [, b]) => a - b);
    values.delete(oldest);
  }

  return {
    note(instructions, eip, before, value) {
      const at = (written++ % RECORDS) * ROW;
      rows[at] = instructions;
      rows[at + 1] = eip;
      rows[at + 2] = before >>> 0;
      rows[at + 3] = value >>> 0;
      remember(value >>> 0);
    },
    since(first, most) {
      const from = Math.max(first, written - RECORDS, 0);
      const count = Math.max(0, Math.min(most, written - from));
      return Array.from({ length: count }, (_, n) => {
        const at = ((from + n) % RECORDS) * ROW;
        return {
          sequence: from + n,
          instructions: rows[at],
          eip: rows[at + 1],
          before: rows[at + 2],
          value: rows[at + 3],
        };
      });
    },
    count: () => written,
    values: () => [...values].sort(([, a], [, b]) => a - b).map(([value]) => value),
  };
}
