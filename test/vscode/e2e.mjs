// The real-VS-Code test: installs the packed extension into a browser VS Code, opens a copy of the sample, presses F5 and
// looks. Once in the Node extension host and once in the web worker extension host, side by side, for each waits much. Ends with "N passed, M failed".
//   node test/vscode/e2e.mjs [--only node|web]
// Needs out/colinux.vsix (npm run package) and the built sample. Screenshots: out/screenshots/.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromiumPath, ensureHost } from '../../tools/vscode-host.mjs';
import { exerciseSteps } from './exercise.mjs';
import { keyboardSteps } from './keyboard.mjs';
import { languageSteps } from './language.mjs';
import { disassemblyStep, testExplorerStep } from './kernels.mjs';
import { reloadSteps } from './reload.mjs';
import { lineWith, MAIN, needs, root, sample, settings, shots } from './sample.mjs';
import { startServer } from './server.mjs';
import { sessionSteps } from './sessions.mjs';
import { attempts, finish, stepRunner } from './steps.mjs';
import { themeSteps, viewSteps } from './views.mjs';
import { openWorkbench } from './workbench.mjs';
import {
  attachStep,
  configurationSteps,
  newGuestStep,
  rebuildStep,
  taskSteps,
  walkthroughStep,
} from './workflow.mjs';

const vsix = join(root, 'out/colinux.vsix');
const ASSEMBLY = 'kernel/user.S';
const assemblyLine = lineWith(/\biret/, ASSEMBLY);

/**
 * Gives what writes a launch.json with one configuration, the sample with some options, or takes it away. VS Code sees a file late that
 * others write, and F5 takes what it has seen: each configuration has a name of its own, and is waited for until the status bar has it.
 */
function launchWriter(folder, workbench) {
  let written = 0;
  return async (options) => {
    if (!options) {
      rmSync(join(folder, '.vscode'), { recursive: true, force: true });
      await workbench.statusBar(`test ${written}`).waitFor({ state: 'hidden' });
      return;
    }
    const name = `test ${++written}`;
    const configurations = [{ type: 'colinux', request: 'launch', name, ...options }];
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations }));
    await workbench.statusBar(name).waitFor();
  };
}

const hosts = {
  node: {},
  web: { 'remote.extensionKind': { 'colinux.colinux': ['web'] } },
};

