// The steps of daily work in a real VS Code: a configuration is written with the help of the editor, run by its button, a task
// shows a problem, a kernel that is rebuilt takes the place of the old one. Part of e2e.mjs.
import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
async function closeAndRemove({ page }, path) {
  await page.keyboard.press('Control+S');
  await page.waitForTimeout(300);
  await page.keyboard.press('Control+F4');
  rmSync(path);
}

/** @param context of e2e.mjs: `step` runs one step, `breakpoint` is a line of kmain that has one */
export async function configurationSteps({ step, workbench, folder }) {
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
    await page.keyboard.type('root.img,cow\n');
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
    await fix.click();
    await page.locator('.view-line', { hasText: /^mem=24$/ }).waitFor();
    await problem(page, 'did you mean mem=?').waitFor({ state: 'hidden' });
  });
  await step('Run guest above the kernel runs the configuration', async () => {
    await page.locator('.codelens-decoration a', { hasText: 'Run guest' }).click();
    await workbench.terminalRow('memory: 24 MiB').waitFor();
    await workbench.terminalRow('goodbye').waitFor();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    if (!readFileSync(file, 'utf8').includes('mem=24')) throw new Error('the file was not saved');
    await closeAndRemove(workbench, file);
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
    await offer.click();
    await workbench.stoppedAt(breakpoint);
    const took = Date.now() - clicked;
    await offer.waitFor({ state: 'hidden' });
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.command('Notifications: Clear All Notifications');
    return `${took} ms from the click to the yellow line`;
  });
}
