/** Disks in files: what may be written, what stays, and what the host refuses. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockAccess } from '../../core/coop/config/values.ts';
import { type FileDisk, openFileDisk } from './file-disk.ts';
import { tell } from '../../core/sentences/say.ts';

const SECTOR = 512;
const SECTORS = 32;
const image = () => Uint8Array.from({ length: SECTORS * SECTOR }, (_, n) => Math.floor(n / SECTOR));

let folder: string;
let file: string;
let reports: string[];
const opened: FileDisk[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-disk-'));
  file = join(folder, 'disk.img');
  writeFileSync(file, image());
  reports = [];
});
afterEach(() => {
  for (const disk of opened.splice(0)) disk.close();
  rmSync(folder, { recursive: true });
});

async function open(access: BlockAccess, path = file): Promise<FileDisk> {
  const disk = await openFileDisk({ path, access }, (sentence) => reports.push(tell(sentence)));
  opened.push(disk);
  return disk;
}
const first = (disk: FileDisk) =>
  Array.from({ length: SECTORS }, (_, sector) => {
    const outcome = disk.perform({ kind: 'read', sector, count: 1 });
    return outcome.ok ? outcome.data![0] : 'error';
  });

const changed = Array.from({ length: SECTORS }, (_, n) =>
  n === 5 || n === 6 ? 0xee : n >= 8 && n < 20 ? 0 : n,
);
function change(disk: FileDisk): void {
  expect(disk.perform({ kind: 'write', sector: 5, data: new Uint8Array(2 * SECTOR).fill(0xee) })).toEqual({
    ok: true,
  });
  expect(disk.perform({ kind: 'zero', sector: 8, count: 12 })).toEqual({ ok: true });
  expect(disk.perform({ kind: 'discard', sector: 25, count: 1 })).toEqual({ ok: true });
  expect(disk.perform({ kind: 'flush' })).toEqual({ ok: true });
  expect(first(disk)).toEqual(changed);
}

it('writes go into the file', async () => {
  change(await open('read-write'));
  expect(first(await open('read-only'))).toEqual(changed);
});

it('or into memory, which leaves the file alone', async () => {
  change(await open('copy-on-write'));
  expect(Buffer.compare(readFileSync(file), image())).toBe(0);
});

it('what the host refuses is an error for the guest, told once', async () => {
  const disk = await open('read-only');
  for (let n = 0; n < 3; n++)
    expect(disk.perform({ kind: 'write', sector: 1, data: new Uint8Array(SECTOR) })).toEqual({ ok: false });
  expect(reports).toHaveLength(1);
  expect(reports[0]).toMatch(/disk\.img" failed to write, .*: the guest sees an I\/O error\.$/);
});

it('a file that has become shorter reads as zeros', async () => {
  const disk = await open('read-write');
  truncateSync(file, 700);
  expect(first(disk)).toEqual([0, 1, ...Array<number>(SECTORS - 2).fill(0)]);
});

describe('is refused in one sentence', () => {
  it.each<[string, () => string, BlockAccess, RegExp]>([
    [
      'what does not exist',
      () => join(folder, 'none'),
      'read-write',
      /cannot be opened, it does not exist: give the path of an image, or make an empty one \(.*\)\.$/,
    ],
    ['a folder to be written', () => folder, 'read-write', /cannot be opened, .* or add ,ro or ,cow\.$/],
    ['a folder', () => folder, 'read-only', /whole sectors .* is no file: give a disk image\.$/],
    ['an empty file', () => (writeFileSync(file, ''), file), 'read-write', /has 0 bytes: pad it/],
    [
      'a qcow2 image',
      () => (writeFileSync(file, 'QFI\xfb', 'latin1'), file),
      'read-write',
      /is a qcow2 image: make a raw one with colinux image convert\.$/,
    ],
    [
      'an archive',
      () => (writeFileSync(file, 'BZh9'), file),
      'read-only',
      /is a bzip2 archive: unpack it first/,
    ],
    ['part of a sector', () => (writeFileSync(file, 'x'), file), 'copy-on-write', /has 1 bytes/],
  ])('%s', async (_name, name, access, sentence) => {
    await expect(open(access, name())).rejects.toThrow(sentence);
  });
});
