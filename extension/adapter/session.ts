/** The debug adapter, most of the extension's code: loaded when the first machine starts, so that VS Code is not kept waiting. */
import type { AdapterHost } from '../../debug-adapter/adapter-host.ts';
import type { ColinuxDebugSession } from '../../debug-adapter/session.ts';

/** Loads the code, once. */
export const loadSession = () => import('../../debug-adapter/session.ts');

/** @param host is made while the adapter is loaded */
export async function createSession(host: Promise<AdapterHost>): Promise<ColinuxDebugSession> {
  const [made, { ColinuxDebugSession: Session }] = await Promise.all([host, loadSession()]);
  return new Session(made);
}
