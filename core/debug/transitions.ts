/**
 * The record of entries into handlers and gates and of returns from them: always on, the last 65,536 of them.
 *
 * One transition is a row of words in a ring, so that keeping it costs a few stores. Call stacks are unwound across
 * handlers with it, and a user reads it as the history of rings.
 */
import {
  type TransitionKind,
  TRANSITION_KINDS,
  type TransitionPlace,
  type TransitionRecord,
} from '../protocol/debug-protocol.ts';
import { CPL, CR2, CR3, CS, EIP, ESP, SS, V86, type Views } from '../cpu/state.ts';

/** A power of 2. */
const RECORDS = 0x1_0000;

/** Words of a row. Two places of 5 words each stand behind. */
const KIND = 0;
const VECTOR = 1;
const ERROR_CODE = 2;
const CR3_WORD = 3;
const CR2_WORD = 4;
const OWNER = 5;
const FROM = 6;
const TO = 11;
const ROW = 16;
/** Words of a place; the last one has the ring in bits 0-1 and EFLAGS.VM in bit 2. */
const PLACE = { cs: 0, eip: 1, ss: 2, esp: 3, mode: 4 } as const;

const PLACE_WORDS = 5;
const KIND_NUMBERS = Object.fromEntries(TRANSITION_KINDS.map((kind, n) => [kind, n])) as Readonly<
  Record<TransitionKind, number>
>;

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
}

export function createTransitions(
  { state, reg32, segSel }: Views,
  retired: () => number,
  owner: () => number,
): Transitions {
  const rows = new Int32Array(RECORDS * ROW);
  const times = new Float64Array(RECORDS);
  const before = new Int32Array(PLACE_WORDS);
  let written = 0;

  function place(to: Int32Array, at: number): void {
    to[at + PLACE.cs] = segSel[CS];
    to[at + PLACE.eip] = state[EIP];
    to[at + PLACE.ss] = segSel[SS];
    to[at + PLACE.esp] = reg32[ESP];
    to[at + PLACE.mode] = state[CPL] | (state[V86] !== 0 ? 4 : 0);
  }
  const placeOf = (at: number): TransitionPlace => ({
    cs: rows[at + PLACE.cs] & 0xffff,
    eip: rows[at + PLACE.eip] >>> 0,
    ss: rows[at + PLACE.ss] & 0xffff,
    esp: rows[at + PLACE.esp] >>> 0,
    ring: rows[at + PLACE.mode] & 3,
    v86: (rows[at + PLACE.mode] & 4) !== 0,
  });
  function record(sequence: number): TransitionRecord {
    const slot = sequence % RECORDS;
    const at = slot * ROW;
    return {
      sequence,
      instructions: times[slot],
      kind: TRANSITION_KINDS[rows[at + KIND]],
      vector: rows[at + VECTOR],
      errorCode: rows[at + ERROR_CODE],
      from: placeOf(at + FROM),
      to: placeOf(at + TO),
      cr3: rows[at + CR3_WORD] >>> 0,
      cr2: rows[at + CR2_WORD] >>> 0,
      coroutine: rows[at + OWNER],
    };
  }

  return {
    begin() {
      place(before, 0);
      return state[CPL];
    },
    end(kind, vector, errorCode) {
      const slot = written++ % RECORDS;
      const at = slot * ROW;
      times[slot] = retired();
      rows[at + KIND] = KIND_NUMBERS[kind];
      rows[at + VECTOR] = vector;
      rows[at + ERROR_CODE] = errorCode;
      rows[at + CR3_WORD] = state[CR3];
      rows[at + CR2_WORD] = state[CR2];
      rows[at + OWNER] = owner();
      // Five stores take less time than a call of `set`.
      for (let n = 0; n < PLACE_WORDS; n++) rows[at + FROM + n] = before[n];
      place(rows, at + TO);
      return state[CPL];
    },
    count: () => written,
    since(first, most) {
      const from = Math.max(first, written - RECORDS, 0);
      const count = Math.max(0, Math.min(most, written - from));
      return Array.from({ length: count }, (_, n) => record(from + n));
    },
    last: () => (written > 0 ? record(written - 1) : undefined),
  };
}
