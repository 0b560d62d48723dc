// The extension in a VS Code whose display language is German, as its user there meets it: every view, the debug console, a hover,
// a configuration, the questions and the walkthrough. VS Code itself stays English, for its own words need a language pack of the
// marketplace; the texts of an extension are chosen by the language alone. What the extension has a German text for must not be
// there in English. Part of e2e.mjs.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN, root, sample } from './sample.mjs';
import { showView } from './views.mjs';

const LANGUAGE = 'de';
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
/** Pairs of the English text and the German one. */
const pairsOf = (english, german) => Object.entries(read(english)).map(([key, text]) => [text, german[key]]);
const TEXTS = new Map([
  ...pairsOf('package.nls.json', read('package.nls.de.json')),
  ...pairsOf('l10n/bundle.l10n.json', read(`l10n/bundle.l10n.${LANGUAGE}.json`)),
]);

/** The German text of one that the extension has. @throws Error for one that is not its own, or is the same in both */
function german(english) {
  const text = TEXTS.get(english);
  if (text === undefined || text === english) throw new Error(`"${english}" has no German text of its own`);
  return text;
}

const PLACE = /\{\d+\}/;
const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** English texts that are other words in German; the places of values may have anything. */
const ENGLISH = [...TEXTS]
  .filter(([english, told]) => told !== english && /\p{L}{3}/u.test(english.split(PLACE).join('')))
  .map(([english]) => new RegExp(`^${english.split(PLACE).map(literally).join('.+')}$`, 'su'));

/** Of the debug console: what is typed is the same in every language, whatever else the word means. */
const COMMANDS = new Set(['map', 'write']);

/** Views of the panel: the English name, and a text of each. */
const VIEWS = [
  ['Paging', 'Passage page'],
  ['Rings', 'Entries by vector'],
  ['Switches', 'Operations'],
  ['CPU', 'Registers'],
  ['Memory', 'follow the virtual address'],
  ['Traffic', 'Disks, networks and shared folders of the machine appear here when they are used.'],
];

/** Text that a person sees or hears below some elements: pieces without markup. */
function piecesIn(elements) {
  const texts = new Set();
  const add = (text) => text?.trim() && texts.add(text.trim().replace(/\s+/g, ' '));
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) add(node.textContent);
      else for (const name of ['title', 'aria-label', 'placeholder', 'alt']) add(node.getAttribute(name));
    }
  }
  return [...texts];
}

/** @throws Error when there is nothing to read, or something that should be German */
function judge(where, pieces) {
  if (pieces.length === 0) throw new Error(`${where} shows no text at all`);
  const found = pieces.filter((piece) => ENGLISH.some((english) => english.test(piece)));
  if (found.length > 0) throw new Error(`${where} says in English: ${found.join(' | ')}`);
}

/** Judges all that is below a selector of the window. */
const judgeWindow = async ({ page }, where, selector) =>
  judge(where, await page.locator(selector).evaluateAll(piecesIn));

