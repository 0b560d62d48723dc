/** Memory references of the adapter (docs/protocol.md), and who a thread is. */
import { hex } from '../../views/number-text.ts';

/** Threads from here on are tasks: 1000 + coroutine * 2^24 + number of the kernel. */
const FIRST_TASK = 1000;

/** The coroutine of a thread: 0 is the host kernel. */
export const coroutineOf = (thread: number): number =>
  thread < FIRST_TASK ? thread - 1 : Math.floor((thread - FIRST_TASK) / 2 ** 24);

/** Has the thread an address space of its own, other than that which its kernel has now? */
export const isTask = (thread: number): boolean => thread >= FIRST_TASK;

/** What stands before addresses of a thread. @param cr3 of its address space */
export function spaceOf(thread: number, cr3: number): string {
  const coroutine = coroutineOf(thread);
  const owner = coroutine === 0 ? 'host' : `guest${String(coroutine - 1)}`;
  return isTask(thread) ? `${owner}@${cr3.toString(16)}` : owner;
}

/** The coroutine's thread that an address with a space before it belongs to; `undefined` without one. */
export function threadOfReference(memoryReference: string): number | undefined {
  const [, owner, guest] = /^(host|guest(\d+))(?:@[0-9a-f]+)?:/i.exec(memoryReference) ?? [];
  if (owner === undefined) return undefined;
  return guest === undefined ? 1 : Number(guest) + 2;
}

/** An address of a coroutine. */
export const referenceTo = (coroutine: number, address: number): string =>
  `${spaceOf(coroutine + 1, 0)}:${hex(address)}`;

export const physicalReference = (address: number): string => `physical:${hex(address)}`;
