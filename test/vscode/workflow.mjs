// The steps of daily work in a real VS Code: a configuration is written with the help of the editor, run by its button, a task
// shows a problem, a kernel that is rebuilt takes the place of the old one. Part of e2e.mjs.
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './server.mjs';
import { hidden } from './workbench.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const KERNEL = 'build/hello-guest.elf';
const TASKS = {
  version: '2.0.0',
  tasks: [
    { label: 'build it', type: 'colinux', task: 'build', problemMatcher: ['$colinux-gcc'] },
    {
      label: 'run with a bug',
      type: 'colinux',
      task: 'run',
      kernel: KERNEL,
      cmdline: 'bug',
      problemMatcher: ['$colinux-panic', '$colinux-guest-end'],
    },
  ],
};

const problem = (page, text) => page.locator('.markers-panel .monaco-list-row', { hasText: text }).first();

/** Deletes an open file without a question: its editor is closed first. */
async function closeAndRemove(workbench, path) {
  await workbench.command('File: Save');
  await workbench.closeEditor();
  rmSync(path);
}

/** @param context of e2e.mjs: `step` runs one step, `breakpoint` is a line of kmain that has one */
export async function configurationSteps({ step, workbench, folder, breakpoint }) {
  const { page } = workbench;
  const file = join(folder, 'guest.colinux');
  const suggestion = (text) => page.locator('.suggest-widget .monaco-list-row', { hasText: text }).first();

  await step('a configuration is completed, explained and coloured', async () => {
    writeFileSync(file, `kernel=${KERNEL}  # the sample\nmme=24\n`);
    await workbench.openFile('guest.colinux');
    await workbench.coloured('kernel=');
    await workbench.goToLine(3);
    await page.keyboard.type('cob');
    await suggestion('cobd0').waitFor();
    await page.keyboard.press('Enter');
    await suggestion('build').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('root.img,cow');
    // Enter would take a suggestion that comes late.
    await page.keyboard.press('Control+Enter');
    await page.keyboard.type('eth0=');
    await suggestion('slirp').waitFor();
    await page.waitForTimeout(500);
    await workbench.shot('config-completion');
    await page.keyboard.press('Escape');
    await page.keyboard.type('slirp');
    await page.keyboard.press('Escape');
  });
  await step('mistakes of a configuration are underlined, and fixed by a click', async () => {
    await workbench.command('Problems: Focus on Problems View');
    await problem(page, 'did you mean mem=?').waitFor();
    await problem(page, 'There is no file root.img').waitFor();
    writeFileSync(join(folder, 'root.img'), Buffer.alloc(4096));
    await problem(page, 'There is no file root.img').waitFor({ state: 'hidden' });
    await workbench.openFile('guest.colinux');
    await workbench.goToLine(2);
    await page.keyboard.press('Control+.');
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Change to mem=' }).first();
    await fix.waitFor();
    await workbench.shot('config-fix');
    await workbench.until(page.locator('.view-line', { hasText: /^mem=24$/ }), () => fix.click());
    await problem(page, 'did you mean mem=?').waitFor({ state: 'hidden' });
  });
  await step('Run guest above the kernel runs the configuration', async () => {
    // Right behind the change VS Code draws the line anew, and saves the file by itself: one click has to do.
    await page.locator('.codelens-decoration a', { hasText: 'Run guest' }).click();
    await workbench.terminalRow('memory: 24 MiB').waitFor();
    await workbench.terminalRow('goodbye').waitFor();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    if (!readFileSync(file, 'utf8').includes('mem=24')) throw new Error('the file was not saved');
  });
  await step('buttons and commands of the editor debug the configuration, and run it', async () => {
    await page
      .locator('.editor-actions')
      .getByRole('button', { name: 'Debug Guest of This Configuration' })
      .click();
    await workbench.stoppedAt(breakpoint);
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.openFile('guest.colinux');
    await workbench.command('coLinux: Run Guest of This Configuration');
    await workbench.terminalRow('goodbye').waitFor();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await closeAndRemove(workbench, file);
  });
}

