// A hand on the workbench: opens it in Chromium and does what a person does. The selectors hold for VS Code 1.100 to 1.139.
import { chromium } from 'playwright-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long a command may take to stand in the palette before it is opened anew. */
const PALETTE_MS = 20_000;

export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATIENCE = 120_000; // a busy machine of two cores takes its time

/** What this VS Code says of itself wherever it has no network and is not compiled for the machine. */
const NOISE = /Could not locate the bindings file|ERR_NAME_NOT_RESOLVED|ENOTFOUND/;

/** What lets frames of another site, as the webviews of a pure web VS Code are, have service workers. */
const THIRD_PARTIES = { profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } };

/** What is waited for is that a locator shows nothing. */
export const hidden = (locator) => ({
  waitFor: (options) => locator.first().waitFor({ ...options, state: 'hidden' }),
});

/**
 * Opens `url` and waits for the workbench. Screenshots go to `shots`.
 * @param options.profile an empty folder for Chromium's profile, with which webviews may be of another site
 */
export async function openWorkbench({ executablePath, url, shots, prefix, profile = '' }) {
  mkdirSync(shots, { recursive: true });
  if (profile) {
    mkdirSync(join(profile, 'Default'), { recursive: true });
    writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(THIRD_PARTIES));
  }
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: CHROMIUM_ARGS,
    viewport: { width: 1540, height: 860 },
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const errors = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !NOISE.test(message.text())) errors.push(message.text());
  });
  await page.goto(url, { waitUntil: 'commit', timeout: PATIENCE });
  await page.locator('.monaco-workbench').waitFor();

  const row = (text) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: text });
  /** Opens the list of commands or lines by its key, which is lost while a page that has the keyboard is drawn anew. */
  async function quickInput(key) {
    const input = page.locator('.quick-input-widget input[type=text]');
    await workbench.until(input, () => page.keyboard.press(key));
    return input;
  }

  const workbench = {
    page,
    errors,
    close: () => browser.close(),

    /** Loads the window again in a display language that the server has. @param query `?folder=…` */
    async speak(locale, query) {
      await browser.addCookies([{ name: 'vscode.nls.locale', value: locale, url }]);
      await page.goto(new URL(query, url).href, { waitUntil: 'commit', timeout: PATIENCE });
      await page.locator('.monaco-workbench').waitFor();
    },

    /** A picture of the window, or of a part of it. */
    shot: (name, part) =>
      (part ? page.locator(part) : page).screenshot({ path: join(shots, `${prefix}-${name}.png`) }),

    /** Opens a file by its path in the explorer. */
    async openFile(path) {
      if (!(await page.locator('.explorer-folders-view').isVisible()))
        await page.keyboard.press('Control+Shift+E');
      for (const [index, name] of path.split('/').entries()) {
        const entry = row(name).first();
        await entry.waitFor();
        if (index < path.split('/').length - 1)
          await workbench.until(row(path.split('/')[index + 1]).first(), async () => {
            if ((await entry.getAttribute('aria-expanded')) !== 'true') await entry.click();
          });
        else
          // Rows move when files come and go: a click may open another one.
          await workbench.until(page.locator('.tab.active', { hasText: name }), () => entry.dblclick());
      }
      // The tab comes first: until the text is there too, keys go to the file before.
      const name = path.split('/').at(-1);
      await page.locator(`.editor-instance .monaco-editor[data-uri$="/${name}"]`).first().waitFor();
    },

    /** Puts the cursor on a line of the open file. */
    async goToLine(line) {
      // Nothing comes of the line while the editor has no text yet.
      await page.locator('.editor-instance .view-line').first().waitFor();
      const input = await quickInput('Control+G');
      await input.fill(`:${line}`);
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    },

    /** F9 until the red dot is there: right after the start the key is not bound yet. */
    async setBreakpoint(line) {
      const dot = page.locator(
        '.glyph-margin-widgets .codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified',
      );
      for (let tries = 0; tries < 60 && (await dot.count()) === 0; tries++) {
        await workbench.goToLine(line);
        await page.keyboard.press('F9');
        await page.waitForTimeout(500);
      }
      await dot.first().waitFor();
    },

    /** Makes the side bar wider by `pixels`, so that nothing in it is cut off. */
    async widenSideBar(pixels) {
      const bar = await page.locator('.part.sidebar').boundingBox();
      const [x, y] = [bar.x + bar.width, bar.y + bar.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + pixels, y, { steps: 5 });
      await page.mouse.up();
    },

    /** Opens the palette with a text in it. */
    async palette(text) {
      const input = await quickInput('F1');
      await input.fill(`>${text}`);
    },

    /** Runs a command of the palette, by a click on its row: Enter may take a row of a list that still changes. */
    async command(name) {
      const label = page.locator('.quick-input-list .label-name').getByText(name, { exact: true });
      // The list has what was possible when it opened: a command of a machine that has just stopped may come later.
      for (let tries = 0; tries < 6; tries++) {
        await workbench.palette(name);
        const there = await label
          .first()
          .waitFor({ timeout: PALETTE_MS })
          .then(
            () => true,
            () => false,
          );
        if (there) break;
        await page.keyboard.press('Escape');
      }
      await label.first().waitFor();
      await workbench.until(hidden(label), async () => {
        if (await label.first().isVisible()) await label.first().click();
      });
    },

    /** Closes the editor in front. Its key does nothing while a terminal has the keyboard. */
    closeEditor: () => workbench.command('View: Close Editor'),

    /** Unfolds a row of a tree. A key can be lost while rows move, so it is tried again. */
    async expand(locator) {
      await locator.waitFor();
      for (let tries = 0; tries < 10 && (await locator.getAttribute('aria-expanded')) === 'false'; tries++) {
        await locator.click();
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(500);
      }
    },

    /**
     * Does something until what should come of it is there: a click is lost on a row that is drawn anew, and a command before its time.
     * @param wanted a locator, or what `hidden()` gives
     */
    async until(wanted, act) {
      for (let tries = 1; ; tries++) {
        try {
          await act();
          await wanted.waitFor({ timeout: 10_000 });
          return;
        } catch (error) {
          if (tries === 3) throw error;
        }
      }
    },

    /** Waits until the yellow line is on `line`, and gives its text. */
    async stoppedAt(line) {
      await page.locator('.debug-top-stack-frame-line').first().waitFor();
      await page.waitForFunction((wanted) => {
        const mark = document.querySelector('.debug-top-stack-frame-line');
        const top = mark?.getBoundingClientRect().top;
        const number = [...document.querySelectorAll('.margin-view-overlays .line-numbers')].find(
          (element) => top !== undefined && Math.abs(element.getBoundingClientRect().top - top) < 3,
        );
        return Number(number?.textContent) === wanted;
      }, line);
    },

    /** Ticks or unticks a filter of the Breakpoints view, which may have to be scrolled to. */
    async tickFilter(label) {
      const list = page.locator('.debug-breakpoints');
      const row = list.locator('.monaco-list-row', { hasText: label });
      await list.hover();
      for (let n = 0; n < 20 && (await row.count()) === 0; n++) {
        await page.mouse.wheel(0, 60);
        await page.waitForTimeout(100);
      }
      const box = row.getByRole('checkbox').first();
      const before = await box.isChecked();
      for (let tries = 0; tries < 5 && (await box.isChecked()) === before; tries++) {
        // The row may be cut off at the lower edge; its keyboard toggle works wherever it is.
        await page.mouse.wheel(0, 60);
        await page.waitForTimeout(200);
        await row.click({ position: { x: 120, y: 8 } });
        await page.keyboard.press('Space');
        await page.waitForTimeout(300);
      }
      if ((await box.isChecked()) === before) throw new Error(`"${label}" cannot be ticked`);
    },

    /** Folds the Watch section, so that the call stack has room for two kernels. */
    async foldWatch() {
      const header = page.locator('.pane-header', { hasText: 'Watch' }).first();
      await header.waitFor();
      if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
    },

    /** Takes an entry of the menu of a row. */
    async contextMenu(row, text) {
      const item = page.locator('.context-view .action-label', { hasText: text }).first();
      await workbench.until(item, () => row.click({ button: 'right' }));
      await page.waitForTimeout(400); // a click right behind the opening is ignored
      await item.hover();
      await page.keyboard.press('Enter');
      await item.waitFor({ state: 'hidden' });
    },

    /** Selects a frame of a thread. */
    async selectFrame(thread, name) {
      const rows = page.locator('.debug-call-stack .monaco-list-row');
      const frame = rows.filter({ hasText: name }).first();
      // The list shows where the program stopped, and has no rows for what is scrolled away.
      for (let tries = 0; tries < 10; tries++) {
        await page.locator('.debug-call-stack .monaco-list').hover();
        await page.mouse.wheel(0, -10_000);
        await page.waitForTimeout(800); // rows move while stacks arrive
        await workbench.expand(rows.filter({ hasText: thread }).first());
        if ((await frame.count()) === 0) continue;
        const clicked = await frame.click({ timeout: 3000 }).then(
          () => true,
          () => false,
        );
        if (clicked) return;
      }
      throw new Error(
        `the call stack shows no frame ${name}: ${JSON.stringify(await workbench.callStack())}`,
      );
    },

    /** F11 until the top frame is in `name`: arguments that are calls come first. */
    async stepIn(name) {
      const top = page.locator('.debug-call-stack .stack-frame').first();
      for (let tries = 0; tries < 6; tries++) {
        const before = await top.innerText();
        await page.keyboard.press('F11');
        // A step that stays on its line changes nothing, and is the last one that is waited for.
        const moved = await page
          .waitForFunction(
            (old) => {
              const text = document.querySelector('.debug-call-stack .stack-frame')?.innerText;
              return text !== undefined && text !== old;
            },
            before,
            { timeout: 10_000 },
          )
          .then(
            () => true,
            () => false,
          );
        // Another thread may have been unfolded above the one that steps.
        const frames = await page.locator('.debug-call-stack .stack-frame').allInnerTexts();
        if (frames.some((text) => text.startsWith(name))) return;
        if (!moved) break;
      }
      throw new Error(`stepping in does not reach ${name}, the top frame is ${await top.innerText()}`);
    },

    /** Waits until a line of the editor with `word` has more than one colour. */
    coloured: (word) =>
      page.waitForFunction((text) => {
        const line = [...document.querySelectorAll('.view-line')].find((element) =>
          element.textContent.includes(text),
        );
        return (
          line && new Set([...line.querySelectorAll('span span')].map((span) => span.className)).size > 1
        );
      }, word),

    /** Follows a link of the terminal in front, as a hand does: the pointer rests on it until it is underlined. */
    async followLink(text, wanted) {
      const word = page.locator('.terminal-wrapper.active .xterm-rows span', { hasText: text }).last();
      await workbench.until(wanted, async () => {
        const box = await word.boundingBox();
        if (!box) throw new Error(`"${text}" is drawn anew in the terminal.`);
        const { x, y, height } = box;
        await page.mouse.move(x + 4, y + height / 2);
        await page.mouse.move(x + 40, y + height / 2, { steps: 4 });
        await page.waitForTimeout(800);
        await page.keyboard.down('Control');
        await page.mouse.click(x + 40, y + height / 2);
        await page.keyboard.up('Control');
      });
    },

    /** What a person would tell of the window when something went wrong. */
    seen: async () => ({
      'call stack': await workbench.callStack(),
      'a debug toolbar': await page.locator('.debug-toolbar').isVisible(),
      notifications: await page.locator('.notification-list-item').allInnerTexts(),
      dialogs: await page.locator('.monaco-dialog-box').allInnerTexts(),
      'quick input': await page.locator('.quick-input-widget:visible').allInnerTexts(),
      editors: await page.locator('.tabs-container .tab').allInnerTexts(),
      'terminals in front': (await page.locator('.terminal-wrapper.active .xterm-rows').allInnerTexts()).map(
        (text) => text.trimEnd().split('\n').slice(-8),
      ),
    }),

    /** Puts the window in order when a step failed anywhere: it is loaded again, without sessions, editors and messages. */
    async tidy() {
      await page.goto(url, { waitUntil: 'commit', timeout: PATIENCE });
      await page.locator('.monaco-workbench').waitFor();
      await page.waitForTimeout(3000); // a session that is attached comes back
      await page.keyboard.press('Escape');
      if (await page.locator('.debug-toolbar').isVisible()) await workbench.command('Debug: Stop');
      await workbench.command('View: Close All Editors');
      await workbench.command('Notifications: Clear All Notifications');
    },

    dialog: (text) => page.locator('.monaco-dialog-box', { hasText: text }).first(),
    callStack: () => page.locator('.debug-call-stack .monaco-list-row').allInnerTexts(),
    variable: (name) =>
      page
        .locator('.debug-variables .monaco-list-row, .debug-view-content .monaco-list-row', { hasText: name })
        .first(),
    statusBar: (text) => page.locator('.statusbar-item', { hasText: text }).first(),
    terminalRow: (text) => page.locator('.terminal-wrapper.active .xterm-rows', { hasText: text }),
  };
  return workbench;
}
