/**
 * Clients that come to a machine which runs already, and leave it running: the machine of a session that is `served`. What a
 * client has set goes with it.
 */
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import type { SessionContext } from './session-context.ts';

/** A client begins to look at the machine. @throws AdapterError where there is none to attach to, and for one that has a machine */
export function attach(context: SessionContext): void {
  refuseSecond(context);
  if (!context.served || !context.debuggee)
    throw new AdapterError(
      'bad-request',
      say`There is no running machine here to attach to: start one with "colinux daemon --dap PORT", or use the request launch.`,
    );
  context.attached = true;
  context.sources.stale.again();
}

/** A session has one machine, and its client begins once. @throws AdapterError where it has done so */
export function refuseSecond({ attached, launched, served }: SessionContext): void {
  if (attached)
    throw new AdapterError(
      'bad-request',
      say`This session is attached to its machine already: end it before you attach again.`,
    );
  if (launched && !served)
    throw new AdapterError(
      'bad-request',
      say`This session has launched a machine already: start another session.`,
    );
}

/** The client has set its breakpoints: it hears which consoles there are, and where the machine stands if it does. */
export function greet({ debuggee, terminals }: SessionContext): void {
  terminals.announce();
  if (debuggee?.lastStop && !debuggee.running) debuggee.show(debuggee.lastStop);
}

/** The client is gone: the machine goes on, without its breakpoints. @param suspend it stands instead, for who comes next */
export async function detach(context: SessionContext, suspend = false): Promise<void> {
  const { debuggee, breakpoints, dataBreakpoints, catchpoints } = context;
  if (!context.attached || !debuggee) return;
  context.attached = false;
  breakpoints.clear();
  await debuggee.armed.send();
  await dataBreakpoints.set(debuggee, []);
  catchpoints.set([], () => ({}));
  await debuggee.armed.confine(undefined);
  await context.sendCatchpoints();
  if (suspend && debuggee.running) await debuggee.pause();
  if (!suspend && debuggee.standstill() === undefined) debuggee.go(() => debuggee.resume());
}