/** @param context of e2e.mjs; its folder has a breakpoint in kmain */
export async function languageSteps({ step, workbench, folder, breakpoint }) {
  const { page } = workbench;
  const shot = (name, part) => workbench.shot(`german-${name}`, part);

  await step('German: the window speaks it', async () => {
    rmSync(join(folder, '.vscode'), { recursive: true, force: true });
    cpSync(join(sample, 'build'), join(folder, 'build'), { recursive: true });
    await workbench.speak(LANGUAGE, `?folder=${folder}`);
    await workbench.openFile(MAIN);
    await workbench.setBreakpoint(breakpoint);
  });
  await step('German: a stop is told by threads, frames, variables, filters and the status bar', async () => {
    await page.keyboard.press('F5');
    await workbench.stoppedAt(breakpoint);
    const row = (text) => page.locator('.debug-call-stack .monaco-list-row', { hasText: text }).first();
    await row('Hostkernel').waitFor();
    await row('Gast 0 (hello-guest.elf)').waitFor();
    await workbench.statusBar(/Gast 0 · Ring 0/).waitFor();
    await workbench.expand(
      page.locator('.debug-variables .monaco-list-row', { hasText: german('Registers') }).first(),
    );
    await page.waitForTimeout(700);
    await shot('stopped');
    for (const [where, selector] of [
      ['the call stack', '.debug-call-stack .monaco-list-row'],
      ['the variables', '.debug-variables .monaco-list-row'],
      ['the breakpoints', '.debug-breakpoints .monaco-list-row'],
      ['the status bar', '.statusbar-item'],
    ])
      await judgeWindow(workbench, where, selector);
  });
  for (const [view, text] of VIEWS)
    await step(`German: the view ${view} is German`, async () => {
      const frame = await showView(workbench, TEXTS.get(view), german(text));
      await page.waitForTimeout(400);
      await shot(`view-${view.toLowerCase()}`, '.part.panel');
      judge(view, await frame.locator('body').evaluateAll(piecesIn));
    });
  await step('German: devices and kernels are German', async () => {
    const header = (name) => page.locator('.pane-header', { hasText: german(name) }).first();
    await header('Kernels and Tasks').click();
    await header('Devices').click();
    await workbench.expand(page.locator('.monaco-list-row', { hasText: /^pic/ }).first());
    await workbench.expand(page.locator('.monaco-list-row', { hasText: /^master/ }).first());
    await page.locator('.monaco-list-row', { hasText: german('keyboard') }).waitFor();
    await shot('devices');
    await judgeWindow(workbench, 'the trees', '.tree-explorer-viewlet-tree-view .monaco-list-row');
    for (const name of ['Kernels and Tasks', 'Devices']) await header(name).click();
  });
  await step('German: the debug console helps in German', async () => {
    await workbench.command('Debug Console: Focus on Debug Console View');
    await page.locator('.repl-input-wrapper .monaco-editor').click();
    await page.keyboard.type('help');
    await page.keyboard.press('Escape'); // the completions
    await page.keyboard.press('Enter');
    await page.locator('.repl-tree', { hasText: german('the commands of this console') }).waitFor();
    await shot('console');
    const said = await page.locator('.repl-tree .monaco-list-row').evaluateAll(piecesIn);
    judge(
      'the debug console',
      said.filter((piece) => !COMMANDS.has(piece)),
    );
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
  await step('German: a mistake of a configuration is told, and a key explained', async () => {
    writeFileSync(join(folder, 'guest.colinux'), 'kernel=build/hello-guest.elf\nmme=24\nmem=much\n');
    await workbench.openFile('guest.colinux');
    await workbench.command('Problems: Focus on Problems View');
    const problem = page.locator('.markers-panel .monaco-list-row', { hasText: 'Meinten Sie mem=?' });
    await problem.first().waitFor();
    const hover = page.locator('.monaco-hover:visible', { hasText: 'MiB' });
    await workbench.until(hover.first(), async () => {
      await page.mouse.move(5, 5);
      await page
        .locator('.view-line', { hasText: 'mem=much' })
        .getByText('mem', { exact: false })
        .first()
        .hover({
          position: { x: 8, y: 8 },
        });
    });
    await shot('configuration');
    await judgeWindow(workbench, 'the problems', '.markers-panel .monaco-list-row');
    await judgeWindow(workbench, 'the hover', '.monaco-hover:visible .hover-contents');
    await workbench.closeEditor();
    rmSync(join(folder, 'guest.colinux'));
  });
  await step('German: the question for a new guest, and the first steps', async () => {
    await workbench.command(`coLinux: ${german('New Guest Kernel…')}`);
    await page.locator('.quick-input-widget').getByText(german('Create here')).waitFor();
    await shot('new-guest');
    await judgeWindow(workbench, 'the question', '.quick-input-titlebar, .quick-input-action');
    await page.keyboard.press('Escape');
    await workbench.command(`coLinux: ${german('First Steps: Debug Your First Kernel')}`);
    const steps = page.locator('.gettingStartedContainer');
    await steps.getByText(german('Stop in its first function')).click();
    await page.waitForTimeout(700);
    await shot('walkthrough');
    await judgeWindow(workbench, 'the walkthrough', '.gettingStartedSlideDetails');
  });
}
