/**
 * Coroutines as gdb sees them. Each has an address space of its own, so each is a process (an "inferior") with one thread where the
 * client can have several: breakpoints then belong to one of them, and each has its own symbols. Other clients see
 * threads of one process.
 *
 * Numbers begin at 1: process 1, thread 1 is the host. Source: Debugging with gdb, appendix E.2, "thread-id syntax".
 */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';

/** Whom a packet means. */
export type ThreadChoice = CoroutineId | 'any' | 'all';

export const processOf = (coroutine: CoroutineId): number => coroutine + 1;
const hex = (value: number) => value.toString(16);

/** A coroutine in a packet. */
export const threadText = (coroutine: CoroutineId, multiprocess: boolean): string =>
  (multiprocess ? `p${hex(processOf(coroutine))}.` : '') + hex(processOf(coroutine));

/** One part of a thread-id. */
function choice(text: string): ThreadChoice | undefined {
  if (text === '-1') return 'all';
  if (!/^[0-9a-f]{1,8}$/i.test(text)) return undefined;
  const number = parseInt(text, 16);
  return number === 0 ? 'any' : number - 1;
}

/** Reads a thread-id; a process stands for its only thread. Undefined when it is none. */
export function parseThread(text: string): ThreadChoice | undefined {
  const [, process, thread] = /^p(-?[0-9a-f]+)(?:\.(-?[0-9a-f]+))?$/i.exec(text) ?? [];
  if (process === undefined) return choice(text);
  const whole = choice(process);
  if (thread === undefined || choice(thread) === 'all' || choice(thread) === 'any') return whole;
  return whole === choice(thread) ? whole : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (text: string) =>
  text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one).replace(/[^\x20-\x7e]/g, '?');

export interface ThreadRow {
  readonly coroutine: CoroutineId;
  readonly name: string;
  /** What it does, in words. */
  readonly state: string;
}

export const threadsXml = (rows: readonly ThreadRow[], multiprocess: boolean): string =>
  `<?xml version="1.0"?><threads>${rows
    .map(
      ({ coroutine, name, state }) =>
        `<thread id="${threadText(coroutine, multiprocess)}" name="${escapeXml(name)}">${escapeXml(state)}</thread>`,
    )
    .join('')}</threads>`;
