/* Disk images against the tools that make them: sfdisk, mke2fs, qemu-img. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../core/testing/random.ts';
import { ImageError, type ImageSource } from '../core/images/image-source.ts';
import { findPartition, readPartitions } from '../core/images/partitions.ts';
import { openDisk, openFileSource } from './file-source.ts';
import { image } from './image.ts';

const folder = mkdtempSync(join(tmpdir(), 'colinux-image-'));
const file = (name: string) => join(folder, name);
const run = (program: string, args: string[], input = '') =>
  execFileSync(program, args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A file of `size` bytes: numbers, with a hole in the middle. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  const random = createRandom(size);
  for (let at = 0; at < size; at += 4)
    if (at < size / 4 || at > size / 2) bytes.writeUInt32LE((at ^ random(1 << 16)) >>> 0, at);
  return bytes;
}
function empty(name: string, mebibytes: number): string {
  writeFileSync(file(name), '');
  truncateSync(file(name), mebibytes << 20);
  return file(name);
}
async function tableOf(path: string) {
  const source = await openFileSource(path);
  try {
    return await readPartitions(source);
  } finally {
    await source.close();
  }
}

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a partition table', () => {
  it('of DOS starts at sector 63 in old images, and is what sfdisk says', async () => {
    const path = empty('dos.img', 64);
    run(
      'sfdisk',
      ['-q', path],
      'label: dos\nstart=63, size=20417, type=83\nsize=8M, type=82\nsize=30M, type=5\nstart=65536, size=8M, type=83\nstart=90000, size=4M, type=c\n',
    );
    const { scheme, partitions } = await tableOf(path);
    const said = JSON.parse(run('sfdisk', ['-J', path])) as {
      partitiontable: { partitions: { node: string; start: number; size: number; type: string }[] };
    };
    const theirs = said.partitiontable.partitions
      .filter(({ type }) => type !== '5')
      .map(({ node, start, size, type }) => [
        Number(node.slice(path.length)),
        start * 512,
        size * 512,
        parseInt(type, 16),
      ]);
    expect(scheme).toBe('dos');
    expect(partitions.map((p) => [p.number, p.start, p.size, parseInt(p.type, 16)])).toEqual(theirs);
    expect(partitions[0]?.start).toBe(63 * 512);
    expect(partitions.map(({ number }) => number)).toEqual([1, 2, 5, 6]);
  });

  it('of GPT is what sfdisk says, and is read from its backup when the first header is damaged', async () => {
    const path = empty('gpt.img', 64);
    run(
      'sfdisk',
      ['-q', path],
      'label: gpt\nsize=8M, name="boot of it"\nsize=16M, type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F\nsize=20M\n',
    );
    const said = JSON.parse(run('sfdisk', ['-J', path])) as {
      partitiontable: { partitions: { start: number; size: number; type: string; name?: string }[] };
    };
    const expected = said.partitiontable.partitions.map(({ start, size, type, name }, n) => ({
      number: n + 1,
      start: start * 512,
      size: size * 512,
      type: type.toLowerCase(),
      name: name ?? '',
    }));
    expect(await tableOf(path)).toEqual({ scheme: 'gpt', partitions: expected });
    const damaged = readFileSync(path);
    damaged[600]! ^= 0xff;
    damaged.writeUInt8(damaged[512 + 20]! ^ 1, 512 + 20);
    writeFileSync(file('damaged.img'), damaged);
    expect((await tableOf(file('damaged.img'))).partitions).toEqual(expected);
    damaged.fill(0, damaged.length - 512);
    writeFileSync(file('lost.img'), damaged);
    await expect(tableOf(file('lost.img'))).rejects.toThrow('neither of its two GPT headers');
  });

  it('is none for a bare file system', async () => {
    const path = empty('bare.img', 8);
    run('mke2fs', ['-q', '-F', '-t', 'ext2', path]);
    expect((await tableOf(path)).scheme).toBe('none');
  });

  it('of any bytes is a table or an ImageError', async () => {
    const random = createRandom(3);
    for (let n = 0; n < 2000; n++) {
      const bytes = new Uint8Array(4096);
      for (let k = 0; k < 600; k++) bytes[random(4096)] = random(256);
      bytes.set([0x55, 0xaa], 510);
      if (n % 2) {
        bytes.fill(0, 446, 510);
        bytes.set([0, 0, 0, 0, 0xee, 0, 0, 0, 1], 446);
        bytes.set([0xff], 458);
        bytes.set(Buffer.from('EFI PART'), 512);
      }
      const source: ImageSource = {
        size: 4096,
        read: (at, length) => Promise.resolve(bytes.slice(at, at + length)),
      };
      const table = await readPartitions(source).catch((error: unknown) => error);
      if (table instanceof Error) expect(table).toBeInstanceOf(ImageError);
      else
        for (const { number } of (table as Awaited<ReturnType<typeof readPartitions>>).partitions)
          try {
            findPartition(table as never, number, 4096);
          } catch (error) {
            expect(error).toBeInstanceOf(ImageError);
          }
    }
  });
});

describe('a qcow2 image', () => {
  const content = pattern(6 << 20);
  beforeAll(() => {
    writeFileSync(file('raw.img'), content);
  });
  async function contentOfDisk(path: string, followAnywhere = false): Promise<string> {
    const disk = await openDisk(path, followAnywhere);
    try {
      const whole = new Uint8Array(disk.source.size);
      // Pieces that are no multiples of anything.
      for (let at = 0; at < whole.length; at += 99_991)
        whole.set(await disk.source.read(at, Math.min(99_991, whole.length - at)), at);
      return digest(whole);
    } finally {
      await disk.close();
    }
  }

  it.each([
    ['version 3', ['-o', 'compat=1.1']],
    ['version 2', ['-o', 'compat=0.10']],
    ['small clusters', ['-o', 'cluster_size=512']],
    ['large clusters', ['-o', 'cluster_size=2M']],
    ['compressed', ['-c']],
    ['compressed, small clusters', ['-c', '-o', 'cluster_size=4k']],
  ])('holds what qemu-img put into it: %s', async (name, options) => {
    const path = file(`${name.replaceAll(' ', '-')}.qcow2`);
    run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, file('raw.img'), path]);
    expect(await contentOfDisk(path)).toBe(digest(content));
  });

  it('holds what its backing file holds where it has nothing', async () => {
    const base = file('base.qcow2');
    run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', file('raw.img'), base]);
    run('qemu-img', [
      'create',
      '-q',
      '-f',
      'qcow2',
      '-F',
      'qcow2',
      '-b',
      'base.qcow2',
      file('top.qcow2'),
      '8M',
    ]);
    const io = 'write -P 0x5a 1M 300k';
    run('qemu-io', [
      '-f',
      'qcow2',
      '-c',
      io,
      '-c',
      'write -z 3M 64k',
      '-c',
      'discard 3200k 64k',
      file('top.qcow2'),
    ]);
    run('qemu-img', ['convert', '-O', 'raw', file('top.qcow2'), file('top.raw')]);
    expect(await contentOfDisk(file('top.qcow2'))).toBe(digest(readFileSync(file('top.raw'))));
  });

  it('may not name a backing file elsewhere, unless the user says so', async () => {
    mkdirSync(file('inner'));
    const path = file('inner/stealing.qcow2');
    run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', '../raw.img', path]);
    await expect(contentOfDisk(path)).rejects.toThrow(
      'outside of its own folder: if you trust the image, say --any-backing',
    );
    expect(await contentOfDisk(path, true)).toBe(digest(content));
  });

  it('is refused with the reason when it cannot be read', async () => {
    run('qemu-img', [
      'create',
      '-q',
      '-f',
      'qcow2',
      '-o',
      'extended_l2=on,cluster_size=128k',
      file('extended.qcow2'),
      '1M',
    ]);
    await expect(contentOfDisk(file('extended.qcow2'))).rejects.toThrow(
      'extended L2 entries, which is not supported',
    );
    run('qemu-img', ['convert', '-f', 'raw', '-O', 'vmdk', file('raw.img'), file('disk.vmdk')]);
    await expect(contentOfDisk(file('disk.vmdk'))).rejects.toThrow('is a VMDK image');
    run('gzip', ['-k', file('raw.img')]);
    await expect(contentOfDisk(file('raw.img.gz'))).rejects.toThrow('is a gzip archive: unpack it first');
    await expect(contentOfDisk(file('none.img'))).rejects.toThrow('cannot be opened, for it does not exist');
  });

  it('with any bytes changed reads as something or is refused, and never hangs', async () => {
    const good = readFileSync(file('compressed,-small-clusters.qcow2'));
    const random = createRandom(11);
    for (let n = 0; n < 300; n++) {
      const bytes = Buffer.from(good.subarray(0, 200_000 + random(good.length - 200_000)));
      for (let k = 0; k < 1 + random(20); k++) bytes[random(n % 2 ? 120 : 70_000)] = random(256);
      writeFileSync(file('fuzz.qcow2'), bytes);
      const outcome = await openDisk(file('fuzz.qcow2'), false)
        .then(async (disk) => {
          const end = Math.min(disk.source.size, 1 << 20);
          return disk.source.read(0, end).finally(() => disk.close());
        })
        .catch((error: unknown) => error);
      if (outcome instanceof Error) expect(['ImageError', 'Problem']).toContain(outcome.name);
    }
  });
});

describe('colinux image', () => {
  const cli = (...args: string[]) => image(args);

  it('takes the file system out of an image with a partition table', async () => {
    const system = empty('system.img', 8);
    run('mke2fs', ['-q', '-F', '-t', 'ext2', '-L', 'inside', system]);
    const disk = empty('disk.img', 24);
    run('sfdisk', ['-q', disk], 'label: dos\nstart=63, size=16384, type=83\n');
    const bytes = readFileSync(disk);
    readFileSync(system).copy(bytes, 63 * 512);
    writeFileSync(disk, bytes);
    await expect(cli('convert', disk, file('out.img'))).rejects.toThrow('choose one with --partition');
    await expect(cli('convert', disk, file('out.img'), '--partition', '2')).rejects.toThrow(
      'Expected the number of a partition',
    );
    expect(existsSync(file('out.img'))).toBe(false);
    expect(await cli('convert', disk, file('out.img'), '--partition', '1')).toBe(0);
    expect(digest(readFileSync(file('out.img')))).toBe(digest(readFileSync(system)));
    expect(spawnSync('e2fsck', ['-fn', file('out.img')]).status).toBe(0);
    await expect(cli('convert', disk, file('out.img'), '--partition', '1')).rejects.toThrow(
      'is there already',
    );
    expect(await cli('convert', disk, file('out.img'), '--partition', '1', '--force')).toBe(0);
  });

  it('converts a qcow2 image to a raw file with holes', async () => {
    run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', file('raw.img'), file('c.qcow2')]);
    expect(await cli('convert', file('c.qcow2'), file('c.raw'))).toBe(0);
    expect(digest(readFileSync(file('c.raw')))).toBe(digest(readFileSync(file('raw.img'))));
    expect(statSync(file('c.raw')).blocks * 512).toBeLessThan(statSync(file('c.raw')).size);
    expect(existsSync(`${file('c.raw')}.unfinished`)).toBe(false);
  });

  it('says how it is used', async () => {
    await expect(cli('info')).rejects.toThrow('Expected image info FILE or image convert FILE TARGET');
    await expect(cli('convert', 'a', 'b', '--what')).rejects.toThrow('see colinux --help');
  });
});
