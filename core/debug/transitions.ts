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
import {
  type TransitionKind,
  TRANSITION_KINDS,
  type TransitionPlace,
  type TransitionRecord,
} from '../protocol/debug-protocol.ts';

const ROW = TRANSITION_ROW_SIZE / 4;
const LAST_ROW = (TRANSITION_ROWS - 1) * TRANSITION_ROW_SIZE;
/** Words of a row, behind the time as a double. Two places of 4 words each stand behind. */
const KIND = 2;
const VECTOR = 3;
const ERROR_CODE = 4;
const CR3_WORD = 5;
const CR2_WORD = 6;
const OWNER = 7;
const FROM = 8;
const TO = 12;
/** Words of a place. */
const PLACE = { cs: 0, eip: 1, ss: 2, esp: 3 } as const;
/** In the word of the kind: where the ring of a place stands, with EFLAGS.VM above it. */
const FROM_MODE = 8;
const TO_MODE = 12;

export interface Transitions {
  /** Notes the place that a transition would begin at. @returns the ring there */
  begin(): number;
  /** It has happened: keeps it. @returns the ring that it led to */
  end(kind: TransitionKind, vector: number, errorCode: number): number;
  /** How many there were so far: the sequence number of the next one. */
  readonly count: () => number;
  /** At most `most` records from sequence number `first` on, or what is left of them. */
  since(first: number, most: number): TransitionRecord[];
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
    to[at + PLACE.cs] = segSel[CS];
    to[at + PLACE.eip] = state[EIP];
    to[at + PLACE.ss] = segSel[SS];
    to[at + PLACE.esp] = reg32[ESP];
    return state[CPL] | (state[V86] !== 0 ? 4 : 0);
  }
  const placeOf = (at: number, mode: number): TransitionPlace => ({
    cs: rows[at + PLACE.cs] & 0xffff,
    eip: rows[at + PLACE.eip] >>> 0,
    ss: rows[at + PLACE.ss] & 0xffff,
    esp: rows[at + PLACE.esp] >>> 0,
    ring: mode & 3,
    v86: (mode & 4) !== 0,
  });
  function record(sequence: number): TransitionRecord {
    const at = (sequence % TRANSITION_ROWS) * ROW;
    const kind = rows[at + KIND];
    return {
      sequence,
      instructions: times[at / 2],
      kind: TRANSITION_KINDS[kind & 0xff],
      vector: rows[at + VECTOR],
      errorCode: rows[at + ERROR_CODE],
      from: placeOf(at + FROM, kind >>> FROM_MODE),
      to: placeOf(at + TO, kind >>> TO_MODE),
      cr3: rows[at + CR3_WORD] >>> 0,
      cr2: rows[at + CR2_WORD] >>> 0,
      coroutine: rows[at + OWNER],
    };
  }

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
      rows[at + VECTOR] = vector;
      rows[at + ERROR_CODE] = errorCode;
      rows[at + CR3_WORD] = state[CR3];
      rows[at + CR2_WORD] = state[CR2];
      rows[at + OWNER] = owner();
      for (let word = 0; word < 4; word++) rows[at + FROM + word] = before[word];
      const mode = place(rows, at + TO);
      rows[at + KIND] = kindNumber(kind) | (before[4] << FROM_MODE) | (mode << TO_MODE);
      return state[CPL];
    },
    count: () => count[0],
    since(first, most) {
      const from = Math.max(first, count[0] - TRANSITION_ROWS, 0);
      const length = Math.max(0, Math.min(most, count[0] - from));
      return Array.from({ length }, (_, n) => record(from + n));
    },
    last: () => (count[0] > 0 ? record(count[0] - 1) : undefined),
    tell(wanted) {
      told[0] = wanted ? 1 : 0;
    },
  };
}
