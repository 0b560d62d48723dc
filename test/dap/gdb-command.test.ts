/** How `colinux gdb` ends by signals: as `colinux run`, with all written that is to be kept. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, bundleAdapter, bundleCli, guest } from './support/bundle.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
  await bundleCli(bundle);
});
afterAll(() => {
  bundle.dispose();
});

/** Lets the machine run, and ends the command by a signal. @returns how it has ended, and what it has kept */
async function endedBy(signal: NodeJS.Signals) {
  const home = bundle.file(`cache-${signal}`);
  const child = spawn(process.execPath, [bundle.file('cli.cjs'), 'gdb', guest, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: home },
  });
  const end = new Promise((resolve) =>
    child.on('close', (status, by) => {
      resolve(by ?? status);
    }),
  );
  const port = await new Promise<number>((resolve) => {
    let text = '';
    child.stderr.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    });
  });
  const socket = createConnection(port, '127.0.0.1');
  socket.write('$c#63');
  // Much has been translated by then; the machine stands, and the command goes on.
  let printed = '';
  child.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  await expect.poll(() => printed, { timeout: 20_000 }).toContain('goodbye');
  child.kill(signal);
  const how = await end;
  socket.destroy();
  const regions = join(home, 'colinux/regions');
  return { how, kept: existsSync(regions) ? readdirSync(regions).length : 0 };
}

it.skipIf(process.platform === 'win32').each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGHUP', 'SIGHUP'],
  ['SIGINT', 130],
] as const)('ends by %s when what it has translated is kept', async (signal, how) => {
  expect(await endedBy(signal)).toEqual({ how, kept: 1 });
});
