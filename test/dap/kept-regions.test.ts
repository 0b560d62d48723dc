/** What a session has translated is there for the next one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unpackKept } from '../../core/jit/kept-regions.ts';
import { inSample, lineOf } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
const home = mkdtempSync(join(tmpdir(), 'colinux-kept-'));
const main = inSample('kernel/main.c');
const { XDG_CACHE_HOME } = process.env;

beforeAll(() => {
  process.env.XDG_CACHE_HOME = home;
});
afterAll(() => {
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  rmSync(home, { recursive: true, force: true });
});

async function session(): Promise<string> {
  const { launch, stop, names, client } = await tested.open();
  await launch({ breakpoints: [[main, lineOf(main, 'memory: %u MiB')]] });
  await stop();
  const where = (await names()).join();
  await client.send('restart', {});
  await stop();
  await client.disconnectRequest();
  return where;
}

it('keeps regions by the files that are booted, and stops at the same place with them', async () => {
  const first = await session();
  const folder = join(home, 'colinux/regions');
  const [file, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  // Whatever translator has made them.
  expect(unpackKept(readFileSync(join(folder, file!)), 0).length).toBeGreaterThan(3);
  expect(await session()).toBe(first);
});
