/** Each view in each theme: it shows the machine, axe finds nothing, its policy refuses nothing; pictures are kept to be looked at. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THEMES, type ThemeName } from './themes.ts';
import { devicesAtEnd, type Fixture, startFixture } from './view-fixture.ts';
import { accessibilityProblems, type View } from './view-page.ts';

/** What a user does before a picture is taken. */
const VIEWS: Readonly<Record<string, (view: View) => Promise<void>>> = {
  rings: async ({ page }) => {
    await page.locator('.row').first().waitFor();
    await page.locator('canvas').click({ position: { x: 500, y: 60 } });
  },
  switches: async ({ page }) => {
    await page.locator('.row').first().waitFor();
    await page.locator('canvas').click({ position: { x: 500, y: 60 } });
  },
  'address-space': async ({ page }) => {
    await page.locator('.row').first().waitFor();
    await page.getByLabel('Go to address').fill('&kmain');
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: /0xc01/i }).waitFor();
  },
  processor: async ({ page }) => {
    await page.getByText('eflags').waitFor();
    for (const tab of ['IDT', 'TSS', 'FPU and SSE', 'Registers']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('table, .fields, .register').first().waitFor();
    }
  },
  memory: async ({ page }) => {
    await page.locator('.byte.selected').nth(1).waitFor();
  },
};

/** Those of a machine with devices. */
const WITH_DEVICES: typeof VIEWS = {
  traffic: async ({ page }) => {
    await page.locator('.row').first().waitFor();
    await page.locator('canvas').focus();
    await page.keyboard.press('End');
    await page.locator('.row.selected').waitFor();
  },
};

describe.each([
  ['the sample', VIEWS, undefined],
  ['a guest with devices', WITH_DEVICES, devicesAtEnd],
] as const)('%s', (_name, views, debugged) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture(Object.keys(views), debugged);
  });
  afterAll(() => fixture.close());

  describe.each(Object.keys(views))('in the view %s', (name) => {
    it.each(Object.keys(THEMES) as ThemeName[])('is accessible in the theme %s', async (theme) => {
      const view = await fixture.open(name, { theme });
      await view.select(fixture.machine);
      await views[name]?.(view);
      await view.shot(`${name}-${theme}`);
      expect(await accessibilityProblems(view)).toEqual([]);
      expect(view.errors).toEqual([]);
      await view.close();
    });

    it('says so when there is no machine', async () => {
      const view = await fixture.open(name);
      await view.select(undefined);
      await view.page.getByText('No machine is being debugged.').waitFor();
      await view.close();
    });
  });
});
