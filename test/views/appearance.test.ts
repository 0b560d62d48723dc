/** Each view in each theme: it shows the machine, axe finds nothing, its policy refuses nothing; pictures are kept to be looked at. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THEMES, type ThemeName } from './themes.ts';
import { devicesAtEnd, type Fixture, startFixture } from './view-fixture.ts';
import { accessibilityProblems, type View } from './view-page.ts';

/** Clicks a little left of the middle. */
async function chooseInTimeline(page: Page): Promise<void> {
  const canvas = page.locator('canvas');
  await canvas.click({ position: { x: ((await canvas.boundingBox())?.width ?? 0) * 0.43, y: 60 } });
}

/** What a user does before a picture is taken. */
const VIEWS: Readonly<Record<string, (view: View) => Promise<void>>> = {
  rings: async ({ page }) => {
    await page.locator('.row').first().waitFor();
    await chooseInTimeline(page);
  },
  switches: async ({ page }) => {
    await page.locator('.row').first().waitFor();
    await chooseInTimeline(page);
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

/** Texts of toolbars that end beyond their edge, with nothing to scroll them by; and the page itself, if it is too wide. */
const cutOff = ({ page }: View): Promise<string[]> =>
  page.evaluate(() => {
    const inside = (part: DOMRect, whole: DOMRect) =>
      part.right <= whole.right + 1 && part.bottom <= whole.bottom + 1 && part.left >= whole.left - 1;
    const found = [...document.querySelectorAll('.toolbar')].flatMap((bar) =>
      [...bar.querySelectorAll('*')]
        .filter((part) => part.clientWidth > 0)
        .filter((part) => !inside(part.getBoundingClientRect(), bar.getBoundingClientRect()))
        .map((part) => part.textContent?.trim() ?? part.tagName),
    );
    return document.documentElement.scrollWidth > innerWidth ? [...found, 'the page'] : found;
  });

/** What no scrolling brings into sight, has no width, or is higher than its button. */
const unreachable = ({ page }: View): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (part: Element) => ['auto', 'scroll'].includes(getComputedStyle(part).overflowX);
    const reachable = (part: Element): boolean => {
      const { left, right } = part.getBoundingClientRect();
      for (let around = part.parentElement; around; around = around.parentElement) {
        if (scrolls(around)) return left >= around.getBoundingClientRect().left - around.scrollLeft - 1;
        // What ends in an ellipsis has a tooltip.
        if (getComputedStyle(around).textOverflow === 'ellipsis') return true;
        if (around.tagName === 'MAIN') return right <= around.getBoundingClientRect().right + 1;
      }
      return true;
    };
    return [...document.querySelectorAll<HTMLElement>('#view *')]
      .filter((part) => part.childElementCount === 0 && part.textContent.trim() !== '')
      .filter((part) => part.checkVisibility() && !part.closest('.unseen, .hint, option'))
      .filter(
        (part) =>
          !reachable(part) ||
          part.getBoundingClientRect().width < 2 ||
          (part.tagName === 'BUTTON' && part.scrollHeight > part.clientHeight + 2),
      )
      .map((part) => part.textContent.trim().slice(0, 40));
  });

/** Words of headings that their columns cut off, and columns that end beyond the list. */
const headingsCutOff = ({ page }: View): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.heading > *')]
      .filter((cell) => cell.offsetWidth > 0)
      .filter(
        (cell) =>
          cell.scrollWidth > cell.clientWidth ||
          cell.getBoundingClientRect().right > cell.closest('.list')!.getBoundingClientRect().right,
      )
      .map((cell) => cell.textContent),
  );

/** What stands beside a list and is wider than its place. */
const tooWide = ({ page }: View): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.aside')]
      .filter((aside) => aside.scrollWidth > aside.clientWidth)
      .map((aside) => aside.textContent?.trim().slice(0, 40) ?? ''),
  );

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
      // The stacks of the rings stand below the vectors: the guide shows both.
      const view = await fixture.open(name, { theme, ...(name === 'rings' && { height: 460 }) });
      await view.select(fixture.machine);
      await views[name]?.(view);
      await view.shot(`${name}-${theme}`);
      expect(await accessibilityProblems(view)).toEqual([]);
      expect(await tooWide(view)).toEqual([]);
      expect(await headingsCutOff(view)).toEqual([]);
      expect(view.errors).toEqual([]);
      await view.close();
    });

    // 170 pixels are the least that VS Code gives a side bar.
    it.each([300, 170])(
      'has room in a side bar of %i pixels: what does not fit wraps, or scrolls',
      async (width) => {
        const view = await fixture.open(name, { width, height: 700 });
        await view.select(fixture.machine);
        await views[name]?.(view);
        await view.shot(`${name}-narrow-${String(width)}`);
        expect(await cutOff(view)).toEqual([]);
        expect(await unreachable(view)).toEqual([]);
        await view.close();
      },
    );

    it('keeps its contents in a low window at twice the size', async () => {
      const view = await fixture.open(name, { width: 590, height: 180 });
      await view.select(fixture.machine);
      await views[name]?.(view);
      await view.shot(`${name}-zoomed`);
      const { page } = view;
      const parts = page.locator('.list, .pane, .contents');
      for (const part of await parts.all()) {
        await part.scrollIntoViewIfNeeded();
        const { height = 0 } = (await part.boundingBox()) ?? {};
        expect(height).toBeGreaterThan(40);
      }
      await view.close();
    });

    it('says so when there is no machine', async () => {
      const view = await fixture.open(name);
      // Not before it is known.
      expect(await view.page.locator('#view').innerText()).toBe('');
      await view.select(undefined);
      await view.page.getByText('No machine is being debugged.').waitFor();
      await view.close();
    });
  });
});