export async function walkthroughStep({ step, workbench }) {
  const { page } = workbench;
  await step('the walkthrough shows its steps and pictures', async () => {
    // Beside the side bar there is no room for the pictures.
    await page.keyboard.press('Control+B');
    await workbench.command('coLinux: First Steps: Debug Your First Kernel');
    await page.locator('.gettingStartedContainer').getByText('Stop in its first function').click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.gettingStartedContainer img')].some((image) => image.clientWidth > 200),
    );
    await page.waitForTimeout(500);
    await workbench.shot('walkthrough');
    await workbench.closeEditor();
    await page.keyboard.press('Control+B');
  });
}

export async function taskSteps({ step, workbench, folder, kind }) {
  const { page } = workbench;
  /** VS Code takes a moment to see a new tasks.json: the list is opened until the task is there. */
  const run = async (name) => {
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first();
    for (let tries = 0; tries < 10; tries++) {
      await workbench.command('Tasks: Run Task');
      const found = await row.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
      if (found) break;
      await page.keyboard.press('Escape');
    }
    await row.click();
  };

  await step('a task runs the kernel, and its BUG is a problem', async () => {
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(join(folder, '.vscode/tasks.json'), JSON.stringify(TASKS, null, 2));
    await run('run with a bug');
    await workbench.terminalRow('guest0 terminated: BUG').waitFor();
    await workbench.command('Problems: Focus on Problems View');
    const row = problem(page, 'guest0 terminated: BUG');
    await row.waitFor();
    await workbench.shot('task-problem');
    return (await row.innerText()).replace(/\s+/g, ' ');
  });
  if (kind === 'web') return;
  await step('a build that fails shows where', async () => {
    const source = join(folder, 'kernel/lib.h');
    const text = readFileSync(source, 'utf8');
    writeFileSync(source, `${text}\nint broken(void) { return nothing; }\n`);
    await run('build it');
    await workbench.terminalRow('console.c.o] Error').waitFor();
    await workbench.command('Problems: Focus on Problems View');
    await problem(page, 'undeclared (first use in this function)').waitFor();
    await workbench.shot('build-problem');
    writeFileSync(source, text);
    await run('build it');
    await problem(page, 'undeclared (first use in this function)').waitFor({ state: 'hidden' });
  });
}

/** A daemon whose guest waits for keys, and the port for debuggers. */
export async function startDaemon(folder) {
  const args = ['daemon', `kernel=${join(folder, KERNEL)}`, 'interactive', '--dap', '0'];
  const daemon = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((_, reject) => {
    daemon.once('exit', () => reject(new Error('the daemon has ended')));
  });
  const says = (stream, pattern) =>
    new Promise((resolve) => {
      let text = '';
      stream.on('data', (data) => {
        text += data;
        const found = pattern.exec(text);
        if (found) resolve(found);
      });
    });
  const listening = says(daemon.stderr, /listening on 127\.0\.0\.1:(\d+)/);
  // A session that attaches sooner stops at the breakpoints of kmain().
  const past = says(daemon.stdout, /timer: \d+ ticks counted/);
  const [[, port]] = await Promise.race([Promise.all([listening, past]), ended]);
  ended.catch(() => undefined);
  return { daemon, port: Number(port) };
}

export async function attachStep({ step, workbench, folder, kind, writeLaunch }) {
  const { page } = workbench;
  if (kind !== 'web')
    await step('attaching where nothing listens says how a machine is started there', async () => {
      await writeLaunch({ request: 'attach', port: await freePort() });
      await page.keyboard.press('F5');
      await workbench.dialog('Nothing answers at 127.0.0.1').waitFor();
      await page.keyboard.press('Escape');
    });
  await step('a session attaches to a running daemon, and leaves it running', async () => {
    const { daemon, port } = await startDaemon(folder);
    try {
      await writeLaunch({ request: 'attach', port });
      await page.keyboard.press('F5');
      if (kind === 'web') {
        const dialog = workbench.dialog('A browser opens no connections');
        await dialog.waitFor();
        await page.keyboard.press('Escape');
        return 'refused';
      }
      await page.locator('.debug-toolbar').waitFor();
      await workbench.terminalRow('ring 3: hello from the process').waitFor();
      // VS Code pauses a thread that it knows, and asks for them when it has attached.
      await workbench.until(page.locator('.debug-top-stack-frame-line').first(), () =>
        workbench.command('Debug: Pause'),
      );
      await workbench.shot('attached');
      await page.keyboard.press('Shift+F5'); // Disconnect, for this session
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      if (daemon.exitCode !== null) throw new Error('the daemon has ended with the session');
      return 'disconnected';
    } finally {
      daemon.kill('SIGKILL');
    }
  });
}

