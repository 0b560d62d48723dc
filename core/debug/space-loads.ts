/** The record of CR3 loads, always on: the last 4096, and the values that were loaded lately. */
import type { SpaceRecord } from '../protocol/debug-protocol.ts';

/** A power of 2. */
const RECORDS = 4096;
const LAST = RECORDS - 1;
/** Values remembered. */
const VALUES = 256;
/** A power of 2. */
const PLACES = 64;
/** Words of a row beside its time: EIP, before, value. */
const ROW = 4;
const VALUE = 2;

export interface SpaceLoads {
  note(instructions: number, eip: number, before: number, value: number): void;
  since(first: number, most: number): SpaceRecord[];
  readonly count: () => number;
  /** Values of CR3, the one loaded last at the end. */
  values(): number[];
}

export function createSpaceLoads(): SpaceLoads {
  const times = new Float64Array(RECORDS);
  const rows = new Uint32Array(RECORDS * ROW);
  let written = 0;
  /** The values of the rows before `remembered`, the one loaded last first. */
  let values: ReadonlySet<number> = new Set();
  let remembered = 0;

  /** What the rows since then say. It is not done with each load: kernels switch between the same few spaces. */
  function remember(): void {
    const latest = new Set<number>();
    // Of a few that take turns nothing has to be looked up: the last value of each place, by its page.
    const lately = new Float64Array(PLACES).fill(-1);
    for (let n = written - 1; n >= remembered && latest.size < VALUES; n--) {
      const value = rows[(n & LAST) * ROW + VALUE];
      const place = (value >>> 12) & (PLACES - 1);
      if (lately[place] === value) continue;
      lately[place] = value;
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
      const row = written++ & LAST;
      const at = row * ROW;
      times[row] = instructions;
      rows[at] = eip;
      rows[at + 1] = before;
      rows[at + VALUE] = value;
    },
    since(first, most) {
      const from = Math.max(first, written - RECORDS, 0);
      const count = Math.max(0, Math.min(most, written - from));
      return Array.from({ length: count }, (_, n) => {
        const row = (from + n) % RECORDS;
        const at = row * ROW;
        return {
          sequence: from + n,
          instructions: times[row],
          eip: rows[at],
          before: rows[at + 1],
          value: rows[at + VALUE],
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
