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
  /** The values of the rows before `remembered`, the one loaded last first. */
  let values: ReadonlySet<number> = new Set();
  let remembered = 0;

  /** What the rows since then say. It is not done with each load: kernels switch between the same few spaces. */
  function remember(): void {
    const latest = new Set<number>();
    // Of two that take turns nothing has to be looked up.
    let [one, other] = [-1, -1];
    for (let n = written - 1; n >= remembered && latest.size < VALUES; n--) {
      const value = rows[(n % RECORDS) * ROW + 3];
      if (value === one || value === other) continue;
      other = one;
      one = value;
      latest.add(value);
    }
    for (const value of values) {
      if (latest.size === VALUES) break;
      latest.add(value);
    }
    values = latest;
    remembered = written;
  }

  return {
    note(instructions, eip, before, value) {
      // Before rows are written over.
      if (written - remembered === RECORDS) remember();
      const at = (written++ % RECORDS) * ROW;
      rows[at] = instructions;
      rows[at + 1] = eip;
      rows[at + 2] = before >>> 0;
      rows[at + 3] = value >>> 0;
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
    values() {
      remember();
      return [...values].reverse();
    },
  };
}
