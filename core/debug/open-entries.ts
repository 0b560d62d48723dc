/**
 * Handlers that were entered and have not come back, as far as memory still shows it: the records of entries whose pushed EIP
 * and CS are where the processor has put them. Call stacks are unwound across them, whatever the handler's code is.
 */
import type { OpenEntry, TransitionPlace, TransitionRecord } from '../protocol/debug-protocol.ts';
import { GDT_BASE, TR } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { Inspector } from '../machine/inspector.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import type { AddressSpace } from './page-walk.ts';
import type { Transitions } from './transitions.ts';

/** The task that the present one has been entered from by a task gate: where it goes on stands in its state. */
export interface LeftTask {
  readonly eip: number;
  readonly cs: number;
}

const TASK_STATE_EIP = 0x20;
const TASK_STATE_CS = 0x4c;

/** By the link of the present task state (SDM vol. 3A, 7.4); whether it counts, the records say. */
export function leftTask({ cpu, inspector }: Machine, space: AddressSpace): LeftTask | undefined {
  const { state, segBase } = cpu.views;
  const read = (address: number, length: number): DataView | undefined => {
    const bytes = inspector.read(space, address >>> 0, length);
    return bytes.length === length ? new DataView(bytes.buffer, bytes.byteOffset, length) : undefined;
  };
  const selector = (read(segBase[TR], 2)?.getUint16(0, true) ?? 0) & 0xfff8;
  const descriptor = selector === 0 ? undefined : read(state[GDT_BASE] + selector, 8);
  if (!descriptor) return undefined;
  const [low, high] = [descriptor.getUint32(0, true), descriptor.getUint32(4, true)];
  const base = (high & 0xff00_0000) | ((high & 0xff) << 16) | (low >>> 16);
  const eip = read(base + TASK_STATE_EIP, 4)?.getUint32(0, true);
  const cs = read(base + TASK_STATE_CS, 2)?.getUint16(0, true);
  return eip === undefined || cs === undefined ? undefined : { eip, cs };
}

/** How far back entries are looked for, and how many stacks can be that deep. */
const LOOKED_AT = 4096;
export const MAX_ENTRIES = 256;

const RETURNS: ReadonlySet<string> = new Set(['interrupt-return', 'far-return', 'sysexit']);

/**
 * The last entries first.
 * @param left nothing of a coroutine that does not have the processor
 * @param isReal the coroutine is in real mode
 */
export function openEntries(
  transitions: Transitions,
  inspector: Inspector,
  space: AddressSpace,
  coroutine: CoroutineId,
  left?: LeftTask,
  isReal = false,
): OpenEntry[] {
  const count = transitions.count();
  const found = new Map<number | string, OpenEntry>();
  /** Where frames have been taken from a stack by IRET, later than what is looked at. */
  const taken = new Set<number>();
  const records = transitions.since(Math.max(0, count - LOOKED_AT), LOOKED_AT);
  for (const record of records.reverse()) {
    if (found.size === MAX_ENTRIES) break;
    const { kind } = record;
    if (record.coroutine !== coroutine) continue;
    if (RETURNS.has(kind)) {
      const { from } = record;
      if (kind === 'interrupt-return')
        taken.add(stackKey(record, isReal || from.v86 ? linearStack(from) : from.esp));
      continue;
    }
    const isSmall = isReal || record.to.v86;
    const at = isSmall ? linearStack(record.to) : pushedAt(record);
    if (taken.size > 0 && taken.delete(stackKey(record, at))) continue;
    const key = isSmall ? at : keyOf(record);
    if (found.has(key)) continue;
    const isLeft = record.from.eip === left?.eip && record.from.cs === left.cs;
    const pushed = isSmall ? isPushedSmall(inspector, space, record) : whatIsPushed(inspector, space, record);
    if (isLeft || pushed === true) found.set(key, record);
    else if (pushed) found.set(key, { ...record, changed: pushed });
  }
  return [...found.values()];
}

/**
 * A later entry on the same place of a stack has taken that of an earlier one. All programs enter by SYSENTER on one stack, and their kernel goes
 * on on others: the last one of each thread counts, which its stack tells.
 */
const keyOf = ({ kind, from, to, cr3 }: TransitionRecord): number | string =>
  kind === 'sysenter' ? `${cr3} ${from.esp}` : to.esp;

/** Where ESP is when an entry's handler is about to return: below EIP, that is above an error code. */
const pushedAt = ({ kind, errorCode, to }: TransitionRecord): number =>
  (to.esp + (errorCode >= 0 && kind !== 'software-interrupt' ? 4 : 0)) >>> 0;
/** Of a place of a stack in an address space: below 2^52, for CR3 has 20 bits of an address. */
const stackKey = ({ cr3 }: TransitionRecord, esp: number): number => (cr3 >>> 12) * 2 ** 32 + (esp >>> 0);

/** Where the stack is in real mode or virtual-8086 mode. */
const linearStack = ({ ss, esp }: TransitionPlace): number => ss * 16 + (esp & 0xffff);

/** The same as `isPushed` in these modes, whose handlers find IP and CS of 16 bits and no error code (SDM vol. 3B, 20.1.4). */
function isPushedSmall(inspector: Inspector, space: AddressSpace, record: TransitionRecord): boolean {
  const bytes = inspector.read(space, linearStack(record.to), 4);
  if (bytes.length < 4) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const { eip, cs } = record.from;
  return view.getUint16(0, true) === (eip & 0xffff) && view.getUint16(2, true) === cs;
}

const VM = 1 << 17;
/** Of EFLAGS: bits that are always 0 or always 1, and those. */
const FIXED = 0xffc0_802a;
const FIXED_VALUE = 2;

/**
 * Does the stack hold what the entry has pushed? SYSENTER and task switches push nothing: they are taken as they are. Handlers change what they
 * go back to, as monitors of virtual-8086 mode do with each instruction that they do for it.
 * @returns where it goes on, if that is not where it was
 */
function whatIsPushed(
  inspector: Inspector,
  space: AddressSpace,
  record: TransitionRecord,
): boolean | TransitionPlace {
  const { kind, from, to } = record;
  if (kind === 'sysenter' || kind === 'task-switch') return true;
  const bytes = inspector.read(space, pushedAt(record), PUSHED);
  if (bytes.length < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [eip, cs] = [view.getUint32(0, true), view.getUint16(4, true)];
  if (eip === from.eip && cs === from.cs) return true;
  // A call gate pushes no EFLAGS, and within a ring nothing tells it from what lay there before.
  if (from.ring === to.ring || kind === 'call-gate' || bytes.length < PUSHED) return false;
  const eflags = view.getUint32(8, true);
  const [esp, ss] = [view.getUint32(12, true), view.getUint16(16, true)];
  const isSameMode = ((eflags & VM) !== 0) === from.v86;
  const isSameStack = ss === from.ss && (from.v86 || (cs === from.cs && esp === from.esp));
  return (eflags & FIXED) >>> 0 === FIXED_VALUE && isSameMode && isSameStack && { ...from, cs, eip, ss, esp };
}

/** Bytes that are pushed of another ring: EIP, CS, EFLAGS, ESP, SS. */
const PUSHED = 20;
