/** What a user does in the view of device traffic, with a guest that has used a disk and a network. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { devicesAtEnd, type Fixture, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['traffic'], devicesAtEnd);
});
afterAll(() => fixture.close());

it('lists requests and packets, filters them, and sums them up', async () => {
  const { page, select, close } = await fixture.open('traffic');
  await select(fixture.machine);
  const selected = page.locator('.row.selected');
  await page.locator('.row').first().waitFor();
  await page.locator('canvas').focus();
  await page.keyboard.press('End');
  expect(await selected.innerText()).toMatch(/disk0 \(guest0: cobd0\)\s+read\s+1 sector at 31\s+512 B/);
  await page.getByLabel('Filter').fill('TX ');
  await page.locator('.row', { hasText: 'net0 (guest0: eth0)' }).first().waitFor();
  await expect.poll(() => page.locator('.row', { hasNotText: 'TX Ethernet' }).count()).toBe(0);
  await page.getByLabel('Filter').fill('');
  await page.getByRole('button', { name: 'net0' }).click();
  await expect.poll(() => page.locator('.row', { hasText: 'net0' }).count()).toBe(0);
  await page.locator('.row', { hasText: 'disk0 (guest0: cobd0)' }).first().waitFor();
  await page.getByLabel('Filter').fill('at 30');
  await expect.poll(() => page.locator('.row', { hasNotText: 'sector at 30' }).count()).toBe(0);
  const sums = await page.locator('.aside tbody tr').allInnerTexts();
  expect(sums.map((text) => text.split(/\s+/)[0])).toEqual(['net0', 'disk0']);
  await page.getByLabel('Filter').fill('no such thing');
  await expect.poll(() => page.locator('.row').count()).toBe(0);
  await close();
});
