/**
 * The order in which `unix-guest` writes. The power fails, whenever that is, on a disk whose cache is lost with it. Then everything is
 * there that was there when sync() ended, and what e2fsck finds it can explain: names or files that are missing their other half,
 * and wrong counts; never a block with two owners, nor a pointer to what is not what it should be.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, UNIX } from './run-guest.ts';
import { type PowerCut, runWithPowerCuts } from './volatile-disk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = ['mke2fs', 'e2fsck', 'debugfs'].map((name) => join('/usr/sbin', name));
const [MKE2FS, E2FSCK, DEBUGFS] = tools as [string, string, string];
const PATIENCE = 600_000;
/** Runs in which a disk answers in other orders, and after how many writes the power fails in each. `npm run test:kills` has more. */
const [RUNS, EVERY] = process.env.COLINUX_KILLS === undefined ? [2, 10] : [4, 3];

const SEED = Uint8Array.from({ length: 40_000 }, (_, at) => at * 7 + (at >> 8));
const NAMES = Array.from({ length: 30 }, (_, n) => `some-file-with-a-rather-long-name-${n}`);
/** What e2fsck must not have to say. */
const DAMAGE = /multiply|claimed|illegal|corrupt|invalid|\bbad\b|salvage|link to directory|missing/i;

/** Files come, go, are moved and shrink; sync in between, so that blocks of the dead are used again. */
const WORK = [
  'cp /seed /kept; sync; echo synced',
  ...NAMES.map((name, n) => `mkdir /d${n % 5}; cp /seed /d${n % 5}/${name}`),
  'sync',
  ...NAMES.map((name, n) => (n % 2 === 0 ? `rm /d${n % 5}/${name}` : `mv /d${n % 5}/${name} /moved-${n}`)),
  'sync; rm -r /d0; rm -r /d1; cp /seed /new1; truncate 9000 /moved-1; cp /seed /new2',
  'sync; rm /new1; mkdir /d0; cp /seed /d0/again; sync',
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
    writeFileSync(join(files, 'seed'), SEED);
    writeFileSync(join(files, 'script'), WORK);
    execFileSync(MKE2FS, ['-q', '-O', 'none', '-b', '1024', '-d', files, image, '4M']);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (from: string, path: string) =>
    execFileSync(DEBUGFS, ['-R', `cat ${path}`, from], { stdio: 'pipe' });

  it(
    'leaves what was synchronised, and nothing that e2fsck cannot explain',
    () => {
      const fresh = readFileSync(image);
      const cut = join(folder, 'cut');
      let cuts = 0;
      let lost = 0;
      function judge(result: PowerCut): void {
        cuts++;
        lost += result.lost;
        writeFileSync(cut, result.disk);
        const mended = spawnSync(E2FSCK, ['-f', '-y', cut], { encoding: 'utf8' });
        expect(mended.stdout).not.toMatch(DAMAGE);
        expect(mended.status, mended.stdout).toBeLessThanOrEqual(1);
        expect(spawnSync(E2FSCK, ['-f', '-n', cut]).status).toBe(0);
        const paths = result.com1.includes('synced') ? ['/seed', '/kept'] : ['/seed'];
        for (const path of paths) expect(Buffer.compare(read(cut, path), SEED)).toBe(0);
      }
      for (let seed = 1; seed <= RUNS; seed++) {
        const whole = runWithPowerCuts(words, fresh, seed, EVERY, judge);
        expect(whole.com1).toContain('terminated: POWEROFF');
        expect(whole.lost).toBe(0);
        writeFileSync(cut, whole.disk);
        expect(spawnSync(E2FSCK, ['-f', '-n', cut]).status).toBe(0);
      }
      // Else nothing was put to the test.
      expect(cuts).toBeGreaterThan(20);
      expect(lost).toBeGreaterThan(cuts);
    },
    PATIENCE,
  );
});
