/** What a user does in the views, and what comes of it: each test in a page of its own, on one machine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MappedRange } from '../../debug-adapter/custom-protocol.ts';
import { type Fixture, selectedMachine, startFixture } from './view-fixture.ts';
import type { View } from './view-page.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(
    ['rings', 'switches', 'address-space', 'memory', 'processor', 'traffic'],
    'primes = count',
  );
});
afterAll(() => fixture.close());

async function shown(name: string): Promise<View> {
  const view = await fixture.open(name);
  await view.select(fixture.machine);
  return view;
}

describe('the timeline of switches', () => {
  it('chooses events by keys, leads to their code, and counts operations', async () => {
    const view = await shown('switches');
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
    const { page, close } = await shown('switches');
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
    const { page, close } = await shown('switches');
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
    const { page, select, close } = await shown('switches');
    await page.locator('.row').first().waitFor();
    const text = await page.getByRole('status').innerText();
    await select({ ...fixture.machine, session: 'b' });
    await expect.poll(() => page.getByRole('status').innerText()).toBe(text);
    await close();
  });
});

it.each(['rings', 'address-space', 'memory', 'processor'])(
  'the view %s has its toolbar in one line, in the panel of a window of 1540 pixels',
  async (name) => {
    const { page, select, close } = await fixture.open(name, { width: 1112, height: 240 });
    await select(fixture.machine);
    await page.locator('.row, .byte, .register').first().waitFor();
    const heights = await page
      .locator('.toolbar:not(.footer)')
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().height));
    expect(Math.max(...heights)).toBeLessThan(36);
    await close();
  },
);

describe('a list over time', () => {
  it.each([
    ['switches', ['Instruction', 'Direction', 'Operation', 'Parameters', 'Ran for', 'From', 'To']],
    ['rings', ['Instruction', 'Kernel', 'Transition', 'Ring', 'From', 'To']],
  ])('of %s names its columns above the cells of each, and stays below their names', async (name, titles) => {
    const { page, close } = await shown(name);
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
      const [heading, selected, whole] = await Promise.all(
        ['.heading', '.row.selected', '.list'].map((part) => page.locator(part).boundingBox()),
      );
      expect(selected!.y).toBeGreaterThanOrEqual(heading!.y + heading!.height);
      expect(selected!.y + selected!.height).toBeLessThanOrEqual(whole!.y + whole!.height);
    }
    await close();
  });

  it('leads by keys to both places of an event', async () => {
    const view = await shown('rings');
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
    const { page, close } = await shown('switches');
    await page.locator('.row').first().waitFor();
    await page.getByLabel('Filter').fill('no such switch');
    await page.getByText('No event passes the filter.').waitFor();
    expect(await page.getByRole('status').innerText()).toMatch(/^0 of \d+ events$/);
    await page.getByLabel('Filter').fill('');
    await page.getByText('No event passes the filter.').waitFor({ state: 'detached' });
    await close();
    const traffic = await shown('traffic');
    await traffic.page.getByText('appear here when they are used').waitFor();
    // A line of time without anything on it, and an empty summary, would only look broken.
    expect(await traffic.page.locator('canvas').isVisible()).toBe(false);
    expect(await traffic.page.locator('.aside').count()).toBe(0);
    await traffic.close();
  });

  it('shows its whole time at first', async () => {
    const { page, close } = await shown('switches');
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

describe.each([
  ['address-space', '.row'],
  ['memory', '.byte.selected'],
  ['processor', '.register'],
])('the view %s of a machine that has never stopped', (name, contents) => {
  it('says how to see something, and shows it at the first stop', async () => {
    const { page, select, close } = await fixture.open(name);
    await select({ ...fixture.machine, running: true });
    const advice = page.getByText('Pause it to see its state here.');
    await advice.waitFor();
    // Nothing of a stop that never was.
    expect(await page.getByText('at the last stop').count()).toBe(0);
    expect(await page.locator('.row, .byte, .register').count()).toBe(0);
    await select(fixture.machine);
    await page.locator(contents).first().waitFor();
    expect(await advice.count()).toBe(0);
    await select({ ...fixture.machine, running: true });
    await page.getByText('this is what was at the last stop').waitFor();
    await page.locator(contents).first().waitFor();
    // Another machine: what is shown is not its own.
    await select({ ...fixture.machine, session: 'b', running: true });
    await advice.waitFor();
    await close();
  });
});

describe('the view of rings', () => {
  it('hides returns at first, and shows the stack that ring 0 gets', async () => {
    const { page, close } = await shown('rings');
    await page.locator('.row').first().waitFor();
    expect(await page.locator('.row', { hasText: 'interrupt-return' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Returns' }).click();
    await page.locator('.row', { hasText: 'interrupt-return' }).first().waitFor();
    expect(await page.getByRole('img').getAttribute('aria-label')).toBe('The processor is in ring 0');
    await page.locator('.rings text', { hasText: /^esp0 0xc01/ }).waitFor();
    await close();
  });

  it('filters by vector and by ring, by the keyboard, and keeps the filter', async () => {
    const view = await shown('rings');
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

describe('the address space', () => {
  it('begins where the processor is, and names what its columns and colours are', async () => {
    const { page, select, close } = await shown('address-space');
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
    const view = await shown('address-space');
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
    const { page, select, reveal, close } = await shown('address-space');
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
    const { page, select, close } = await shown('address-space');
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
    const { page, close } = await shown('address-space');
    await page.locator('.row').first().waitFor();
    await page.locator('canvas').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('canvas').getAttribute('aria-label')).toMatch(/^Map of 4 MiB/);
    await page.getByRole('button', { name: 'All 4 GiB' }).click();
    await expect.poll(() => page.locator('canvas').getAttribute('aria-label')).toMatch(/^Map of 4 GiB/);
    await close();
  });

  it('of a thread that is not there says so and goes on', async () => {
    const { page, select, close } = await shown('address-space');
    await page.locator('.row').first().waitFor();
    await select({ ...fixture.machine, thread: { id: 9, name: 'none' } });
    await page.getByText('There is no thread 9').waitFor();
    await select(fixture.machine);
    await expect.poll(() => page.getByRole('status').first().innerText()).toMatch('guest 0');
    await close();
  });
});

describe('memory', () => {
  it('is edited by typing, in both panes, and marks what has changed at the next stop', async () => {
    const { page, select, close } = await shown('memory');
    const [virtual, physical] = [page.getByRole('grid').first(), page.getByRole('grid').nth(1)];
    await physical.locator('.byte.selected').waitFor();
    const before = await virtual.locator('.byte.selected').innerText();
    const [first, second] = before === '5a' ? ['6', 'b'] : ['5', 'a'];
    const address = await virtual.locator('.byte.selected').getAttribute('data-address');
    await virtual.focus();
    await page.keyboard.press(first);
    await page.keyboard.press(second);
    const cell = virtual.locator(`[data-address="${address}"]`);
    await expect.poll(() => cell.innerText()).toBe(first + second);
    await select({ ...fixture.machine, changes: 2 });
    // The other pane reads the same frame.
    const frame = await fixture.session.client.customRequest('colinux/pageWalk', {
      memoryReference: `guest0:0x${Number(address).toString(16)}`,
    });
    const { physical: at } = frame.body as { physical: number };
    await expect.poll(() => physical.locator(`[data-address="${at}"]`).innerText()).toBe(first + second);
    await virtual.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press(before[0]!);
    await page.keyboard.press(before[1]!);
    await expect.poll(() => cell.innerText()).toBe(before);
    await virtual.locator(`.byte.changed[data-address="${address}"]`).waitFor();
    await close();
  });

  it('names the bytes of a row, marks the letter of the chosen one, and says it as numbers', async () => {
    const view = await fixture.open('memory', { width: 1500, height: 400 });
    await view.select(fixture.machine);
    const grid = view.page.getByRole('grid').first();
    await grid.locator('.byte.selected').waitFor();
    const at = Number(/0x[0-9a-f]+/.exec(await fixture.session.evaluate('&kmain,x'))![0]);
    await view.reveal(`guest0:0x${at.toString(16)}`);
    const selected = grid.locator('.byte.selected');
    await expect.poll(() => selected.getAttribute('data-address')).toBe(String(at));
    expect(await grid.getByRole('columnheader').allInnerTexts()).toEqual([
      'Address',
      ...Array.from({ length: 16 }, (_, n) => n.toString(16).padStart(2, '0')),
    ]);
    const byte = parseInt(await selected.innerText(), 16);
    const shownLetter = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
    expect(await grid.locator('.letter').allTextContents()).toEqual([shownLetter]);
    const word = await fixture.session.evaluate(`*(unsigned short *)${String(at)}`);
    const text = await view.page.locator('.values').first().innerText();
    expect(text).toMatch(new RegExp(`u8\\s+0x${byte.toString(16).padStart(2, '0')} · ${byte}\\b`));
    expect(text).toContain(` · ${/\d+/.exec(word)![0]}`);
    await grid.press('Home');
    await expect.poll(() => selected.getAttribute('data-address')).toBe(String(at - (at % 16)));
    await grid.press('End');
    await expect.poll(() => selected.getAttribute('data-address')).toBe(String(at - (at % 16) + 15));
    // What a screen reader is told to look at is there.
    const id = await grid.getAttribute('aria-activedescendant');
    expect(await selected.getAttribute('id')).toBe(id);
    expect(id).not.toMatch(/\s/);
    await view.close();
  });

  it('of a task is that of its own address space', async () => {
    const clock = fixture.machine.threads.find(({ name }) => name.includes('clock'))!;
    const { client } = fixture.session;
    const { cr3, mappings } = (await client.customRequest('colinux/mappings', { threadId: clock.id }))
      .body as {
      cr3: number;
      mappings: MappedRange[];
    };
    const { start } = mappings.find(({ flags }) => flags.includes('user'))!;
    const address = `0x${start.toString(16)}`;
    const at = `host@${cr3.toString(16)}:${address}`;
    const read = await client.customRequest('readMemory', { memoryReference: at, count: 1 });
    const { data } = read.body as { data: string };
    const { page, select, close } = await shown('memory');
    await page.locator('.byte.selected').first().waitFor();
    await select({ ...fixture.machine, thread: clock });
    await page.getByLabel('Go to virtual address').fill(address);
    await page.getByLabel('Go to virtual address').press('Enter');
    const byte = page.getByRole('grid').first().locator(`[data-address="${start}"]`);
    const wanted = Buffer.from(data, 'base64').toString('hex');
    await expect.poll(() => byte.innerText()).toBe(wanted);
    // Physical memory behind it is that of the task's page, not of the guest that is running.
    const walk = await client.customRequest('colinux/pageWalk', { memoryReference: at });
    const { physical } = walk.body as { physical: number };
    await page.locator(`[data-address="${physical}"]`).waitFor();
    await close();
  });

  it('that is not mapped has holes, and an address that is none is a sentence', async () => {
    const { page, reveal, close } = await shown('memory');
    await page.locator('.byte.selected').first().waitFor();
    await reveal('guest0:0x40000000');
    await page.getByText('not mapped').waitFor();
    const first = page.getByRole('grid').first().locator('.byte').first();
    await expect.poll(() => first.innerText()).toBe('··');
    await page.getByLabel('Go to virtual address').fill('no_such_symbol');
    await page.getByLabel('Go to virtual address').press('Enter');
    await page.getByText('no_such_symbol').waitFor();
    await close();
  });
});

describe('the processor', () => {
  it('flips a bit, takes a value, and refuses nonsense', async () => {
    const { page, select, close } = await shown('processor');
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
    const { page, close } = await shown('processor');
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
    const { page, close } = await shown('processor');
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
    const { page, close } = await shown('processor');
    await page.getByText('eflags').waitFor();
    for (const name of ['General', 'Segments', 'Control', 'MSRs']) {
      const values = page.getByRole('region', { name }).locator('.register > .value');
      const lefts = await values.evaluateAll((all) => all.map((value) => value.getBoundingClientRect().left));
      expect(new Set(lefts).size, name).toBe(name === 'General' || name === 'Control' ? 2 : 1);
    }
    // Two bits that are one number.
    const level = (Number(await fixture.session.evaluate('$eflags')) >>> 12) & 3;
    await page.getByTitle('bits 12 and 13: I/O privilege level').getByText(`IOPL=${level}`).waitFor();
    await close();
  });

  it('names the exception of each vector, and leads to code only from what has some', async () => {
    const { page, close } = await shown('processor');
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
    const view = await shown('processor');
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
    const { page, close } = await shown('processor');
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
    const { page, close } = await shown('processor');
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
