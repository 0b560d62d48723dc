// `npm run bench -- records` measures a machine that keeps no records: sources that have changed could make it keep them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { kernel } from './machines.mjs';
import { bundleDriver } from './records.mjs';

const folder = mkdtempSync(join(tmpdir(), 'colinux-records-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a benchmark comes to, with records or without. */
async function run(records) {
  const driver = join(folder, `${records}.cjs`);
  await bundleDriver(driver, records, 'test/bench/run-image.ts');
  const args = [driver, '64', kernel('bench'), 'only=branch_switch divide=100', '', '', 'jit'];
  const { exit, instructions } = JSON.parse(execFileSync('node', args, { encoding: 'utf8' }));
  return { exit, instructions };
}

it('without records, a benchmark runs the same instructions to its end', async () => {
  const without = await run(false);
  expect(without).toEqual(await run(true));
  expect(without.exit).toBe(1);
});
