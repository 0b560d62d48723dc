/**
 * The record of entries into handlers and gates and of returns from them: always on, the last 65,536 of them.
 *
 * One transition is a row of words in a ring, so that keeping it costs a few stores. It lies in the machine's memory: the short way between
 * rings (`core/cpu/rings`) writes it too. Call stacks are unwound across handlers with it, and a user reads it as the history of rings.
 */
import { kindNumber } from '../cpu/rings/rings.ts';
import { CPL, CR2, CR3, CS, EIP, ESP, SS, V86, type Views } from '../cpu/state.ts';
import {
  TRANSITION_ROW_SIZE,
  TRANSITION_ROWS,
  TRANSITION_ROWS_BASE,
  TRANSITIONS_BASE,
  TransitionsHead,
} from '../memory/layout.ts';
import type { TransitionKind, TransitionRecord } from '../protocol/debug-protocol.ts';
import {
  FROM_MODE,
  type PackedTransitions,
  rowsOf,
  TO_MODE,
  TransitionWord,
  unpackTransitions,
} from '../protocol/packed-records.ts';

const ROW = TRANSITION_ROW_SIZE / 4;
const LAST_ROW = (TRANSITION_ROWS - 1) * TRANSITION_ROW_SIZE;

export interface Transitions {
  /** Notes the place that a transition would begin at. @returns the ring there */
  begin(): number;
  /** It has happened: keeps it. @returns the ring that it led to */
  end(kind: TransitionKind, vector: number, errorCode: number): number;
  /** How many there were so far: the sequence number of the next one. */
  readonly count: () => number;
  /** At most `most` records from sequence number `first` on, or what is left of them. */
  since(first: number, most: number): TransitionRecord[];
  /** The same as rows of numbers. */
  packed(first: number, most: number): PackedTransitions;
  /** The last one. */
  last(): TransitionRecord | undefined;
  /** Whether the processor is to tell of each by `CpuEvents`, which is slower than keeping it. */
  tell(wanted: boolean): void;
}

export function createTransitions(
  { state, reg32, segSel, mem }: Views,
  retired: () => number,
  owner: () => number,
): Transitions {
  const { buffer } = mem;
  const rows = new Int32Array(buffer, TRANSITION_ROWS_BASE, TRANSITION_ROWS * ROW);
  const times = new Float64Array(buffer, TRANSITION_ROWS_BASE, (TRANSITION_ROWS * ROW) / 2);
  const count = new Float64Array(buffer, TRANSITIONS_BASE + TransitionsHead.Count, 1);
  const next = new Int32Array(buffer, TRANSITIONS_BASE + TransitionsHead.Next, 1);
  const told = new Int32Array(buffer, TRANSITIONS_BASE + TransitionsHead.Told, 1);
  /** A place and its mode, before it is known whether there will be a row. */
  const before = new Int32Array(5);

  function place(to: Int32Array, at: number): number {
    to[at] = segSel[CS];
    to[at + 1] = state[EIP];
    to[at + 2] = segSel[SS];
    to[at + 3] = reg32[ESP];
    return state[CPL] | (state[V86] !== 0 ? 4 : 0);
  }
  const packed = (first: number, most: number) => rowsOf(rows, ROW, count[0], first, most);
  const since = (first: number, most: number) => unpackTransitions(packed(first, most));

  return {
    begin() {
      before[4] = place(before, 0);
      return state[CPL];
    },
    end(kind, vector, errorCode) {
      const at = next[0] / 4;
      next[0] = (next[0] + TRANSITION_ROW_SIZE) & LAST_ROW;
      count[0]++;
      times[at / 2] = retired();
      rows[at + TransitionWord.Vector] = vector;
      rows[at + TransitionWord.ErrorCode] = errorCode;
      rows[at + TransitionWord.Cr3] = state[CR3];
      rows[at + TransitionWord.Cr2] = state[CR2];
      rows[at + TransitionWord.Owner] = owner();
      for (let word = 0; word < 4; word++) rows[at + TransitionWord.From + word] = before[word];
      const mode = place(rows, at + TransitionWord.To);
      rows[at + TransitionWord.Kind] = kindNumber(kind) | (before[4] << FROM_MODE) | (mode << TO_MODE);
      return state[CPL];
    },
    count: () => count[0],
    since,
    packed,
    last: () => since(count[0] - 1, 1)[0],
    tell(wanted) {
      told[0] = wanted ? 1 : 0;
    },
  };
}
