/** What a user does in the view of the processor. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, selectedMachine, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['processor'], 'primes = count');
});
afterAll(() => fixture.close());

describe('the processor', () => {
  it('flips a bit, takes a value, and refuses nonsense', async () => {
    const { page, select, close } = await fixture.shown('processor');
    const carry = page.getByRole('button', { name: 'CF', exact: true });
    await carry.waitFor();
    const was = await carry.getAttribute('aria-pressed');
    await carry.click();
    // As the extension does when the adapter tells of a write.
    const written = async (expression: string, value: string, changes: number) => {
      await expect.poll(() => fixture.session.evaluate(expression)).toBe(value);
      await select({ ...(await selectedMachine(fixture.session, 2)), changes });
    };
    const [unset, set] = was === 'true' ? ['1', '0'] : ['0', '1'];
    await written('$eflags & 1', set, 3);
    await expect.poll(() => carry.getAttribute('aria-pressed')).toBe(was === 'true' ? 'false' : 'true');
    await carry.click();
    await written('$eflags & 1', unset, 4);
    await expect.poll(() => carry.getAttribute('aria-pressed')).toBe(was);
    const edx = page.locator('.register', { hasText: /^\s*edx/ });
    const old = await edx.locator('.value').innerText();
    await edx.locator('.value').click();
    await page.keyboard.type('0x1234');
    await page.keyboard.press('Enter');
    await written('$edx', '0x00001234', 5);
    await expect.poll(() => edx.locator('.value').innerText()).toBe('0x00001234');
    await edx.locator('.value.changed').waitFor();
    await edx.locator('.value').click();
    await page.keyboard.type('rubbish');
    await page.keyboard.press('Enter');
    await page.locator('.problem', { hasText: 'rubbish' }).waitFor();
    await edx.locator('.value').click();
    await page.keyboard.type(old);
    await page.keyboard.press('Enter');
    await written('$edx == ' + old, '1', 6);
    await expect.poll(() => edx.locator('.value').innerText()).toBe(old);
    await close();
  });

  it('gives the keyboard back to where it was before a value or an entry was changed', async () => {
    const { page, close } = await fixture.shown('processor');
    const focused = (name: string) => () =>
      page.evaluate((key) => (document.activeElement as HTMLElement).dataset[key], name);
    const edx = page.locator('.register', { hasText: /^\s*edx/ }).locator('.value');
    await edx.waitFor();
    for (const key of ['Escape', 'Enter']) {
      await edx.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('textbox', { name: 'edx' }).waitFor();
      await page.keyboard.press(key);
      await expect.poll(focused('register')).toBe('edx');
    }
    await page.getByRole('tab', { name: 'Registers' }).press('End');
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('TSS');
    await page.keyboard.press('Home');
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Registers');
    await page.getByRole('tab', { name: 'IDT' }).click();
    await page.getByRole('button', { name: 'Change entry 0x0e' }).press('Enter');
    await page.getByRole('form', { name: 'Change the entry' }).getByLabel('Kind').press('Escape');
    await expect.poll(focused('entry')).toBe('14');
    await close();
  });

  it('is gone through by keys: a register is one stop, and so are its bits', async () => {
    const { page, close } = await fixture.shown('processor');
    const eflags = page.getByRole('button', { name: /^eflags 0x/ });
    await eflags.focus();
    await page.keyboard.press('Tab');
    const bit = () => page.evaluate(() => document.activeElement?.textContent.trim());
    expect(await bit()).toBe('ID');
    await page.keyboard.press('ArrowRight');
    expect(await bit()).toBe('VIP');
    await page.keyboard.press('End');
    expect(await bit()).toBe('CF');
    await page.keyboard.press('Tab');
    // The next register, which is the first of another group.
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.register)).toBe('es');
    await close();
  });

  it('aligns the values of each group', async () => {
    const { page, close } = await fixture.shown('processor');
    await page.getByText('eflags').waitFor();
    for (const name of ['General', 'Segments', 'Control', 'MSRs']) {
      const values = page.getByRole('region', { name }).locator('.register > .value');
      const lefts = await values.evaluateAll((all) => all.map((value) => value.getBoundingClientRect().left));
      expect(new Set(lefts).size, name).toBe(name === 'General' || name === 'Control' ? 2 : 1);
    }
    // Two bits that are one number.
    const level = (Number(await fixture.session.evaluate('$eflags')) >>> 12) & 3;
    await page.getByTitle('bits 12 and 13: I/O privilege level').getByText(`IOPL=${level}`).waitFor();
    await page.getByTitle('bits 18 and 19: bytes of breakpoint 0').getByText('LEN0=1').waitFor();
    await page.getByTitle('bits 28 and 29: accesses that meet breakpoint 3').getByText('R/W3=x').waitFor();
    await close();
  });

  it('keeps a value whole beside its bits, also in a side bar', async () => {
    const view = await fixture.open('processor', { width: 300, height: 700 });
    await view.select(fixture.machine);
    await view.page.getByText('dr7').waitFor();
    const broken = await view.page.locator('.value:has(+ .bits)').evaluateAll((values) => {
      const lines = (value: Element) => {
        const range = document.createRange();
        range.selectNodeContents(value);
        return new Set([...range.getClientRects()].map(({ top }) => top)).size;
      };
      return values.map((value) => [value.textContent?.trim(), lines(value)]).filter(([, n]) => n !== 1);
    });
    expect(broken).toEqual([]);
    await view.close();
  });

  it('cuts no register off where two groups stand side by side', async () => {
    for (const width of [1060, 1180, 1400]) {
      const view = await fixture.open('processor', { width, height: 460 });
      await view.select(fixture.machine);
      await view.page.getByText('dr7').waitFor();
      const groups = await view.page.locator('.groups').evaluateAll(([all]) => {
        const { right } = all!.closest('.contents')!.getBoundingClientRect();
        const beyond = [...all!.querySelectorAll('.register > *, .bit')].filter(
          (part) => part.getBoundingClientRect().right > right,
        );
        const [first, second] = [...all!.children].map((group) => group.getBoundingClientRect().top);
        return { beyond: beyond.map((part) => part.textContent?.trim()), sideBySide: first === second };
      });
      expect(groups).toEqual({ beyond: [], sideBySide: true });
      await view.close();
    }
  });

  it('names the exception of each vector, and leads to code only from what has some', async () => {
    const { page, close } = await fixture.shown('processor');
    await page.getByRole('tab', { name: 'IDT' }).click();
    const row = (vector: string) => page.locator('tr', { hasText: vector });
    await row('0x0e').getByText('#PF page fault').waitFor();
    expect(await row('0x20').locator('.exception').innerText()).toBe('');
    // A task gate, whose offset means nothing.
    expect(await row('0x08').innerText()).toMatch(/#DF double fault\s+task gate to 0x0038/);
    const room = await page.getByPlaceholder('Vector to change').evaluate((input: HTMLInputElement) => {
      const context = document.createElement('canvas').getContext('2d')!;
      const { font, paddingLeft, paddingRight } = getComputedStyle(input);
      context.font = font;
      const inside = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      return inside - context.measureText(input.placeholder).width;
    });
    expect(room).toBeGreaterThanOrEqual(0);
    await page.getByRole('tab', { name: 'GDT' }).click();
    await row('0x0010').waitFor();
    expect(await page.locator('thead th').allInnerTexts()).toEqual(['Selector', 'Descriptor', 'Change']);
    await close();
  });

  it('shows where gates lead', async () => {
    const view = await fixture.shown('processor');
    await view.page.getByRole('tab', { name: 'IDT' }).click();
    const row = view.page.locator('tr', { hasText: '0x0e' });
    await row.locator('td button').first().click();
    await expect.poll(() => view.opened).toHaveLength(1);
    expect(view.opened[0]).toMatchObject({ in: 'source' });
    await view.page.getByRole('tab', { name: 'LDT' }).click();
    await view.page.getByText('has no LDT').waitFor();
    await view.close();
  });

  it('changes an entry of a table: problems are told before it is written', async () => {
    const { page, close } = await fixture.shown('processor');
    await page.getByRole('tab', { name: 'IDT' }).click();
    const row = page.locator('tr', { hasText: '0x0e' });
    const was = await row.locator('td.text').innerText();
    await page.getByRole('button', { name: 'Change entry 0x0e' }).click();
    const form = page.getByRole('form', { name: 'Change the entry' });
    const selector = form.getByLabel('Selector');
    const old = await selector.inputValue();
    await selector.fill('0xfff8');
    await selector.press('Tab');
    await form.locator('.problem', { hasText: 'lies outside of the descriptor table' }).waitFor();
    await selector.fill('0x12345');
    await selector.press('Tab');
    await form.locator('.problem', { hasText: 'the selector must be a whole number' }).waitFor();
    expect(await form.getByRole('button', { name: 'Write' }).isDisabled()).toBe(true);
    expect(await row.locator('td.text').innerText()).toBe(was);
    await selector.fill(old);
    await form.getByLabel('present').uncheck();
    await form.getByRole('button', { name: 'Write' }).click();
    await expect.poll(() => row.locator('td.text').innerText()).toContain('NOT PRESENT');
    await page.getByRole('button', { name: 'Change entry 0x0e' }).click();
    await form.getByLabel('present').check();
    await form.getByRole('button', { name: 'Write' }).click();
    await expect.poll(() => row.locator('td.text').innerText()).toBe(was);
    await close();
  });

  it('writes fields of the task state, by expressions, and says what is wrong with them', async () => {
    const { page, close } = await fixture.shown('processor');
    await page.getByRole('tab', { name: 'TSS' }).click();
    const esp0 = page.getByLabel('esp0');
    const old = await esp0.inputValue();
    // Each field once, in as many digits as it has.
    const { fields } = (await fixture.session.client.customRequest('colinux/taskState', { threadId: 2 }))
      .body as { fields: Record<string, number> };
    const labels = await page.locator('.fields label').allInnerTexts();
    expect(labels.map((label) => label.trim()).sort()).toEqual(Object.keys(fields).sort());
    expect(await page.getByLabel('ss0').inputValue()).toBe('0x0018');
    await esp0.fill('0');
    await esp0.press('Tab');
    await page.locator('.problem', { hasText: 'esp0 is 0' }).waitFor();
    await esp0.fill(`${old} + 0`);
    await esp0.press('Tab');
    await page.locator('.problem', { hasText: 'esp0' }).waitFor({ state: 'hidden' });
    expect(await esp0.inputValue()).toBe(old);
    await close();
  });
});
