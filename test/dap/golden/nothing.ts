/** A session without a machine: what is refused then. */
import type { Scribe } from './transcripts.ts';

export async function nothing({ ask }: Scribe): Promise<void> {
  await ask('initialize', { adapterID: 'colinux', linesStartAt1: 'yes' });
  await ask('initialize', { adapterID: 'colinux', pathFormat: 'path' });
  await ask('attach', {});
  await ask('launch', { kernel: '/nowhere/kernel.elf' });
  await ask('launch', { kernel: '/nowhere/kernel.elf', memory: 'much' });
  for (const command of [
    'configurationDone',
    'restart',
    'colinux/nmi',
    'colinux/capture',
    'colinux/coverage',
    'colinux/devices',
    'colinux/tasks',
    'colinux/stateHash',
    'colinux/switches',
    'colinux/startProfile',
  ])
    await ask(command, {});
  await ask('continue', { threadId: 1 });
  await ask('pause', { threadId: 1 });
  await ask('cancel', { requestId: 'all' });
  await ask('terminate', { restart: 'perhaps' });
  await ask('disconnect', { terminateDebuggee: 'perhaps' }, { last: true });
}
