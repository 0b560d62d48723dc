/** What a user does in the view of an address space. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['address-space'], 'primes = count');
});
afterAll(() => fixture.close());

describe('the address space', () => {
  it('begins where the processor is, and names what its columns and colours are', async () => {
    const { page, select, close } = await fixture.shown('address-space');
    const eip = await fixture.session.evaluate('$eip,x');
    await page.locator('h2', { hasText: /0x[0-9a-f]{8}/.exec(eip)![0] }).waitFor();
    const row = page.locator('.row.selected');
    expect((await row.innerText()).split(/\s*\n\s*/)).toEqual([
      expect.stringMatching(/^0xc010/),
      '.text',
      'rwx S',
      '8 KiB',
    ]);
    await row.getByTitle('rwx supervisor').waitFor();
    expect(await page.locator('.regions .heading > *').allInnerTexts()).toEqual([
      'Address',
      'Name',
      'Access',
      'Size',
    ]);
    await page.getByText('4 MiB per cell').waitFor();
    // Whoever maps the frame without being a thread leads nowhere: no link that cannot be followed.
    await page.getByText('Mapped by').waitFor();
    expect(await page.locator('.aside button:disabled').count()).toBe(0);
    await page.locator('canvas').press('Enter');
    await page.getByText('4 KiB per cell').waitFor();
    await page.setViewportSize({ width: 300, height: 700 });
    // A side bar has room for the names all the same.
    const name = row.getByText('.text');
    await expect.poll(() => name.evaluate((cell) => cell.scrollWidth - cell.clientWidth)).toBe(0);
    await select(undefined);
    await close();
  });

  it('says why an access would fault, and who maps a frame', async () => {
    const view = await fixture.shown('address-space');
    const { page } = view;
    await page.getByLabel('Go to address').fill('kmain');
    await page.getByLabel('Go to address').press('Enter');
    await page.locator('h2', { hasText: /^0xc010/ }).waitFor();
    await page.getByText('This access is allowed.').waitFor();
    await page.getByLabel('by ring 3').check();
    await page.getByText('is for ring 0-2 only').waitFor();
    expect(await page.locator('.aside tr').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('guest 0'), expect.stringContaining('host kernel')]),
    );
    await page.getByRole('button', { name: 'Show memory' }).click();
    await expect.poll(() => view.opened).toHaveLength(1);
    expect(view.opened[0]).toMatchObject({
      in: 'memory',
      memoryReference: expect.stringMatching(/^guest0:0xc010/),
    });
    await view.close();
  });

  it("of a task that is not running is the task's own, and of another kernel that kernel's", async () => {
    const { client } = fixture.session;
    const clock = fixture.machine.threads.find(({ name }) => name.includes('clock'))!;
    const { cr3 } = (await client.customRequest('colinux/mappings', { threadId: clock.id })).body as {
      cr3: number;
    };
    const { cr3: ofHost } = (await client.customRequest('colinux/mappings', { threadId: 1 })).body as {
      cr3: number;
    };
    expect(cr3).not.toBe(ofHost);
    const { page, select, reveal, close } = await fixture.shown('address-space');
    const text = (space: number) => `CR3 0x${space.toString(16).padStart(8, '0')}`;
    await select({ ...fixture.machine, thread: clock });
    await page.getByText(text(cr3)).first().waitFor();
    await select(fixture.machine);
    await page
      .locator('.aside p', { hasText: 'CR3' })
      .filter({ hasNotText: text(cr3) })
      .waitFor();
    await reveal('host:0xc0100000');
    await page.locator('.aside p', { hasText: text(ofHost) }).waitFor();
    await expect.poll(() => page.getByRole('status').first().innerText()).toBe('host kernel');
    await close();
  });

  it('of a thread that is selected right behind another is its own', async () => {
    const host = fixture.machine.threads.find(({ id }) => id === 1)!;
    const { page, select, close } = await fixture.open('address-space');
    // Both at once, before either has been answered.
    await Promise.all([select(fixture.machine), select({ ...fixture.machine, thread: host })]);
    await expect.poll(() => page.getByRole('status').first().innerText()).toBe('host kernel');
    await page.locator('.row', { hasText: '.user.text' }).waitFor({ state: 'detached' });
    await page.locator('.row.selected').waitFor();
    await close();
  });

  it("colours the host's map of all memory by the owner of each frame", async () => {
    const host = fixture.machine.threads.find(({ id }) => id === 1)!;
    const { page, select, close } = await fixture.shown('address-space');
    await page.setViewportSize({ width: 1180, height: 900 });
    await select({ ...fixture.machine, thread: host });
    await page.getByLabel('Colours').selectOption('owner');
    const direct = page.locator('.row:has(.bar)', { hasText: '0xc' });
    const colours = () =>
      direct.locator('.bar').evaluateAll((bars) => bars.map((bar) => bar.style.background));
    await expect.poll(async () => new Set(await colours()).size).toBeGreaterThan(1);
    await close();
  });

  it('marks the chosen cell in whatever colour it is filled', async () => {
    const { page, select, close } = await fixture.open('address-space', { theme: 'high-contrast' });
    await select(fixture.machine);
    await page.getByLabel('Go to address').fill('&kmain');
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: /0xc01/i }).waitFor();
    await page.waitForTimeout(100); // a frame to draw in
    const colours = await page.locator('canvas').evaluate((canvas) => {
      const { data } = (canvas as HTMLCanvasElement)
        .getContext('2d')!
        .getImageData(0, 0, canvas.clientWidth, canvas.clientHeight);
      const found = new Set<string>();
      for (let n = 0; n < data.length; n += 4) found.add(data.slice(n, n + 3).join(' '));
      return [...found];
    });
    // Memory that is rwx is orange; the mark is the foreground.
    expect(colours).toEqual(expect.arrayContaining(['209 134 22', '255 255 255']));
    await close();
  });

  it('opens a cell of 4 MiB, and goes back', async () => {
    const { page, close } = await fixture.shown('address-space');
    await page.locator('.row').first().waitFor();
    await page.locator('canvas').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('canvas').getAttribute('aria-label')).toMatch(/^Map of 4 MiB/);
    await page.getByRole('button', { name: 'All 4 GiB' }).click();
    await expect.poll(() => page.locator('canvas').getAttribute('aria-label')).toMatch(/^Map of 4 GiB/);
    await close();
  });

  it('of a thread that is not there says so and goes on', async () => {
    const { page, select, close } = await fixture.shown('address-space');
    await page.locator('.row').first().waitFor();
    await select({ ...fixture.machine, thread: { id: 9, name: 'none' } });
    await page.getByText('There is no thread 9').waitFor();
    await select(fixture.machine);
    await expect.poll(() => page.getByRole('status').first().innerText()).toMatch('guest 0');
    await close();
  });
});