/** With a session that stands at `breakpoint`. */
export async function rebuildStep({ step, workbench, folder, breakpoint }) {
  await step('a kernel that is built again is offered, and takes the place of the old one', async () => {
    const { page } = workbench;
    await page.keyboard.press('F5');
    await workbench.stoppedAt(breakpoint);
    const kernel = join(folder, KERNEL);
    copyFileSync(kernel, `${kernel}.new`);
    copyFileSync(`${kernel}.new`, kernel);
    utimesSync(kernel, new Date(), new Date());
    rmSync(`${kernel}.new`);
    const offer = workbench.statusBar('Kernel was rebuilt: Restart');
    await offer.waitFor();
    await page.locator('.notification-list-item', { hasText: 'was built again' }).first().waitFor();
    await workbench.shot('rebuilt');
    await page.keyboard.press('F10');
    await page.waitForTimeout(500);
    const clicked = Date.now();
    await workbench.until(hidden(offer), () => offer.click());
    await workbench.stoppedAt(breakpoint);
    const took = Date.now() - clicked;
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.command('Notifications: Clear All Notifications');
    return `${took} ms from the click to the yellow line`;
  });
}

/** The last step: the window becomes that of the new guest. */
export async function newGuestStep({ step, workbench, folder, kind }) {
  const { page } = workbench;
  const place = `${folder}-new/`;

  const isShown = async () => {
    await page.locator('.tab', { hasText: 'kernel.c' }).waitFor();
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'guest.colinux' }).waitFor();
    if (!existsSync(join(place, 'include/colinux/abi.h'))) throw new Error('the ABI headers are missing');
    await page.waitForTimeout(2000);
    await workbench.shot('new-guest');
  };
  mkdirSync(place);
  if (kind === 'node')
    await step('F5 in an empty folder offers to write a new guest kernel there', async () => {
      await page.goto(`${new URL(page.url()).origin}/?folder=${place}`);
      const label = (text) => page.locator('.quick-input-list .label-name', { hasText: text }).first();
      // F5 offers the debuggers of the extensions that VS Code has found by then.
      await page.locator('.monaco-workbench').waitFor();
      await workbench.until(label('coLinux: New Guest Kernel…'), async () => {
        await page.keyboard.press('Escape');
        await workbench.palette('coLinux');
      });
      // The key is lost where the window that has just been opened draws its editors.
      await workbench.until(label('Cooperative Linux'), async () => {
        await page.keyboard.press('Escape');
        await page.keyboard.press('F5');
      });
      await label('Cooperative Linux').click();
      await workbench.dialog('is empty').getByText('New Guest Kernel…').click();
      await isShown();
    });
  else
    await step('a new guest kernel is written into an empty folder, and opened', async () => {
      await workbench.command('coLinux: New Guest Kernel…');
      const input = page.locator('.quick-input-widget input[type=text]');
      const rows = page.locator('.quick-input-list .monaco-list-row');
      await input.waitFor();
      // The dialog fills its list late, and completes what stands in the input by it: until both are those of the new folder,
      // which holds nothing but the way up.
      const settled = async () => (await input.inputValue()) === place && (await rows.count()) === 1;
      for (let tries = 0; tries < 20 && !(await settled()); tries++) {
        await input.fill(place);
        await page.waitForTimeout(1000);
      }
      await page.locator('.quick-input-widget').getByText('Create here').click();
      await page.locator('.notification-list-item').getByText('Open folder', { exact: true }).click();
      await isShown();
    });
  await step('F5 in the new guest builds it, and stops', async () => {
    const lines = readFileSync(join(place, 'kernel.c'), 'utf8').split('\n');
    const line = lines.findIndex((text) => /^void kernel_main\(/.test(text)) + 5;
    await workbench.openFile('kernel.c');
    await workbench.setBreakpoint(line);
    await page.keyboard.press('F5');
    if (kind === 'web') {
      const dialog = workbench.dialog('kernel.elf cannot be read');
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      return 'asks for make';
    }
    await page.locator('.debug-top-stack-frame-line').first().waitFor();
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
}