async function scenario(tally, kind, executablePath) {
  const folder = mkdtempSync(join(tmpdir(), 'hello-guest-'));
  cpSync(sample, folder, { recursive: true });
  const server = await startServer({ host: ensureHost(), vsix, settings: { ...settings, ...hosts[kind] } });
  let workbench;
  const step = stepRunner(tally, `${kind} extension host`, () => workbench);
  const breakpoint = lineWith('primes = count_primes(PRIME_LIMIT);');
  const after = lineWith('printk("arithmetic');
  let pressed = 0;
  let writeLaunch;
  /** What every part finds: the sample open, with a breakpoint in kmain, and no session. */
  const part = () =>
    step.part(async () => {
      await workbench.openFile(MAIN);
      await workbench.setBreakpoint(breakpoint);
    });
  try {
    await step('the workbench opens on the sample', async () => {
      workbench = await openWorkbench({
        executablePath,
        url: `${server.url}?folder=${folder}`,
        shots,
        prefix: kind,
      });
      writeLaunch = launchWriter(folder, workbench);
      await workbench.openFile(MAIN);
      await workbench.page.locator('.view-lines .view-line').first().waitFor();
    });
    await step('F9 sets a breakpoint in kmain', async () => {
      await workbench.setBreakpoint(breakpoint);
    });
    await step('F5 without launch.json stops at the breakpoint', async () => {
      await workbench.widenSideBar(70);
      pressed = Date.now();
      await workbench.page.keyboard.press('F5');
      await workbench.page.locator('.debug-toolbar').waitFor();
      await workbench.stoppedAt(breakpoint);
      return `${Date.now() - pressed} ms from the key to the yellow line`;
    });
    await step('the stack of the thread that has stopped is unfolded, the first time too', async () => {
      const { page } = workbench;
      await page
        .locator('.debug-call-stack .monaco-list-row[aria-expanded="true"]', { hasText: 'guest' })
        .waitFor();
      await page.locator('.debug-call-stack .stack-frame', { hasText: 'kmain' }).first().waitFor();
      // The keyboard stays in the text.
      await page
        .locator('.editor-instance .native-edit-context:focus, .editor-instance textarea:focus')
        .waitFor({ state: 'attached' });
    });
    await step('the call stack shows the host kernel and the guest', async () => {
      await workbench.foldWatch();
      await workbench.expand(
        workbench.page.locator('.debug-call-stack .monaco-list-row', { hasText: /guest/i }).first(),
      );
      await workbench.page
        .locator('.debug-call-stack .monaco-list-row', { hasText: 'kmain' })
        .first()
        .waitFor();
      await workbench.page
        .locator('.debug-call-stack .monaco-list-row', { hasText: /host kernel/i })
        .first()
        .waitFor();
      return (await workbench.callStack()).map((row) => row.replace(/\s+/g, ' ')).join(' | ');
    });
    await step('a local variable has its value', async () => {
      await workbench.expand(
        workbench.page.locator('.debug-variables .monaco-list-row', { hasText: 'Locals' }).first(),
      );
      const row = workbench.variable('megabytes');
      await row.waitFor();
      const text = (await row.innerText()).replace(/\s+/g, ' ');
      if (!/megabytes\s*[:=]\s*\d+/.test(text))
        throw new Error(`expected "megabytes = <number>", found "${text}"`);
      return text;
    });
    await step('the console terminal shows what the guest printed', async () => {
      await workbench.terminalRow('Hello from a cooperative guest kernel!').waitFor();
    });
    await step('the status bar names the coroutine and the ring', async () => {
      await workbench.statusBar(/guest 0 · ring 0/).waitFor();
      const text = (await workbench.statusBar(/guest 0 · ring 0/).innerText()).trim();
      await workbench.page.waitForTimeout(700); // the tree of variables comes to rest
      await workbench.shot('stopped-at-breakpoint');
      return text;
    });
    await step('F10 steps over a call', async () => {
      await workbench.page.keyboard.press('F10');
      await workbench.stoppedAt(after);
      await workbench.variable('primes').filter({ hasText: '25' }).waitFor();
      await workbench.page.waitForTimeout(500);
      await workbench.shot('stepped-over');
    });
    await step('F11 steps into a function', async () => {
      const { page } = workbench;
      await workbench.stepIn('printk');
      await page
        .locator('.debug-call-stack .monaco-list-row', { hasText: /^printk/ })
        .first()
        .waitFor();
      await workbench.command('Debug: Step Out');
      await page
        .locator('.debug-call-stack .monaco-list-row', { hasText: /^printk/ })
        .first()
        .waitFor({ state: 'hidden' });
    });
    await viewSteps(workbench, step);
    if (kind === 'node') {
      await keyboardSteps(workbench, step);
      await themeSteps(workbench, step);
    }
    await step('a frame of the host kernel shows its source', async () => {
      const { page } = workbench;
      await workbench.selectFrame(/host kernel/, 'monitor_run');
      await page.locator('.tab.active', { hasText: 'monitor.c' }).waitFor();
      await page.locator('.debug-focused-stack-frame-line, .debug-top-stack-frame-line').first().waitFor();
      await page.waitForTimeout(700);
      await workbench.shot('host-frame');
    });
    await step('a console that was closed opens again with its text', async () => {
      const { page } = workbench;
      await workbench.command('Terminal: Kill the Active Terminal Instance');
      await workbench.terminalRow('host: Cooperative Linux host kernel').waitFor(); // COM1 is left
      await workbench.command('coLinux: Show Console');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: /cocon/ }).first().click();
      await workbench.terminalRow('arithmetic: 25 primes below 100').waitFor();
      await workbench.terminalRow('Hello from a cooperative guest kernel!').waitFor();
    });
    await step('a filter of the Breakpoints view stops at the end of the guest', async () => {
      const { page } = workbench;
      await workbench.tickFilter('End of a guest');
      await page.keyboard.press('F5');
      await page
        .locator('.debug-call-stack .state', { hasText: /^switch$/i })
        .first()
        .waitFor();
      await workbench.terminalRow('goodbye').waitFor();
      await workbench.shot('guest-end');
      await workbench.tickFilter('End of a guest');
    });
    await step('F5 continues to the end of the guest', async () => {
      await workbench.page.keyboard.press('F5');
      await workbench.terminalRow('goodbye').waitFor();
      await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      await workbench.shot('ended');
    });
    await step('the status bar item is gone with the session', async () => {
      await workbench.statusBar(/· ring/).waitFor({ state: 'hidden' });
    });
    await part();
    await step('a wrong launch option is one clear sentence', async () => {
      await writeLaunch({ memory: '64' });
      await workbench.page.keyboard.press('F5');
      const dialog = workbench.dialog('"memory": expected a whole number of MiB from 16 to 1024, found "64"');
      await dialog.waitFor();
      await workbench.shot('wrong-option');
      await workbench.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
    });
    await step('a missing kernel is one clear sentence', async () => {
      await writeLaunch({ kernel: '${workspaceFolder}/build/none.elf' });
      await workbench.page.keyboard.press('F5');
      const dialog = workbench.dialog(/none\.elf cannot be read/);
      await dialog.waitFor();
      const text = (await dialog.innerText()).split('\n').find((line) => line.includes('none.elf'));
      if (!text.includes('there is no such file')) throw new Error(`an unclear sentence: ${text}`);
      await workbench.shot('missing-kernel');
      await workbench.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      return text;
    });
    await part();
    await step('a breakpoint in an assembly file stops there', async () => {
      await writeLaunch({ cmdline: 'interactive' });
      await workbench.openFile(ASSEMBLY);
      await workbench.setBreakpoint(assemblyLine);
      await workbench.page.keyboard.press('F5');
      await workbench.stoppedAt(breakpoint); // the one in kmain comes first
      await workbench.page.keyboard.press('F5');
      await workbench.stoppedAt(assemblyLine);
      await workbench.coloured('movl');
      await workbench.page.waitForTimeout(700);
      await workbench.shot('assembly');
    });
    await step('a paste of 10,000 characters reaches the guest', async () => {
      const { page } = workbench;
      await page.keyboard.press('F5');
      await workbench.terminalRow(/type/i).waitFor();
      const lines = Array.from(
        { length: 200 },
        (_, n) => `${String(n).padStart(5, '0')} ${'paste '.repeat(7)}`,
      );
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.evaluate((text) => navigator.clipboard.writeText(text), `${lines.join('\n')}\n`);
      await page.locator('.terminal-wrapper.active .xterm-screen').click();
      await page.keyboard.press('Control+Shift+V');
      await workbench.terminalRow('00199 paste').waitFor();
      await workbench.command('Terminal: Select All');
      await workbench.command('Terminal: Copy Selection');
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      const missing = lines.filter((line) => !copied.includes(line.trimEnd()));
      if (missing.length > 0) throw new Error(`${missing.length} lines are lost, first ${missing[0]}`);
    });
    await step('keys typed in the console reach the guest', async () => {
      const { page } = workbench;
      await page.locator('.terminal-wrapper.active .xterm-screen').click();
      await page.keyboard.type('hello host, this is the keyboard');
      await workbench.terminalRow('hello host, this is the keyboard').waitFor();
      await workbench.shot('interactive');
      await page.keyboard.press('Control+D');
      await workbench.terminalRow('end of input').waitFor();
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    });
    await step('a guest has the disk and the network of its configuration', async () => {
      writeFileSync(join(folder, 'disk.img'), Buffer.alloc(4096));
      writeFileSync(
        join(folder, 'guest.colinux'),
        'kernel=build/hello-guest.elf mem=24 cobd0=disk.img,cow eth0=slirp\n',
      );
      await writeLaunch({ config: '${workspaceFolder}/guest.colinux' });
      await workbench.command('Debug: Start Without Debugging');
      await workbench.terminalRow('memory: 24 MiB').waitFor();
      await workbench.terminalRow('goodbye').waitFor();
      await workbench.statusBar(/· ring/).waitFor({ state: 'hidden' });
      await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    });
    await step('a shared folder is served, or refused with a sentence', async () => {
      await writeLaunch({ devices: { shares: ['src=.'] } });
      await workbench.command('Debug: Start Without Debugging');
      if (kind === 'web') {
        const dialog = workbench.dialog('A browser gives no folders to guests');
        await dialog.waitFor();
        await workbench.page.keyboard.press('Escape');
        return 'refused';
      }
      await workbench.terminalRow('memory: 16 MiB').waitFor();
      await workbench.statusBar(/· ring/).waitFor({ state: 'hidden' });
      return 'served';
    });
    const context = { step, workbench, folder, kind, breakpoint, writeLaunch };
    await part();
    await disassemblyStep(context);
    if (kind === 'node') {
      await part();
      await testExplorerStep(context);
      await step('all breakpoints are taken away', () => workbench.command('Remove All Breakpoints'));
      await exerciseSteps(context);
      await step('F9 sets a breakpoint in kmain again', async () => {
        await workbench.openFile(MAIN);
        await workbench.setBreakpoint(breakpoint);
      });
    }
    await part();
    await step('the launch.json goes', () => writeLaunch());
    await walkthroughStep(context);
    await part();
    await configurationSteps(context);
    await part();
    await taskSteps(context);
    await part();
    await attachStep(context);
    if (kind === 'node') {
      await part();
      await sessionSteps(context);
    }
    await part();
    await reloadSteps(context);
    await part();
    await step('the launch.json goes again', () => writeLaunch());
    await rebuildStep(context);
    await step('a folder that is not built yet is built by F5, or says what to do', async () => {
      const { page } = workbench;
      rmSync(join(folder, 'build'), { recursive: true });
      await workbench.openFile(MAIN);
      await page.keyboard.press('F5');
      if (kind === 'web') {
        const dialog = workbench.dialog('no programs run in a browser: run make');
        await dialog.waitFor();
        await page.keyboard.press('Escape');
        return 'asks for make';
      }
      await workbench.stoppedAt(breakpoint);
      await workbench.command('Debug: Stop');
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      return 'built with make';
    });
    await step('no error message is left over', async () => {
      const messages = await workbench.page
        .locator('.notification-list-item:has(.codicon-error)')
        .allInnerTexts();
      if (messages.length > 0) throw new Error(messages.join(' | '));
    });
    await part();
    await newGuestStep(context);
    if (kind === 'web') {
      await part();
      await languageSteps(context);
    }
  } finally {
    await workbench?.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}-new`, { recursive: true, force: true });
  }
}

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const kinds = Object.keys(hosts).filter((kind) => only === undefined || kind === only);
await Promise.all(
  kinds.map((kind) =>
    attempts(`${kind} extension host`, (tally) => {
      needs(vsix, join(sample, 'build/hello-guest.elf'));
      return scenario(tally, kind, chromiumPath());
    }),
  ),
);
finish();
