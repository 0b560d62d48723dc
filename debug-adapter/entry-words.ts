/** What a row of the call stack says between a handler and what it has interrupted, or a kernel and the program that has called it. */
import type { OpenEntry } from '../core/protocol/debug-protocol.ts';
import { joined, say, type Sentence } from '../core/sentences/say.ts';
import { describeCause } from './exceptions.ts';
import { goesOnAt, linearPlace } from './linear-places.ts';
import type { SyncReader } from './memory-cache.ts';
import { hex } from './registers.ts';
import { transitionName } from './transition-words.ts';

/**
 * What lies between a handler and the code it interrupted, in words: by the processor's record of it, else by what is on the
 * stack. `cfa` is the handler's canonical frame address, right behind the EIP, CS and EFLAGS that the CPU has pushed (SDM
 * vol. 3A, 6.12.1).
 */
export function entryText(
  cfa: number | undefined,
  pc: number,
  esp: number | undefined,
  entries: readonly OpenEntry[],
  read: SyncReader,
): Sentence {
  const record = entries.find((entry) => {
    const place = linearPlace(goesOnAt(entry));
    // The kernel may have moved what was pushed to another stack.
    const isHere = cfa !== undefined && Math.abs(cfa - entry.to.esp) <= PUSHED;
    return place.eip === pc && (isHere || (entry.from.ring !== entry.to.ring && place.esp === esp));
  });
  if (record) return recordText(record);
  // The kernel may have gone on on another stack.
  const call = entries.find(({ kind, from }) => kind === 'sysenter' && from.eip === pc);
  if (call) return recordText(call);
  const before = read((pc - 4) >>> 0, 4);
  if (before?.length !== 4 || before[2] !== INT) return say`interrupt or exception at ${hex(pc)}`;
  // Linux's vDSO has INT 80h behind SYSENTER, for processors that have none, and comes back behind it.
  const isSysenter = before[0] === 0x0f && before[1] === 0x34;
  return isSysenter ? say`${'sysenter'} at ${hex(pc - 2)}` : intText(before[3]!, pc);
}

/** @param pc behind INT n */
export const intText = (vector: number, pc: number): Sentence =>
  say`int 0x${vector.toString(16)} at ${hex(pc - 2)}`;

const INT = 0xcd;
/** The vector of INT3, which has one byte. */
const BREAKPOINT = 3;
/** Bytes that an entry pushes at most in protected mode: error code, EIP, CS, EFLAGS, ESP, SS. */
const PUSHED = 24;

/** @param pc the linear address of where it was */
export function recordText(
  { kind, vector, errorCode, cr2, from, to }: OpenEntry,
  pc = linearPlace(from).eip,
): Sentence {
  const what =
    kind === 'exception' ? describeCause({ vector, errorCode, cr2 }) : transitionName(kind, vector);
  // An error code is told with an address of its own; a software interrupt lies before the address it returns to.
  const before = kind === 'software-interrupt' ? (vector === BREAKPOINT ? 1 : 2) : 0;
  const entered = kind === 'exception' && errorCode >= 0 ? what : say`${what} at ${hex(pc - before)}`;
  return from.ring === to.ring ? entered : joined([entered, say`(ring ${from.ring} → ${to.ring})`], ' ');
}
