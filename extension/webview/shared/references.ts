/** Memory references of the adapter (docs/protocol.md), and who a thread is. */
import { hex } from './number-text.ts';

/** Threads from here on are tasks: 1000 + coroutine * 2^24 + number of the kernel. */
const FIRST_TASK = 1000;

/** The coroutine of a thread: 0 is the host kernel. */
export const coroutineOf = (thread: number): number =>
  thread < FIRST_TASK ? thread - 1 : Math.floor((thread - FIRST_TASK) / 2 ** 24);

/** An address of a coroutine. */
export const referenceTo = (coroutine: number, address: number): string =>
  `${coroutine === 0 ? 'host' : `guest${String(coroutine - 1)}`}:${hex(address)}`;

export const physicalReference = (address: number): string => `physical:${hex(address)}`;
