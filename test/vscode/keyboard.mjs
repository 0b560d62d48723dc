// The views by keyboard alone, in a real VS Code: each is reached, Tab goes through it and out of it, and F6 leads elsewhere.
// Part of e2e.mjs.
import { TABS, viewPage } from './views.mjs';

/** More than any view has places for the keyboard. */
const MOST_TABS = 120;

/** While the sample is stopped in kmain. */
export async function keyboardSteps(workbench, step) {
  const { page } = workbench;
  const inView = () => page.evaluate(() => document.activeElement?.tagName === 'IFRAME');
  const enter = async (name, text) => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input[type=text]').fill(`>Focus on ${name} View`);
    const label = page
      .locator('.quick-input-list .label-name')
      .getByText(new RegExp(`Focus on ${name} View$`));
    await label.first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'IFRAME');
    // Before there is something in it, Tab passes it by.
    const view = await viewPage(workbench, text);
    await view.locator('button, input').first().waitFor();
  };
  for (const [name, text] of TABS)
    await step(`the keyboard reaches the view ${name}, goes through it, and leaves it`, async () => {
      await enter(name, text);
      let places = 0;
      while ((await inView()) && places < MOST_TABS) {
        await page.keyboard.press('Tab');
        places++;
      }
      if (await inView()) throw new Error(`Tab does not leave the view ${name}`);
      if (places < 2) throw new Error(`the view ${name} has no place for the keyboard`);
      await enter(name, text);
      await page.keyboard.press('Tab');
      await page.keyboard.press('F6');
      await page.waitForFunction(() => document.activeElement?.tagName !== 'IFRAME');
      return `${places} steps of Tab`;
    });
}
