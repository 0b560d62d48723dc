/** An engine whose switches are frozen ends a process that turns one: translations are compiled without. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, bundleAdapter, bundleCli, root } from './support/bundle.ts';

let bundle: Bundle;
let cli: string;
beforeAll(async () => {
  bundle = await bundleAdapter();
  cli = await bundleCli(bundle);
});
afterAll(() => {
  bundle.dispose();
});

it.each([[[]], [['--freeze-flags-after-init']]])(
  'hot code is translated by Node.js with %j',
  (switches) => {
    const image = join(root, 'kernels/build/bench.elf');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...switches, cli, 'run', image, '--memory', '128', '--append', 'only=call_vm repeat=1 divide=1'],
      { encoding: 'latin1', timeout: 100_000, env: { ...process.env, XDG_CACHE_HOME: bundle.file('cache') } },
    );
    // What the image ends with.
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('@end call_vm');
  },
  120_000,
);
