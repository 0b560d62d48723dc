/** What a screen reader is told of pictures and lists, by live regions and by names, beyond what axe asks for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['switches', 'address-space'], 'primes = count');
});
afterAll(() => fixture.close());

describe('a screen reader', () => {
  it('is told the event that a key chooses in a timeline, and Enter leads to its code', async () => {
    const view = await fixture.shown('switches');
    const { page } = view;
    await page.locator('.row').first().waitFor();
    const said = page.locator('.timeline [aria-live=polite]');
    expect(await said.textContent()).toBe('');
    await page.locator('canvas').press('Home');
    await expect
      .poll(() => said.textContent())
      .toMatch(/^host.* → guest 0.*: START.*; at instruction [\d,]+ \(/);
    await page.locator('canvas').press('ArrowRight');
    await expect.poll(() => said.textContent()).toMatch(/^guest 0.* → host/);
    await page.locator('canvas').press('Enter');
    await expect.poll(() => view.opened).toHaveLength(1);
    expect(view.opened[0]).toMatchObject({
      in: 'source',
      memoryReference: expect.stringMatching(/^guest0:0xc01/),
    });
    await view.close();
  });

  it('is told what is mapped in the cell of the map that a key leads to', async () => {
    const { page, close } = await fixture.shown('address-space');
    await page.locator('.row').first().waitFor();
    const said = page.locator('.map [aria-live=polite]');
    await page.locator('canvas').press('Home');
    await page.locator('canvas').press('ArrowLeft');
    await expect.poll(() => said.textContent()).toBe('0x00000000 - 0x003fffff; not mapped');
    await page.getByLabel('Go to address').fill('&kmain');
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: /0xc01/i }).waitFor();
    await page.locator('canvas').press('Enter');
    await expect.poll(() => said.textContent()).toMatch(/^0xc01\w+ - 0xc01\w+; .*\.text/);
    await close();
  });

  it('reads no signs that only show what it says by itself', async () => {
    const switches = await fixture.shown('switches');
    const operation = switches.page.getByRole('button', { name: 'START', exact: true, pressed: true });
    await operation.waitFor();
    expect(await switches.page.locator('#view').ariaSnapshot()).not.toContain('✓');
    await switches.close();
    const space = await fixture.shown('address-space');
    await space.page.locator('.row').first().waitFor();
    expect(await space.page.getByRole('tree').ariaSnapshot()).not.toMatch(/[▾▸]/);
    await space.close();
  });
});
