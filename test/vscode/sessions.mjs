// Two sessions side by side, and one that is restarted again and again, in a real VS Code: nothing is left over. Part of e2e.mjs.
import { PANEL, showView } from './views.mjs';

const RESTARTS = 10;

/** The names of the terminals, in their order; VS Code lists them once there are two. */
const terminals = async ({ page }) =>
  (await page.locator('.terminal-tabs-entry').allInnerTexts()).map((text) => text.trim()).filter(Boolean);

/** With a breakpoint in kmain and no session. @param context of e2e.mjs */
export async function sessionSteps({ step, workbench, breakpoint, writeLaunch }) {
  const { page } = workbench;
  const rows = page.locator('.debug-call-stack .monaco-list-row');
  const threads = page.locator('.debug-call-stack .thread');
  let consoles;

  await step(`${RESTARTS} restarts leave the threads and the terminals that there were`, async () => {
    await writeLaunch({ cmdline: 'interactive' });
    await page.keyboard.press('F5');
    await workbench.stoppedAt(breakpoint);
    await workbench.terminalRow('Hello from a cooperative guest kernel!').waitFor();
    await page.locator('.debug-call-stack .stack-frame', { hasText: 'kmain' }).first().waitFor();
    const before = (await threads.allInnerTexts()).join('|');
    consoles = await terminals(workbench);
    for (let n = 0; n < RESTARTS; n++) {
      await page.evaluate(() => document.querySelector('.debug-top-stack-frame-line')?.classList.add('old'));
      await page.keyboard.press('Control+Shift+F5');
      await page.locator('.debug-top-stack-frame-line:not(.old)').first().waitFor();
      await workbench.stoppedAt(breakpoint);
    }
    await page.locator('.debug-call-stack .stack-frame', { hasText: 'kmain' }).first().waitFor();
    const now = (await threads.allInnerTexts()).join('|');
    if (now !== before) throw new Error(`there were the threads ${before}, and are ${now}`);
    const after = await terminals(workbench);
    if (after.join() !== consoles.join()) throw new Error(`there were ${consoles}, and are ${after}`);
    // What it shows is of the last machine.
    const text = await page.locator('.terminal-wrapper.active .xterm-rows').innerText();
    if (text.split('Hello from').length !== 2) throw new Error(`the console shows several machines: ${text}`);
  });
  await step('a second session has consoles of its own, and goes on without the first', async () => {
    const paused = rows.filter({ hasText: /paused on breakpoint/i });
    const asked = workbench.dialog('is already running');
    await workbench.until(asked, () => workbench.command('Debug: Start Debugging'));
    await asked.getByRole('button', { name: 'Yes' }).click();
    await paused.nth(1).waitFor();
    // A task that has built something has left its terminal, too.
    const isConsole = /COM1|cocon/;
    const both = 2 * consoles.filter((name) => isConsole.test(name)).length;
    await page
      .locator('.terminal-tabs-entry', { hasText: isConsole })
      .nth(both - 1)
      .waitFor();
    await page.keyboard.press('Shift+F5');
    await paused.nth(1).waitFor({ state: 'hidden' });
    const view = await showView(workbench, 'CPU', 'eflags');
    await view.getByRole('button', { name: /^eip 0x/ }).waitFor();
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await page.locator(`${PANEL} [role=tab]`, { hasText: 'CPU' }).waitFor({ state: 'hidden' });
  });
}
