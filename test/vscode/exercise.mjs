// The exercise of docs/guide.md in a real VS Code, each step as it is written there: a bug of the sample is found and mended.
// Part of e2e.mjs.
import { lineWith } from './sample.mjs';
import { hidden } from './workbench.mjs';

const FILE = 'kernel/exercise.c';
const CONDITION = 'if (paper.length > COLUMNS)';

/** @param context of e2e.mjs: the session has ended, and there are no breakpoints */
export async function exerciseSteps({ step, workbench, writeLaunch }) {
  const { page } = workbench;
  const variable = (name) =>
    page.locator('.debug-variables .monaco-list-row', { hasText: new RegExp(`^${name}`) }).first();
  const begin = lineWith('for (const char *letter', FILE);

  await step('the exercise: the console shows what is wrong, and leads to the source', async () => {
    await writeLaunch({ cmdline: 'exercise' });
    await page.keyboard.press('F5');
    await workbench.terminalRow('lines were typed, but 4 should be').waitFor();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.followLink(`${FILE}:`, page.locator('.tab.active', { hasText: 'exercise.c' }));
    await page.locator('.view-line', { hasText: '__LINE__' }).first().waitFor();
    await workbench.shot('exercise-symptom');
  });
  await step('the exercise: a data breakpoint finds who changes the count', async () => {
    await workbench.setBreakpoint(begin);
    await page.keyboard.press('F5');
    await workbench.stoppedAt(begin);
    await workbench.foldWatch();
    await workbench.expand(variable('Globals'));
    await workbench.expand(variable('paper'));
    // The pane is low: its list has no rows for what is scrolled away.
    await page.locator('.debug-variables').hover();
    for (let tries = 0; tries < 20 && (await variable('length').count()) === 0; tries++) {
      await page.mouse.wheel(0, 40);
      await page.waitForTimeout(200);
    }
    await workbench.contextMenu(variable('lines'), 'Break on Value Change');
    await page.waitForTimeout(1000); // it is below the visible rows of the Breakpoints view
    await page.keyboard.press('F5');
    await workbench.stoppedAt(lineWith(CONDITION, FILE));
    await page.mouse.move(770, 850); // no hover on the picture
    await page.waitForTimeout(1500);
    await workbench.shot('exercise-culprit');
  });
  await step('the exercise: mended, built, and restarted in the same session', async () => {
    await workbench.command('Remove All Breakpoints');
    await workbench.goToLine(lineWith(CONDITION, FILE));
    await page.keyboard.press('End');
    for (let n = CONDITION.length; n > CONDITION.indexOf('>'); n--) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.type('==');
    await page.keyboard.press('Control+S');
    await workbench.command('Tasks: Run Build Task');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'build' }).first().click();
    const offer = workbench.statusBar('Kernel was rebuilt: Restart');
    await offer.waitFor();
    await workbench.until(hidden(offer), () => offer.click());
    await workbench.terminalRow('exercise: solved, 4 lines were typed').waitFor();
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.shot('exercise-solved');
  });
}
