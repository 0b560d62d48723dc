// Measures the extension in a real VS Code, as its user meets it: activation, F5 to the first stop, restart, memory of the
// extension host. Prints each run and the median; judges nothing.
//   node test/vscode/figures.mjs [--runs N] [--only node|web]
// Needs out/colinux.vsix (npm run package) and the built sample.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, ensureHost } from '../../tools/vscode-host.mjs';
import { lineWith, MAIN, root, sample, settings, shots } from './sample.mjs';
import { startServer } from './server.mjs';
import { openWorkbench } from './workbench.mjs';

const option = (name) => process.argv.includes(name) && process.argv[process.argv.indexOf(name) + 1];
const runs = Number(option('--runs') || 5);
const breakpoint = lineWith('primes = count_primes(PRIME_LIMIT);');
const HOSTS = { node: {}, web: { 'remote.extensionKind': { 'colinux.colinux': ['web'] } } };

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const tell = (name, values) =>
  process.stdout.write(`${name}: median ${median(values)} ms of ${values.join(', ')}\n`);

/** What VS Code has measured itself: "Activation: 42ms" of the list of running extensions, which the slowest begin. */
async function activation(workbench) {
  const { page } = workbench;
  await workbench.command('Developer: Show Running Extensions');
  const rows = page.locator('.monaco-list-row', { hasText: 'Activation' });
  const row = rows.filter({ hasText: 'Cooperative Linux' }).first();
  await rows.first().hover();
  for (let tries = 0; tries < 20 && (await row.count()) === 0; tries++) {
    await page.mouse.wheel(0, 200);
    await page.waitForTimeout(200);
  }
  return Number(/Activation:\s*(\d+)/.exec(await row.innerText())?.[1]);
}

/** Resident memory of the extension host in MiB, from the process list. */
function hostMemory(serverPid) {
  const status = (pid, name) => {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(text)?.[1] ?? '';
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map();
  for (const pid of pids) {
    try {
      parents.set(pid, status(pid, 'PPid'));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid) => pid === String(serverPid) || (parents.has(pid) && below(parents.get(pid)));
  const hosts = [...parents.keys()].filter(
    (pid) => below(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('type=extensionHost'),
  );
  return hosts.map((pid) => Math.round(parseInt(status(pid, 'VmRSS'), 10) / 1024));
}

/** Milliseconds from a key to a new yellow line, by the clock of the page: questions from outside would slow it. */
async function toYellowLine({ page }, key) {
  await page.evaluate(() => {
    const line = () => document.querySelector('.debug-top-stack-frame-line');
    let isOld = line() !== null;
    globalThis.toYellowLine = new Promise((resolve) => {
      let pressed = 0;
      addEventListener('keydown', () => (pressed = performance.now()), { capture: true, once: true });
      const observer = new MutationObserver(() => {
        if (line() === null) isOld = false;
        else if (!isOld) {
          observer.disconnect();
          resolve(Math.round(performance.now() - pressed));
        }
      });
      observer.observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ['class'],
      });
    });
  });
  await page.keyboard.press(key);
  return page.evaluate(() => globalThis.toYellowLine);
}

async function measure(kind) {
  const folder = mkdtempSync(join(tmpdir(), 'hello-guest-'));
  cpSync(sample, folder, { recursive: true });
  const server = await startServer({
    host: ensureHost(),
    vsix: join(root, 'out/colinux.vsix'),
    settings: { ...settings, ...HOSTS[kind] },
  });
  const [activations, first, later, restarts, memory] = [[], [], [], [], []];
  try {
    for (let run = 0; run < runs; run++) {
      const workbench = await openWorkbench({
        executablePath: chromiumPath(),
        url: `${server.url}?folder=${folder}`,
        shots,
        prefix: 'figures',
      });
      const { page } = workbench;
      page.setDefaultTimeout(30_000);
      await workbench.openFile(MAIN);
      await page.locator('.view-lines .view-line').first().waitFor();
      await workbench.setBreakpoint(breakpoint);
      await page.waitForTimeout(3000); // what a window does at its start is over
      first.push(await toYellowLine(workbench, 'F5'));
      await page.waitForTimeout(2000);
      restarts.push(await toYellowLine(workbench, 'Control+Shift+F5'));
      memory.push(...hostMemory(server.pid));
      await page.keyboard.press('Shift+F5');
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      await page.waitForTimeout(1000);
      later.push(await toYellowLine(workbench, 'F5'));
      await page.keyboard.press('Shift+F5');
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      const load = loadavg()[0].toFixed(1);
      process.stdout.write(`${JSON.stringify({ kind, load, first, restarts, later, memory })}\n`);
      activations.push(await activation(workbench));
      await workbench.close();
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  tell(`${kind}: activation`, activations);
  tell(`${kind}: F5 to the yellow line, first in a window`, first);
  tell(`${kind}: F5 to the yellow line, again`, later);
  tell(`${kind}: restart to the yellow line`, restarts);
  if (memory.length > 0)
    process.stdout.write(`${kind}: memory of the extension host: ${memory.join(', ')} MiB\n`);
}

const only = option('--only');
for (const kind of Object.keys(HOSTS)) if (!only || kind === only) await measure(kind);
