/** Which threads of the process come first when there are fewer processors than work. */
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Half of the weight of another thread: enough beside the machine, and among other processes code is still compiled in time. */
const SLIGHTLY_LOWER = 4;

/**
 * Puts all threads that run now behind the one that calls, which must be the main one: they are the engine's, and mostly compile and
 * collect garbage. A machine that has two processors and is busy with new code lost a tenth of its time to them. Threads that are started
 * later are not concerned. Only Linux has priorities of threads; elsewhere, and where it is forbidden, nothing changes.
 */
export function preferMainThread(): void {
  if (process.platform !== 'linux') return;
  try {
    for (const thread of readdirSync('/proc/self/task').map(Number))
      if (thread !== process.pid) setPriority(thread, SLIGHTLY_LOWER);
  } catch {
    // A sandbox without /proc, or one that forbids it.
  }
}
