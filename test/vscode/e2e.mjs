// The real-VS-Code test: installs the packed extension into a browser VS Code, opens a copy of the sample, presses F5 and
// looks. Once in the Node extension host and once in the web worker extension host. Ends with "N passed, M failed".
//   node test/vscode/e2e.mjs [--only node|web]
// Needs out/colinux.vsix (npm run package) and the built sample. Screenshots: out/screenshots/.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumPath, ensureHost } from '../../tools/vscode-host.mjs';
import { startServer } from './server.mjs';
import { openWorkbench } from './workbench.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vsix = join(root, 'out/colinux.vsix');
const sample = join(root, 'samples/hello-guest');
const shots = join(root, 'out/screenshots');
const MAIN = 'kernel/main.c';

const sourceLines = readFileSync(join(sample, MAIN), 'utf8').split('\n');
/** Number of the first line that has `text`. */
function lineWith(text) {
  const index = sourceLines.findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${MAIN} has no line with "${text}"`);
  return index + 1;
}

/** Settings that make the screen readable for the test: no canvas terminal, no minimap. */
const settings = {
  'terminal.integrated.gpuAcceleration': 'off',
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'workbench.reduceMotion': 'on',
  'git.enabled': false,
  // The Debug Console is opened by nobody: the screenshots show the guest's console.
  'debug.internalConsoleOptions': 'neverOpen',
};

const hosts = {
  node: {},
  web: { 'remote.extensionKind': { 'colinux.colinux': ['web'] } },
};

let passed = 0;
let failed = 0;

async function scenario(kind, executablePath) {
  const folder = mkdtempSync(join(tmpdir(), 'hello-guest-'));
  cpSync(sample, folder, { recursive: true });
  const server = await startServer({ host: ensureHost(), vsix, settings: { ...settings, ...hosts[kind] } });
  const started = Date.now();
  let workbench;
  let broken = false;

  /** One step; after the first that fails the others are not tried, and count as failed. */
  async function step(name, action) {
    const title = `${kind} extension host: ${name}`;
    if (broken) {
      failed++;
      process.stdout.write(`  ✗ ${title} (not tried)\n`);
      return;
    }
    try {
      const note = await action();
      passed++;
      const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
      process.stdout.write(`  ✓ ${seconds} s  ${title}${note ? `: ${note}` : ''}\n`);
    } catch (error) {
      broken = true;
      failed++;
      process.stdout.write(
        `  ✗ ${title}\n    ${String(error.message).split('\n').slice(0, 6).join('\n    ')}\n`,
      );
      await workbench?.shot('failure').catch(() => undefined);
      if (workbench) process.stdout.write(`    call stack: ${JSON.stringify(await workbench.callStack())}\n`);
      for (const line of workbench?.errors.slice(-8) ?? [])
        process.stdout.write(`    browser: ${line.slice(0, 300)}\n`);
    }
  }

  const breakpoint = lineWith('primes = count_primes(PRIME_LIMIT);');
  const after = lineWith('printk("arithmetic');
  let pressed = 0;
  try {
    await step('the workbench opens on the sample', async () => {
      workbench = await openWorkbench({
        executablePath,
        url: `${server.url}?folder=${folder}`,
        shots,
        prefix: kind,
      });
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
    await step('the call stack shows the host kernel and the guest', async () => {
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
    await step('F5 continues to the end of the guest', async () => {
      await workbench.page.keyboard.press('F5');
      await workbench.terminalRow('goodbye').waitFor();
      await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      await workbench.shot('ended');
    });
    await step('the status bar item is gone with the session', async () => {
      await workbench.statusBar(/· ring/).waitFor({ state: 'hidden' });
    });
  } finally {
    await workbench?.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const only = process.argv[process.argv.indexOf('--only') + 1];
try {
  for (const needed of [vsix, join(sample, 'build/hello-guest.elf')]) {
    if (!existsSync(needed))
      throw new Error(`${needed} is missing: run npm run build:kernels and npm run package first.`);
  }
  const executablePath = chromiumPath();
  for (const kind of Object.keys(hosts)) {
    if (process.argv.includes('--only') && kind !== only) continue;
    await scenario(kind, executablePath);
  }
} catch (error) {
  failed++;
  process.stdout.write(`  ✗ ${error.message}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
