/** What views have in common: a toolbar of one line, and what they say of a machine that has never stopped. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from './view-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(['rings', 'address-space', 'memory', 'processor'], 'primes = count');
});
afterAll(() => fixture.close());

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
