// The views by keyboard alone, in a real VS Code: each is reached, Tab goes through it and out of it, and F6 leads elsewhere.
// Part of e2e.mjs.
import { TABS, viewPage } from './views.mjs';

/** More than any view has places for the keyboard. */
const MOST_TABS = 120;

/** While the sample is stopped in kmain. */
export async function keyboardSteps(workbench, step) {
  const { page } = workbench;
  const inView = () => page.evaluate(() => document.activeElement?.tagName === 'IFRAME');
  /** A key may come while VS Code is still busy with the one before: a person presses it again. @param wanted is the keyboard to be in a view? */
  const until = async (wanted, name, press) => {
    const isThere = (inside) => (document.activeElement?.tagName === 'IFRAME') === inside;
    for (let tries = 0; tries < 3; tries++) {
      await press();
      const there = page.waitForFunction(isThere, wanted, { timeout: 10_000 });
      if (
        await there.then(
          () => true,
          () => false,
        )
      )
        return;
    }
    const where = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300));
    throw new Error(`${name}: the keyboard is ${wanted ? 'not ' : ''}in a view, but at ${where}`);
  };
  const enter = async (name, text) => {
    await until(true, `Focus on ${name} View`, async () => {
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget input[type=text]').fill(`>Focus on ${name} View`);
      const label = page
        .locator('.quick-input-list .label-name')
        .getByText(new RegExp(`Focus on ${name} View$`));
      await label.first().waitFor();
      await page.keyboard.press('Enter');
    });
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
      await until(false, 'F6', () => page.keyboard.press('F6'));
      return `${places} steps of Tab`;
    });
}
