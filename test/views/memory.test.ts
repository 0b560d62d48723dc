/** What a user does in the view of memory. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MappedRange } from '../../debug-adapter/custom-protocol.ts';
import { type Fixture, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['memory'], 'primes = count');
});
afterAll(() => fixture.close());

describe('memory', () => {
  it('is edited by typing, in both panes, and marks what has changed at the next stop', async () => {
    const { page, select, close } = await fixture.shown('memory');
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
    const { page, select, close } = await fixture.shown('memory');
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
    const { page, reveal, close } = await fixture.shown('memory');
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
