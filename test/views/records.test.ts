/** The views of what has happened, in a browser: rings and switches of a real machine. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SelectedMachine } from '../../extension/views/messages.ts';
import { type Bundle, bundleAdapter } from '../dap/support/bundle.ts';
import { inSample, lineOf, openSession, type Session } from '../dap/support/session.ts';
import { THEMES, type ThemeName } from './themes.ts';
import { accessibilityProblems, buildPages, openView, startBrowser } from './view-page.ts';

let bundle: Bundle;
let session: Session;
let browser: Browser;
let pages: Map<string, string>;
let machine: SelectedMachine;
const main = inSample('kernel/main.c');

beforeAll(async () => {
  [bundle, browser, pages] = await Promise.all([
    bundleAdapter(),
    startBrowser(),
    buildPages(['rings', 'switches']),
  ]);
  session = await openSession(bundle.adapter);
  await session.launch({ breakpoints: [[main, lineOf(main, 'goodbye')]] });
  await session.stop();
  const { threads } = (await session.client.threadsRequest()).body;
  const thread = threads.find(({ id }) => id === 2)!;
  machine = { session: 'a', running: false, changes: 1, threads, thread };
});
afterAll(async () => {
  await browser.close();
  await session.close();
  bundle.dispose();
});

describe.each(['rings', 'switches'])('the view %s', (name) => {
  it.each(Object.keys(THEMES) as ThemeName[])(
    'is accessible and looks well in the theme %s',
    async (theme) => {
      const view = await openView(browser, pages, name, session, { theme });
      await view.select(machine);
      await view.page.locator('.row').first().waitFor();
      await view.page.locator('canvas').click({ position: { x: 500, y: 60 } });
      await view.shot(`${name}-${theme}`);
      expect(await accessibilityProblems(view)).toEqual([]);
      expect(view.errors).toEqual([]);
      await view.close();
    },
  );

  it('says so when there is no machine', async () => {
    const view = await openView(browser, pages, name, session);
    await view.select(undefined);
    await view.page.getByText('No machine is being debugged.').waitFor();
    await view.close();
  });
});
