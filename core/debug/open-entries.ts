/**
 * Handlers that were entered and have not come back, as far as memory still shows it: the records of entries whose pushed EIP
 * and CS are where the processor has put them. Call stacks are unwound across them, whatever the handler's code is.
 */
import type { TransitionRecord } from '../protocol/debug-protocol.ts';
import type { Inspector } from '../machine/inspector.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import type { AddressSpace } from './page-walk.ts';
import type { Transitions } from './transitions.ts';

/** How far back entries are looked for, and how many stacks can be that deep. */
const LOOKED_AT = 4096;
export const MAX_ENTRIES = 256;

const RETURNS: ReadonlySet<string> = new Set(['interrupt-return', 'far-return', 'sysexit']);

/** The last entries first. */
export function openEntries(
  transitions: Transitions,
  inspector: Inspector,
  space: AddressSpace,
  coroutine: CoroutineId,
): TransitionRecord[] {
  const count = transitions.count();
  const found = new Map<number, TransitionRecord>();
  const records = transitions.since(Math.max(0, count - LOOKED_AT), LOOKED_AT);
  for (const record of records.reverse()) {
    if (found.size === MAX_ENTRIES) break;
    const { kind, to } = record;
    if (record.coroutine !== coroutine || RETURNS.has(kind) || found.has(to.esp)) continue;
    if (isPushed(inspector, space, record)) found.set(to.esp, record);
  }
  return [...found.values()];
}

/** Does the stack hold what the entry has pushed? SYSENTER and task switches push nothing: they are taken as they are. */
function isPushed(
  inspector: Inspector,
  space: AddressSpace,
  { kind, from, to, errorCode }: TransitionRecord,
): boolean {
  if (kind === 'sysenter' || kind === 'task-switch') return true;
  const at = (to.esp + (errorCode >= 0 && kind !== 'software-interrupt' ? 4 : 0)) >>> 0;
  const bytes = inspector.read(space, at, 8);
  if (bytes.length < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(0, true) === from.eip && view.getUint16(4, true) === from.cs;
}
