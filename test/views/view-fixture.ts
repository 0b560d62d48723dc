/** What tests of views share: the pages, a browser, and a session of the sample guest stopped at its end. */
import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import type { SelectedMachine } from '../../extension/views/messages.ts';
import { type Bundle, bundleAdapter } from '../dap/support/bundle.ts';
import {
  inRoot,
  inSample,
  type LaunchOptions,
  lineOf,
  openSession,
  type Session,
} from '../dap/support/session.ts';
import { buildPages, openView, startBrowser, type View, type ViewOptions } from './view-page.ts';

export interface Fixture {
  readonly session: Session;
  /** The guest is selected. */
  readonly machine: SelectedMachine;
  open(name: string, options?: ViewOptions): Promise<View>;
  /** A view that shows the machine. */
  shown(name: string): Promise<View>;
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

/** What is debugged, and where it stops. */
export interface Debugged {
  readonly main: string;
  /** Text of the line of `main`. */
  readonly at: string;
  /** @param file names a file in a folder that goes away */
  options?(file: (name: string) => string): LaunchOptions;
}

const sampleAt = (at: string): Debugged => ({ main: inSample('kernel/main.c'), at });

/** A guest that has used a disk and a network, of which everything comes back. */
export const devicesAtEnd: Debugged = {
  main: inRoot('kernels/tests/device-guest/main.c'),
  at: 'bench();',
  options(file) {
    writeFileSync(file('disk.img'), new Uint8Array(2 << 20));
    return {
      kernel: inRoot('kernels/build/device-guest.elf'),
      cmdline: 'mem=8 cobd0=blk0 eth0=net0 crowd net',
      devices: { disks: [`${file('disk.img')},cow`], networks: ['loopback'] },
    };
  },
};

/** @param pages names of the views. @param at a line of the sample's kernel/main.c, or something else to debug */
export async function startFixture(
  pages: readonly string[],
  at: string | Debugged = 'goodbye',
): Promise<Fixture> {
  const debugged = typeof at === 'string' ? sampleAt(at) : at;
  const { main } = debugged;
  const [bundle, browser, built]: [Bundle, Browser, Map<string, string>] = await Promise.all([
    bundleAdapter(),
    startBrowser(),
    buildPages(pages),
  ]);
  const session = await openSession(bundle.adapter);
  await session.launch({
    ...debugged.options?.((name) => bundle.file(name)),
    breakpoints: [[main, lineOf(main, debugged.at)]],
  });
  await session.stop();
  const machine = await selectedMachine(session, 2);
  const open: Fixture['open'] = (name, options) => openView(browser, built, name, session, options);
  return {
    ...{ session, machine, open },
    async shown(name) {
      const view = await open(name);
      await view.select(machine);
      return view;
    },
    async close() {
      await browser.close();
      await session.close();
      bundle.dispose();
    },
  };
}
