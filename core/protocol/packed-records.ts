/**
 * Records as the rows of numbers that the machine keeps them in: thousands of them cross the border of a thread by one copy of memory,
 * where an object for each would cost the machine more than the instructions that are recorded. Whoever shows them unpacks them.
 */
import { TRANSITION_KINDS, type TransitionPlace, type TransitionRecord } from './debug-protocol.ts';
import type { SwitchRecord } from './machine-protocol.ts';

/** Rows one behind the other. */
export interface PackedRecords<Rows extends Int32Array | Float64Array> {
  /** Sequence number of the first. */
  readonly first: number;
  readonly rows: Rows;
}
export type PackedTransitions = PackedRecords<Int32Array>;
export type PackedSwitches = PackedRecords<Float64Array>;

/** At most `most` rows of a ring from sequence number `first` on, or what is left of them. @param count of all rows that there were */
export function rowsOf<Rows extends Int32Array | Float64Array>(
  ring: Rows,
  size: number,
  count: number,
  first: number,
  most: number,
): PackedRecords<Rows> {
  const kept = ring.length / size;
  const from = Math.max(first, count - kept, 0);
  const length = Math.max(0, Math.min(most, count - from));
  const at = from % kept;
  // The ring may go round within them.
  const before = Math.min(length, kept - at);
  const rows = new (ring.constructor as new (length: number) => Rows)(length * size);
  rows.set(ring.subarray(at * size, (at + before) * size));
  rows.set(ring.subarray(0, (length - before) * size), before * size);
  return { first: from, rows };
}

/** Words of a row of transitions, behind the instructions as a double. Of each place come CS, EIP, SS and ESP. */
export const TransitionWord = {
  Kind: 2,
  Vector: 3,
  ErrorCode: 4,
  Cr3: 5,
  Cr2: 6,
  Owner: 7,
  From: 8,
  To: 12,
  End: 16,
} as const;
/** In the word of the kind: where the ring of a place stands, with EFLAGS.VM above it. */
export const FROM_MODE = 8;
export const TO_MODE = 12;

const placeOf = (rows: Int32Array, at: number, mode: number): TransitionPlace => ({
  cs: rows[at] & 0xffff,
  eip: rows[at + 1] >>> 0,
  ss: rows[at + 2] & 0xffff,
  esp: rows[at + 3] >>> 0,
  ring: mode & 3,
  v86: (mode & 4) !== 0,
});

export function unpackTransitions({ first, rows }: PackedTransitions): TransitionRecord[] {
  const times = new Float64Array(rows.buffer, rows.byteOffset, rows.length / 2);
  return Array.from({ length: rows.length / TransitionWord.End }, (_, n) => {
    const at = n * TransitionWord.End;
    const kind = rows[at + TransitionWord.Kind];
    return {
      sequence: first + n,
      instructions: times[at / 2],
      kind: TRANSITION_KINDS[kind & 0xff],
      vector: rows[at + TransitionWord.Vector],
      errorCode: rows[at + TransitionWord.ErrorCode],
      from: placeOf(rows, at + TransitionWord.From, kind >>> FROM_MODE),
      to: placeOf(rows, at + TransitionWord.To, kind >>> TO_MODE),
      cr3: rows[at + TransitionWord.Cr3] >>> 0,
      cr2: rows[at + TransitionWord.Cr2] >>> 0,
      coroutine: rows[at + TransitionWord.Owner],
    };
  });
}

/** Doubles of a row of switches; the parameters are behind. */
export const SwitchWord = {
  Instructions: 0,
  From: 1,
  To: 2,
  Operation: 3,
  FromCaller: 4,
  ToCaller: 5,
  Parameters: 6,
  End: 10,
} as const;

export function unpackSwitches({ first, rows }: PackedSwitches): SwitchRecord[] {
  return Array.from({ length: rows.length / SwitchWord.End }, (_, n) => {
    const at = n * SwitchWord.End;
    return {
      sequence: first + n,
      instructions: rows[at + SwitchWord.Instructions],
      from: rows[at + SwitchWord.From],
      to: rows[at + SwitchWord.To],
      operation: rows[at + SwitchWord.Operation],
      fromCaller: rows[at + SwitchWord.FromCaller],
      toCaller: rows[at + SwitchWord.ToCaller],
      parameters: [...rows.subarray(at + SwitchWord.Parameters, at + SwitchWord.End)],
    };
  });
}
