/*
 * Owns a load of writes for the sample guest, step by step, each of which ends with everything flushed and a line that says
 * so; and the verdict over a disk on which that load was cut short: e2fsck can mend it, and whatever was flushed is there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run-guest.ts';

const [MKE2FS, E2FSCK, DEBUGFS] = ['mke2fs', 'e2fsck', 'debugfs'].map((name) => join('/usr/sbin', name)) as [
  string,
  string,
  string,
];
export const hasDiskTools = [MKE2FS, E2FSCK, DEBUGFS].every(existsSync);

const STEPS = 60;
const LARGEST = 60_000;
const MEGABYTES = 8;
/**
 * What a power cut explains in a file system without a journal, when the disk did everything in order: files and directories whose
 * name was still to come, names of what was just being removed, counts, and blocks and inodes that are marked as used and are not.
 */
const EXPLAINED =
  /^(Unconnected directory inode|Unattached (zero-length )?inode|Inode \d+ ref count|Deleted inode|(Block|Inode) bitmap differences|(Free (blocks|inodes)|Directories) count wrong|'\.\.' in .* is|Entry '.*' in .* has deleted\/unused inode)/;
/** Status of e2fsck: it has mended something. More is damage that it would ask about. */
const MENDED = 1;

/** Numbers that look random and are the same in each run. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

const random = generator(4);
const FILES = Array.from({ length: STEPS }, () => {
  const bytes = new Uint8Array(1 + random(LARGEST));
  return bytes.map(() => random(256));
});
/** Every third file goes away again; the others stay. */
const goes = (n: number) => n % 3 === 0;

/** New files, directories, names that change, files and directories that go. */
function commands(n: number): string[] {
  const from = `/seed/${n}`;
  const step = goes(n)
    ? [`mkdir /d${n}`, `cp ${from} /d${n}/file`]
    : [
        `cp ${from} /new`,
        `mv /new /kept${n}`,
        ...(n % 3 === 2 ? [`rm /d${n - 2}/file`, `rmdir /d${n - 2}`] : []),
      ];
  return [...step, 'sync', `echo flushed ${n}`];
}

export const LOAD_WORDS = `root=/dev/cobd0 ${run('sh /script')}`;

/** Makes a disk with the load on it. @returns its file */
export function makeLoadDisk(folder: string): string {
  const own = mkdtempSync(join(folder, 'load-'));
  mkdirSync(join(own, 'seed'));
  for (const [n, bytes] of FILES.entries()) writeFileSync(join(own, `seed/${n}`), bytes);
  const script = FILES.flatMap((_bytes, n) => commands(n));
  writeFileSync(join(own, 'script'), [...script, 'halt'].join('\n'));
  const image = join(folder, 'load.img');
  execFileSync(MKE2FS, ['-q', '-O', 'none', '-b', '1024', '-d', own, image, `${MEGABYTES}M`]);
  return image;
}

/** How many steps the guest has said to be flushed. */
export const flushedSteps = (lines: readonly string[]): number =>
  lines.filter((line) => /^flushed \d+$/.test(line)).length;

/**
 * What is wrong with a disk on which so many steps were flushed before the end came; empty when nothing is. The image is mended
 * on the way. @param order how the disk took what was not flushed
 */
export function damage(image: string, flushed: number, order: 'in order' | 'in any order'): string[] {
  const mended = spawnSync(E2FSCK, ['-f', '-y', image], { encoding: 'utf8' });
  if ((mended.status ?? -1) > MENDED) return [`e2fsck: ${mended.stdout}`];
  const strange = mended.stdout
    .split('\n')
    .filter((line) => / {2}\S.*\? yes$/.test(line) && !EXPLAINED.test(line));
  if (order === 'in order' && strange.length > 0) return strange;
  const after = spawnSync(E2FSCK, ['-f', '-n', image], { encoding: 'utf8' });
  if (after.status !== 0) return [`e2fsck -n: ${after.stdout}`];
  const folder = mkdtempSync(`${image}-`);
  try {
    const kept = FILES.map((_bytes, n) => n).filter((n) => n < flushed && !goes(n));
    const script = kept.map((n) => `dump /kept${n} ${join(folder, String(n))}\n`).join('');
    writeFileSync(join(folder, 'script'), script);
    execFileSync(DEBUGFS, ['-f', join(folder, 'script'), image], { stdio: 'ignore' });
    return kept
      .filter((n) => {
        const file = join(folder, String(n));
        return !existsSync(file) || Buffer.compare(readFileSync(file), FILES[n]!) !== 0;
      })
      .map((n) => `/kept${n} is not what was flushed`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
