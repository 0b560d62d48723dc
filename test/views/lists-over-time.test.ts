/** What a user does in the timelines and lists of switches, rings and traffic, each test in a page of its own, on one machine. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['rings', 'switches', 'traffic', 'memory'], 'primes = count');
});
afterAll(() => fixture.close());

describe.each(['rings', 'switches', 'traffic', 'memory'])('the view of %s', (name) => {
  it('says nothing of the machine before that has answered', async () => {
    const machine = vi.spyOn(fixture.session.client, 'customRequest');
    machine.mockReturnValue(new Promise(() => undefined));
    try {
      const view = await fixture.open(name);
      await view.select(fixture.machine);
      await view.page.locator('.toolbar').first().waitFor();
      const text = await view.page.locator('#view').innerText();
      expect(text).not.toMatch(/ yet\.|appear here|The machine runs|not mapped/);
      await view.close();
    } finally {
      machine.mockRestore();
    }
  });
});

describe('the timeline of switches', () => {
  it('chooses events by keys, leads to their code, and counts operations', async () => {
    const view = await fixture.shown('switches');
    const { page } = view;
    await page.locator('.row').first().waitFor();
    await page.locator('canvas').focus();
    await page.keyboard.press('Home');
    const selected = page.locator('.row.selected');
    await selected.waitFor();
    expect(await selected.innerText()).toMatch(/host → guest 0\s+START/);
    await page.keyboard.press('ArrowRight');
    await page.locator('.row.selected', { hasText: 'guest 0 → host' }).waitFor();
    await page.locator('.row.selected [data-part=from]').click();
    await expect.poll(() => view.opened).toHaveLength(1);
    expect(view.opened[0]).toMatchObject({
      in: 'source',
      memoryReference: expect.stringMatching(/^guest0:0xc01/),
    });
    const { switches } = (await fixture.session.client.customRequest('colinux/switches')).body as {
      switches: { operationName: string }[];
    };
    const starts = switches.filter(({ operationName }) => operationName === 'START').length;
    expect(await page.locator('tr', { hasText: 'START' }).locator('td.number').first().innerText()).toBe(
      String(starts),
    );
    await view.close();
  });

  it('filters by words and by operations', async () => {
    const { page, close } = await fixture.shown('switches');
    await page.locator('.row').first().waitFor();
    const all = await page.locator('.row').count();
    await page.getByLabel('Filter').fill('Message_To');
    await expect.poll(() => page.locator('.row', { hasNotText: 'MESSAGE_TO_MONITOR' }).count()).toBe(0);
    await page.locator('.row').first().waitFor();
    await page.getByLabel('Filter').fill('');
    await page.getByRole('button', { name: 'START' }).click();
    await expect.poll(() => page.locator('.row', { hasText: /\bSTART\b/ }).count()).toBe(0);
    expect(all).toBeGreaterThan(1);
    await close();
  });

  it('tells what is cut off by a tooltip', async () => {
    const { page, close } = await fixture.shown('switches');
    await page.setViewportSize({ width: 500, height: 400 });
    const cell = page.locator('.row > [data-part=from]').last();
    // A list that has got another size is drawn anew, perhaps behind the hover: then another row is the last.
    const tooltip = async () => {
      await page.mouse.move(0, 0);
      await cell.hover();
      return cell.evaluate(({ title, textContent }: HTMLElement) => ({ title, name: textContent }));
    };
    await expect
      .poll(async () => {
        const { title, name } = await tooltip();
        return title !== '' && title === name;
      })
      .toBe(true);
    await page.setViewportSize({ width: 1800, height: 400 });
    await expect.poll(async () => (await tooltip()).title).toBe('');
    await close();
  });

  it('begins anew for another session', async () => {
    const { page, select, close } = await fixture.shown('switches');
    await page.locator('.row').first().waitFor();
    const text = await page.getByRole('status').innerText();
    await select({ ...fixture.machine, session: 'b' });
    await expect.poll(() => page.getByRole('status').innerText()).toBe(text);
    await close();
  });
});

describe('a list over time', () => {
  it.each([
    ['switches', ['Instruction', 'Direction', 'Operation', 'Parameters', 'Ran for', 'From', 'To']],
    ['rings', ['Instruction', 'Kernel', 'Transition', 'Ring', 'From', 'To']],
  ])('of %s names its columns above the cells of each, and stays below their names', async (name, titles) => {
    const { page, close } = await fixture.shown(name);
    await page.locator('.row').first().waitFor();
    const list = page.locator('.list');
    expect(await page.locator('.heading > *').allTextContents()).toEqual(titles);
    expect(await list.getAttribute('aria-description')).toBe(titles.join(', '));
    const lefts = (row: string) =>
      page
        .locator(`${row} > *`)
        .evaluateAll((cells) =>
          cells.slice(0, 7).map((cell) => Math.round(cell.getBoundingClientRect().left)),
        );
    expect((await lefts('.row')).slice(0, titles.length)).toEqual(await lefts('.heading'));
    for (const key of ['End', 'Home', 'PageDown', 'PageUp']) {
      await list.press(key);
      // The list scrolls before its rows are drawn anew.
      const isBetween = async () => {
        const [heading, selected, whole] = await Promise.all(
          ['.heading', '.row.selected', '.list'].map((part) => page.locator(part).boundingBox()),
        );
        const isBelow = selected!.y >= heading!.y + heading!.height;
        return isBelow && selected!.y + selected!.height <= whole!.y + whole!.height;
      };
      await expect.poll(isBetween).toBe(true);
    }
    await close();
  });

  it('leads by keys to both places of an event', async () => {
    const view = await fixture.shown('rings');
    const { page } = view;
    await page.locator('.row').first().waitFor();
    const list = page.locator('.list');
    await list.press('Home');
    const [from, to] = await page.locator('.row.selected .link').allInnerTexts();
    expect(from).not.toBe(to);
    await list.press('Enter');
    await list.press('Shift+Enter');
    await expect.poll(() => view.opened.length).toBe(2);
    const [first, second] = view.opened;
    expect(first).toMatchObject({ in: 'source' });
    expect(second).toMatchObject({ in: 'source' });
    expect(second).not.toEqual(first);
    await view.close();
  });

  it('that is empty says why', async () => {
    const { page, close } = await fixture.shown('switches');
    await page.locator('.row').first().waitFor();
    await page.getByLabel('Filter').fill('no such switch');
    await page.getByText('No event passes the filter.').waitFor();
    expect(await page.getByRole('status').innerText()).toMatch(/^0 of \d+ events$/);
    await page.getByLabel('Filter').fill('');
    await page.getByText('No event passes the filter.').waitFor({ state: 'detached' });
    await close();
    const traffic = await fixture.shown('traffic');
    await traffic.page.getByText('appear here when they are used').waitFor();
    // A line of time without anything on it, and an empty summary, would only look broken.
    expect(await traffic.page.locator('canvas').isVisible()).toBe(false);
    expect(await traffic.page.locator('.aside').count()).toBe(0);
    await traffic.close();
  });

  it('shows its whole time at first', async () => {
    const { page, close } = await fixture.shown('switches');
    await page.locator('.row').first().waitFor();
    const canvas = page.locator('canvas');
    await canvas.focus();
    await page.keyboard.press('End');
    const box = (await canvas.boundingBox())!;
    // The last event is at the right edge, and the pointer there finds it.
    await page.mouse.move(box.x + box.width - 4, box.y + 40);
    await page.locator('.hint:not([hidden])').waitFor();
    await close();
  });

  it('shows in high contrast which row is selected, with and without the focus', async () => {
    const { page, select, close } = await fixture.open('switches', { theme: 'high-contrast' });
    await select(fixture.machine);
    await page.locator('.row').first().waitFor();
    await page.locator('.list').press('End');
    const outline = () => page.locator('.row.selected').evaluate((row) => getComputedStyle(row).outline);
    expect(await outline()).toMatch(/^rgb\(243, 133, 24\) solid 1px/);
    await page.locator('canvas').focus();
    expect(await outline()).toMatch(/^rgb\(243, 133, 24\) dotted 1px/);
    await close();
  });
});

describe('the view of rings', () => {
  it('hides returns at first, and shows the stack that ring 0 gets', async () => {
    const { page, close } = await fixture.shown('rings');
    await page.locator('.row').first().waitFor();
    expect(await page.locator('.row', { hasText: 'interrupt-return' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Returns' }).click();
    await page.locator('.row', { hasText: 'interrupt-return' }).first().waitFor();
    expect(await page.getByRole('img').getAttribute('aria-label')).toBe('The processor is in ring 0');
    await page.locator('.rings text', { hasText: /^esp0 0xc01/ }).waitFor();
    await close();
  });

  it('filters by vector and by ring, by the keyboard, and keeps the filter', async () => {
    const view = await fixture.shown('rings');
    const { page } = view;
    await page.locator('.row').first().waitFor();
    await page.getByRole('button', { name: 'int 0x80' }).first().focus();
    await page.keyboard.press('Space');
    const others = page.locator('.row', { hasNotText: 'int 0x80' });
    await expect.poll(() => others.count()).toBe(0);
    const number = async ({ page: of } = view) =>
      Number(/[\d,]+/.exec(await of.getByRole('status').innerText())?.[0].replaceAll(',', ''));
    const calls = await number();
    expect(calls).toBeGreaterThan(1);
    // The timeline goes from one of them to the next.
    await page.locator('canvas').focus();
    await page.keyboard.press('Home');
    await page.locator('.row.selected', { hasText: 'int 0x80' }).waitFor();
    await page.keyboard.press('ArrowRight');
    const second = page.locator('.row').nth(1);
    await expect.poll(() => second.getAttribute('class')).toContain('selected');
    await page.getByLabel('from ring').selectOption('0');
    await expect.poll(() => number()).toBe(0);
    await page.getByLabel('from ring').selectOption('3');
    await expect.poll(() => number()).toBe(calls);
    const state = await view.state();
    await view.close();

    const again = await fixture.open('rings', { state });
    await again.select(fixture.machine);
    await expect.poll(() => number(again)).toBe(calls);
    await again.page.getByRole('button', { name: 'Show all vectors' }).click();
    await again.page.getByLabel('from ring').selectOption('');
    await expect.poll(() => number(again)).toBeGreaterThan(calls);
    await again.close();
  });
});
