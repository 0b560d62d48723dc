/** What tests of views share: the pages, a browser, and a session of the sample guest stopped at its end. */
import type { Browser } from 'playwright-core';
import type { SelectedMachine } from '../../extension/views/messages.ts';
import { type Bundle, bundleAdapter } from '../dap/support/bundle.ts';
import { inSample, lineOf, openSession, type Session } from '../dap/support/session.ts';
import { buildPages, openView, startBrowser, type View, type ViewOptions } from './view-page.ts';

export interface Fixture {
  readonly session: Session;
  /** The guest is selected. */
  readonly machine: SelectedMachine;
  open(name: string, options?: ViewOptions): Promise<View>;
  close(): Promise<void>;
}

/** The machine as views are told, with a thread selected. */
export async function selectedMachine(session: Session, threadId: number): Promise<SelectedMachine> {
  const { threads } = (await session.client.threadsRequest()).body;
  const thread = threads.find(({ id }) => id === threadId);
  if (!thread) throw new Error(`there is no thread ${threadId}`);
  const [frame] = await session.stack(threadId);
  return {
    ...{ session: 'a', running: false, changes: 1, threads, thread },
    ...(frame && { frameId: frame.id }),
  };
}

/** @param pages names of the views. @param at text of the line of kernel/main.c to stop at */
export async function startFixture(pages: readonly string[], at = 'goodbye'): Promise<Fixture> {
  const main = inSample('kernel/main.c');
  const [bundle, browser, built]: [Bundle, Browser, Map<string, string>] = await Promise.all([
    bundleAdapter(),
    startBrowser(),
    buildPages(pages),
  ]);
  const session = await openSession(bundle.adapter);
  await session.launch({ breakpoints: [[main, lineOf(main, at)]] });
  await session.stop();
  return {
    session,
    machine: await selectedMachine(session, 2),
    open: (name, options) => openView(browser, built, name, session, options),
    async close() {
      await browser.close();
      await session.close();
      bundle.dispose();
    },
  };
}
