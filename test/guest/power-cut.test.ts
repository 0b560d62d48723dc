/**
 * The order in which `unix-guest` writes: on a disk whose cache is lost when the power fails, at whatever time that is, there is
 * nothing that e2fsck cannot mend without asking, and everything that was there when sync() ended.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBundled } from '../support/bundled.ts';
import { run, UNIX } from './run-guest.ts';
import type * as VolatileDisk from './volatile-disk.ts';

const { runUntilPowerCut } = await importBundled<typeof VolatileDisk>(
  new URL('volatile-disk.ts', import.meta.url),
);
const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = ['mke2fs', 'e2fsck', 'debugfs'].map((name) => join('/usr/sbin', name));
const [MKE2FS, E2FSCK, DEBUGFS] = tools as [string, string, string];
const PATIENCE = 600_000;
const CUTS = 24;

const NAMES = Array.from({ length: 30 }, (_, n) => `some-file-with-a-rather-long-name-${n}`);
/** Files come, go, are moved and shrink; sync in between, so that blocks of the dead are used again. */
const WORK = [
  'echo precious >/kept; sync; echo synced',
  ...NAMES.map((name, n) => `mkdir /d${n % 5}; cp /seed /d${n % 5}/${name}`),
  'sync',
  ...NAMES.map((name, n) => (n % 2 === 0 ? `rm /d${n % 5}/${name}` : `mv /d${n % 5}/${name} /moved-${n}`)),
  'sync; rm -r /d0; rm -r /d1; cp /seed /new1; truncate 9000 /moved-1; cp /seed /new2',
  'sync; rm /new1; mkdir /d0; cp /seed /d0/again; mv /d0 /d2/inside; sync',
  'halt',
].join('\n');

describe.skipIf(!tools.every(existsSync))('a power cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'power-cut-'));
  const image = join(folder, 'disk');
  const words = `${UNIX} cobd0=blk0 log root=/dev/cobd0 ${run('sh /script')}`;
  beforeAll(() => {
    execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
    const files = join(folder, 'files');
    mkdirSync(files);
    writeFileSync(
      join(files, 'seed'),
      Uint8Array.from({ length: 40_000 }, (_, at) => at * 7 + (at >> 8)),
    );
    writeFileSync(join(files, 'script'), WORK);
    execFileSync(MKE2FS, ['-q', '-O', 'none', '-b', '1024', '-d', files, image, '4M']);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'leaves what e2fsck mends without a question, and what was synchronised',
    () => {
      const fresh = readFileSync(image);
      const cut = join(folder, 'cut');
      const whole = runUntilPowerCut(words, fresh, Infinity, 1);
      expect(whole.com1).toContain('terminated: POWEROFF');
      writeFileSync(cut, whole.disk);
      expect(spawnSync(E2FSCK, ['-f', '-n', cut]).status).toBe(0);

      let lost = 0;
      for (let n = 1; n <= CUTS; n++) {
        const at = (whole.milliseconds * n) / (CUTS + 1);
        const result = runUntilPowerCut(words, fresh, at, n);
        lost += result.lost;
        writeFileSync(cut, result.disk);
        const mended = spawnSync(E2FSCK, ['-f', '-p', cut], { encoding: 'utf8' });
        expect(mended.status, mended.stdout).toBeLessThanOrEqual(1);
        expect(spawnSync(E2FSCK, ['-f', '-n', cut]).status).toBe(0);
        if (result.com1.includes('synced'))
          expect(execFileSync(DEBUGFS, ['-R', 'cat /kept', cut], { encoding: 'utf8', stdio: 'pipe' })).toBe(
            'precious\n',
          );
      }
      // Else nothing was put to the test.
      expect(lost).toBeGreaterThan(CUTS);
    },
    PATIENCE,
  );
});
