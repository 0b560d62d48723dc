/*
 * The program that drives a disk by both interfaces, under the command `colinux` with disks in files: the requests leave the
 * machine there, and the answers come from outside.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boardDisk } from './virtio-board.ts';

const kernels = fileURLToPath(new URL('.', import.meta.url));
const root = join(kernels, '../..');
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-disks-'));
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs'), 'test/kernels'], { stdio: 'inherit' });
  await bundle({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: file('cli.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Returns the state hash at the end. */
function run(mode: string): unknown {
  const image = boardDisk();
  writeFileSync(file('disk.img'), image);
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      ...[
        file('cli.cjs'),
        'run',
        join(kernels, 'build/virtioblk.elf'),
        '--rtc',
        '0',
        '--stats',
        file('stats.json'),
      ],
      ...['--disk', `${file('disk.img')}${mode}`, '--disk', `${file('disk.img')},ro`],
    ],
    { encoding: 'latin1', timeout: 50_000, input: '' },
  );
  expect(stdout).not.toMatch(/FAIL/);
  expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
  expect(status).toBe(1);
  // The program puts back what it changes.
  expect(Buffer.compare(readFileSync(file('disk.img')), image)).toBe(0);
  return (JSON.parse(readFileSync(file('stats.json'), 'utf8')) as Record<string, unknown>).stateHash;
}

it('works with disks in files, and is the same run again and on an overlay', () => {
  const hash = run('');
  expect(run('')).toBe(hash);
  expect(run(',cow')).toBe(hash);
});
