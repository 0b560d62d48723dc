/** Which entries into handlers are still open, by their records and what the stack holds. */
import { describe, expect, it } from 'vitest';
import type { Inspector } from '../machine/inspector.ts';
import type { TransitionKind, TransitionPlace, TransitionRecord } from '../protocol/debug-protocol.ts';
import { openEntries } from './open-entries.ts';
import type { AddressSpace } from './page-walk.ts';
import type { Transitions } from './transitions.ts';

const place = (eip: number, esp: number, more: Partial<TransitionPlace> = {}): TransitionPlace => ({
  ...{ cs: 8, ss: 0x10, ring: 0, v86: false },
  ...{ eip, esp },
  ...more,
});
const record = (
  kind: TransitionKind,
  from: TransitionPlace,
  to: TransitionPlace,
  more: Partial<TransitionRecord> = {},
): TransitionRecord => ({
  ...{ sequence: 0, instructions: 0, vector: 0x20, errorCode: -1, cr3: 0x1000, cr2: 0, coroutine: 0 },
  ...{ kind, from, to },
  ...more,
});

const STACK = 0x9000;

/** @param words at `STACK` */
function open(words: readonly number[], records: readonly TransitionRecord[], isReal = false) {
  const bytes = new Uint8Array(Uint32Array.from(words).buffer);
  const inspector = {
    read: (_space: unknown, at: number, length: number) => bytes.slice(at - STACK, at - STACK + length),
  } as unknown as Inspector;
  const transitions = { count: () => records.length, since: () => [...records] } as unknown as Transitions;
  return openEntries(transitions, inspector, 0 as unknown as AddressSpace, 0, undefined, isReal);
}

describe('an entry into a handler', () => {
  const entry = record('interrupt', place(0x1234, STACK + 12), place(0x5000, STACK));
  const pushed = [0x1234, 8, 0x246];

  it('is open as long as the stack holds what was pushed', () => {
    expect(open(pushed, [entry])).toEqual([entry]);
    expect(open([0x1234, 0, 0x246], [entry])).toEqual([]);
  });

  it('is not when an IRET has taken that from the stack, which leaves it there', () => {
    const back = record('interrupt-return', place(0x5010, STACK), place(0x1234, STACK + 12));
    expect(open(pushed, [entry, back])).toEqual([]);
    expect(open(pushed, [entry, back, entry])).toEqual([entry]);
    // Of another stack, and of one at the same addresses in another space.
    const elsewhere = record('interrupt-return', place(0x5010, STACK + 32), place(0x1234, STACK + 44));
    expect(open(pushed, [entry, elsewhere])).toEqual([entry]);
    expect(open(pushed, [entry, { ...back, cr3: 0x2000 }])).toEqual([entry]);
  });

  it('is not when its IRET has taken the error code off before', () => {
    const fault = record('exception', place(0x1234, STACK + 16), place(0x5000, STACK), { errorCode: 2 });
    const back = record('interrupt-return', place(0x5010, STACK + 4), place(0x1234, STACK + 16));
    expect(open([2, ...pushed], [fault])).toEqual([fault]);
    expect(open([2, ...pushed], [fault, back])).toEqual([]);
  });

  it('goes on where its handler wants of another ring, and only there', () => {
    const user = { cs: 0x1b, ss: 0x23, ring: 3 };
    const call = record('software-interrupt', place(0x1234, 0x7000, user), place(0x5000, STACK));
    expect(open([0x1111, 0x1b, 0x246, 0x7000, 0x23], [call])).toEqual([
      { ...call, changed: place(0x1111, 0x7000, user) },
    ]);
    expect(open([0x1111, 0x1b, 0x246, 0x7004, 0x23], [call])).toEqual([]);
    expect(open([0x1111, 0x1b, 0x2e6, 0x7000, 0x23], [call])).toEqual([]);
    expect(open([0x1111, 8, 0x246], [entry])).toEqual([]);
  });

  it('of virtual-8086 mode goes on on another place of the stack, too', () => {
    const program = { cs: 0x900, ss: 0x700, ring: 3, v86: true };
    const fault = record('exception', place(0xd, 0xff8, program), place(0x5000, STACK), { errorCode: 0 });
    expect(open([0, 0x10, 0x800, 0x2_0002, 0xff2, 0x700], [fault])).toEqual([
      { ...fault, changed: place(0x10, 0xff2, { ...program, cs: 0x800 }) },
    ]);
    expect(open([0, 0x10, 0x800, 2, 0xff2, 0x700], [fault])).toEqual([]);
  });

  it('in real mode has pushed words of 16 bits, and no error code', () => {
    const from = place(0xd, 0x16, { cs: 0x900, ss: STACK / 16 });
    const entered = record('exception', from, place(0x10, 0x10, { cs: 0xf000, ss: STACK / 16 }), {
      errorCode: 0,
    });
    const words = [0, 0, 0, 0, 0x0900_000d, 2];
    expect(open(words, [entered], true)).toEqual([entered]);
    expect(open(words, [entered])).toEqual([]);
    const back = record('interrupt-return', entered.to, from);
    expect(open(words, [entered, back], true)).toEqual([]);
    // At the same offset in another segment.
    const elsewhere = record('interrupt-return', { ...entered.to, ss: 0x1234 }, from);
    expect(open(words, [entered, elsewhere], true)).toEqual([entered]);
  });
});
