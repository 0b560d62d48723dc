/** The debug adapter, most of the extension's code: loaded when the first machine starts, so that VS Code is not kept waiting. */
import type { AdapterHost } from '../../debug-adapter/adapter-host.ts';
import type { ColinuxDebugSession } from '../../debug-adapter/session.ts';

export async function createSession(host: AdapterHost): Promise<ColinuxDebugSession> {
  const { ColinuxDebugSession: Session } = await import('../../debug-adapter/session.ts');
  return new Session(host);
}
