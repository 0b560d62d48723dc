// The extension in a VS Code that is only a web page (as vscode.dev is): no server runs extensions, the workspace is a
// virtual file system, the views are of another site. Opens a copy of the sample there, presses F5 and looks. Ends with
// "N passed, M failed".
//   node test/vscode/pure-web.mjs
// Needs dist/ (npm run package) and the built sample. Screenshots: out/screenshots/pure-web-*.png.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath } from '../../tools/vscode-host.mjs';
import { ensureWeb } from '../../tools/vscode-web.mjs';
import { lineWith, MAIN, needs, root, sample, settings, shots } from './sample.mjs';
import { QUIET, startWebServer } from './server.mjs';
import { attempts, finish, stepRunner } from './steps.mjs';
import { viewSteps } from './views.mjs';
import { openWorkbench } from './workbench.mjs';

const breakpoint = lineWith('primes = count_primes(PRIME_LIMIT);');
const after = lineWith('printk("arithmetic');

/** VS Code itself changes these at its first start, in the user's settings, and complains when the workspace has them. */
const NOT_OF_A_WORKSPACE = ['extensions.autoUpdate', 'extensions.autoCheckUpdates'];

/** A copy of the sample. A web page has no file of user settings: they are those of the workspace. */
function copySample(folder) {
  const entries = Object.entries({ ...QUIET, ...settings });
  const ours = Object.fromEntries(entries.filter(([key]) => !NOT_OF_A_WORKSPACE.includes(key)));
  cpSync(sample, folder, { recursive: true });
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify(ours, null, 2));
}

async function scenario(tally, { url, profile }) {
  let workbench;
  const step = stepRunner(tally, 'pure web', () => workbench);
  await step('the workbench opens on a virtual file system', async () => {
    workbench = await openWorkbench({
      executablePath: chromiumPath(),
      url,
      shots,
      prefix: 'pure-web',
      profile,
    });
    await workbench.openFile(MAIN);
    await workbench.page.locator('.view-lines .view-line').first().waitFor();
  });
  try {
    await debugSteps(workbench, step);
  } finally {
    await workbench?.close();
  }
}

async function debugSteps(workbench, step) {
  await step('F9 sets a breakpoint in kmain', () => workbench.setBreakpoint(breakpoint));
  await step('F5 without launch.json stops at the breakpoint', async () => {
    await workbench.widenSideBar(70);
    const pressed = Date.now();
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    await workbench.stoppedAt(breakpoint);
    return `${Date.now() - pressed} ms from the key to the yellow line`;
  });
  await step('translations are compiled in a thread of their own', async () => {
    const workers = () => workbench.page.workers();
    const names = await Promise.all(
      workers().map((worker) => worker.evaluate(() => self.name).catch(() => 'one that has ended')),
    );
    if (!names.includes('coLinux compiler')) throw new Error(`There are only ${names.join(', ')}.`);
  });
  await step('a local variable has its value', async () => {
    const { page } = workbench;
    await workbench.foldWatch();
    await workbench.expand(page.locator('.debug-variables .monaco-list-row', { hasText: 'Locals' }).first());
    const text = (await workbench.variable('megabytes').innerText()).replace(/\s+/g, ' ');
    if (!/megabytes\s*[:=]\s*16\b/.test(text)) throw new Error(`expected "megabytes = 16", found "${text}"`);
    return text;
  });
  await step('the console terminal shows what the guest printed', async () => {
    await workbench.terminalRow('Hello from a cooperative guest kernel!').waitFor();
    await workbench.shot('stopped-at-breakpoint');
  });
  await step('F10 steps over a call', async () => {
    await workbench.page.keyboard.press('F10');
    await workbench.stoppedAt(after);
    await workbench.variable('primes').filter({ hasText: '25' }).waitFor();
    await workbench.shot('stepped-over');
  });
  await viewSteps(workbench, step);
  await step('a frame of the host kernel shows its source', async () => {
    await workbench.selectFrame(/host kernel/, 'monitor_run');
    await workbench.page.locator('.tab.active', { hasText: 'monitor.c' }).waitFor();
    await workbench.page
      .locator('.debug-focused-stack-frame-line, .debug-top-stack-frame-line')
      .first()
      .waitFor();
    await workbench.shot('host-frame');
  });
  await step('F5 continues to the end of the guest', async () => {
    await workbench.page.keyboard.press('F5');
    await workbench.terminalRow('goodbye').waitFor();
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.shot('ended');
  });
  await step('what was translated is kept in the storage of the page', async () => {
    const kept = await workbench.page.evaluate(async () => {
      const names = [];
      for (const { name } of await indexedDB.databases()) {
        const opened = indexedDB.open(name);
        const database = await new Promise((resolve, reject) => {
          opened.onsuccess = () => resolve(opened.result);
          opened.onerror = () => reject(opened.error);
        });
        for (const store of database.objectStoreNames) {
          const keys = database.transaction(store).objectStore(store).getAllKeys();
          names.push(...(await new Promise((resolve) => (keys.onsuccess = () => resolve(keys.result)))));
        }
        database.close();
      }
      return names.map(String).filter((name) => /regions\/regions-[0-9a-f]+$/.test(name));
    });
    if (kept.length === 0) throw new Error('There is nothing.');
    return kept.join(', ');
  });
  await step('no error message is left over', async () => {
    const messages = await workbench.page
      .locator('.notification-list-item:has(.codicon-error)')
      .allInnerTexts();
    if (messages.length > 0) throw new Error(messages.join(' | '));
  });
}

await attempts('pure web', async (tally) => {
  needs(join(root, 'dist/extension.web.cjs'), join(sample, 'build/hello-guest.elf'));
  const temporary = mkdtempSync(join(tmpdir(), 'colinux-pure-web-'));
  let server;
  try {
    const folder = join(temporary, 'hello-guest');
    copySample(folder);
    server = await startWebServer({ web: ensureWeb(), extension: root, folder });
    await scenario(tally, { url: server.url, profile: join(temporary, 'chromium') });
  } finally {
    await server?.stop();
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
});
finish();
