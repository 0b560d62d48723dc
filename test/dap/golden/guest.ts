/** A cooperative guest under the host kernel, which waits for keys: consoles, devices, what views show of two kernels. */
import { inSample, lineOf } from '../support/session.ts';
import { guest as image } from '../support/bundle.ts';
import type { Scribe } from './transcripts.ts';

const MAIN = { path: inSample('kernel/main.c') };
const TIMER = { path: inSample('kernel/timer.c') };
const GUEST = { threadId: 2 };
const stopping = { until: 'stopped' };
const terminal = 'cocon0';

export async function guest({ ask }: Scribe): Promise<void> {
  await ask('initialize', { adapterID: 'colinux', pathFormat: 'path' });
  await ask('launch', { kernel: image, cmdline: 'interactive', devices: { rng: 7 } });
  await ask('setBreakpoints', { source: MAIN, breakpoints: [{ line: lineOf(MAIN.path, 'memory: %u MiB') }] });
  await ask('configurationDone', {}, stopping);
  await ask('threads');
  await ask('stackTrace', { threadId: 1 });
  await ask('stackTrace', GUEST);
  await ask('modules', {});
  await ask('colinux/consoleAttach', { terminal });
  await ask('colinux/consoleAttach', {});
  await ask('colinux/consoleInput', { terminal, data: 'a' });
  await ask('colinux/consoleInput', { terminal });
  await ask('colinux/consoleResize', { terminal, columns: 100, rows: 30 });
  await ask('colinux/consoleResize', { terminal, columns: 0, rows: 30 });
  await ask('colinux/power', { terminal: 'com1', action: 'shutdown' });
  await ask('colinux/stateHash');
  await ask('colinux/switches', { first: 0, most: 2 });
  await ask('colinux/taskState', GUEST);
  await ask('colinux/setTaskField', { ...GUEST, field: 'trap', value: 1 });
  await ask('colinux/tasks');
  await ask('colinux/kernelLog', { threadId: 1 });
  await ask('colinux/devices');
  await ask('colinux/traffic', { first: -2, most: 2 });
  await ask('colinux/traffic', { first: 0, most: -1 });
  await ask('colinux/capture');
  await ask('goto', { threadId: 1, targetId: 9999 });
  await ask('setBreakpoints', { source: MAIN, breakpoints: [] });
  await ask('setBreakpoints', { source: TIMER, breakpoints: [{ line: lineOf(TIMER.path, 'ticks++') }] });
  await ask('continue', GUEST, stopping);
  await ask('setBreakpoints', { source: TIMER, breakpoints: [] });
  await ask('colinux/power', { terminal, action: 'shutdown' });
  await ask('continue', GUEST, { until: 'terminated' });
  await ask('disconnect', {}, { last: true });
}

/** A client that comes to a running machine, presses its NMI button and ends it. */
export async function guestOfDaemon({ ask }: Scribe): Promise<void> {
  await ask('initialize', { adapterID: 'colinux', pathFormat: 'path' });
  await ask('launch', {});
  await ask('attach', {});
  await ask('setBreakpoints', { source: TIMER, breakpoints: [{ line: lineOf(TIMER.path, 'ticks++') }] });
  await ask('configurationDone', {}, stopping);
  await ask('colinux/nmi');
  await ask('terminate', {}, { until: 'terminated', last: true });
}
