/** The adapter as the tests of a file use it: bundled before them, gone behind them with every session that they have opened. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Bundle, bundleAdapter } from './bundle.ts';
import { openSession, type Session } from './session.ts';

export interface TestedAdapter {
  readonly bundle: Bundle;
  /** A session that is closed behind the test. */
  open(): Promise<Session>;
  /** A session that all tests of the file use. */
  share(): Promise<Session>;
}

/** To be called where a file begins. */
export function testedAdapter(): TestedAdapter {
  let bundle: Bundle | undefined;
  const opened: Session[] = [];
  const shared: Session[] = [];
  const close = async (sessions: Session[]) => {
    for (const session of sessions.splice(0)) await session.close();
  };
  async function openAmong(sessions: Session[]): Promise<Session> {
    const session = await openSession(built().adapter);
    sessions.push(session);
    return session;
  }
  function built(): Bundle {
    if (!bundle) throw new Error('The adapter is there in hooks and tests only.');
    return bundle;
  }
  beforeAll(async () => {
    bundle = await bundleAdapter();
  });
  afterEach(() => close(opened));
  afterAll(async () => {
    await close(shared);
    bundle?.dispose();
  });
  return {
    get bundle() {
      return built();
    },
    open: () => openAmong(opened),
    share: () => openAmong(shared),
  };
}
