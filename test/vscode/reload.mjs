// The window is loaded again, in a real VS Code: what becomes of the consoles. Part of e2e.mjs.
import { startDaemon } from './workflow.mjs';

/** VS Code's own command; the old page is gone when the mark on it is. */
async function reloadWindow(workbench) {
  const { page } = workbench;
  await page.evaluate(() => (document.body.dataset.before = 'reload'));
  await workbench.command('Developer: Reload Window').catch(() => undefined);
  await page.locator('body:not([data-before]) .monaco-workbench').waitFor();
}

/** With a session that stands at `breakpoint`. @param context of e2e.mjs */
export async function reloadSteps({ step, workbench, folder, kind, breakpoint, writeLaunch }) {
  const { page } = workbench;

  await step('a console comes back with its last screen when the window is loaded again', async () => {
    await writeLaunch({ kernel: '${workspaceFolder}/build/hello-guest.elf', cmdline: 'interactive' });
    await page.keyboard.press('F5');
    await workbench.stoppedAt(breakpoint);
    let last = 'Hello from a cooperative guest kernel!';
    await workbench.terminalRow(last).waitFor();
    if (kind === 'node') {
      last = 'to the last key';
      await page.keyboard.press('F5');
      await workbench.terminalRow(/type/i).waitFor();
      await page.locator('.terminal-wrapper.active .xterm-screen').click();
      await page.keyboard.type(last);
      await workbench.terminalRow(last).waitFor();
    }
    // On a machine that has nothing else to do a tenth of a second; a web page's own storage takes its time.
    await page.waitForTimeout(kind === 'node' ? 500 : 3000);
    await reloadWindow(workbench);
    await workbench.terminalRow(last).waitFor();
    await workbench.terminalRow('The window was loaded again, and the machine ended with it.').waitFor();
    await workbench.shot('console-after-reload');
    // The next machine uses it again. Before VS Code knows its configurations the key does nothing.
    await workbench.statusBar(/test \d/).waitFor();
    await page.keyboard.press('F5');
    await workbench.stoppedAt(breakpoint);
    await workbench.terminalRow('The window was loaded again').waitFor({ state: 'hidden' });
    await workbench.terminalRow('Hello from a cooperative guest kernel!').waitFor();
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });
  if (kind === 'web') return;
  await step('a session that is attached to a daemon comes back, with the whole console', async () => {
    const { daemon, port } = await startDaemon(folder);
    try {
      await writeLaunch({ request: 'attach', port });
      await page.keyboard.press('F5');
      await workbench.terminalRow('ring 3: hello from the process').waitFor();
      await reloadWindow(workbench);
      await page.locator('.debug-toolbar').waitFor();
      await workbench.terminalRow('Attaching to the machine').waitFor({ state: 'hidden' });
      await workbench.terminalRow('ring 3: hello from the process').waitFor();
      await page.locator('.terminal-wrapper.active .xterm-screen').click();
      await page.keyboard.type('typed after the reload');
      await workbench.terminalRow('typed after the reload').waitFor();
      await workbench.shot('attached-after-reload');
      await page.keyboard.press('Shift+F5');
      await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
      if (daemon.exitCode !== null) throw new Error('the daemon has ended');
    } finally {
      daemon.kill('SIGKILL');
    }
  });
}
