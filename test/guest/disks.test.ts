/**
 * The sample guest `unix-guest` with disks that mke2fs has made. What it writes is judged by e2fsck and read back by debugfs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkshop, type Outcome, printed, run, type Workshop } from './run-guest.ts';

const tools = ['mke2fs', 'e2fsck', 'debugfs'].map((name) => join('/usr/sbin', name));
const [MKE2FS, E2FSCK, DEBUGFS] = tools as [string, string, string];

/** Bytes without a pattern that a mistake could hide in. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const BIG = noise(300_000);
const sum = (bytes: Uint8Array) => `${crc32(bytes).toString(16).padStart(8, '0')} ${bytes.length}`;

const NAMES = Array.from({ length: 40 }, (_, n) => `a-name-that-is-long-enough-to-fill-a-block-${n}`);

/** What every disk goes through. */
const WORK = [
  'cp /seed/big /copy; ln /copy /second; ln -s seed/big /symbolic; sum /symbolic',
  'mkdir /d; mkdir /d/e; echo one >/d/e/f; echo two >>/d/e/f; mv /d/e /moved; cat /moved/f',
  'mkdir /many; cd /many',
  ...NAMES.map((name) => `echo ${name} >${name}`),
  ...NAMES.filter((_, n) => n % 2 === 0).map((name) => `rm ${name}`),
  ...NAMES.filter((_, n) => n % 4 === 1).map((name) => `mv ${name} other-${name}`),
  'cd /; ls /many | wc',
  'dd if=/seed/big of=/sparse bs=1000 count=3 seek=70000; dd if=/sparse bs=1000 skip=69999 | sum',
  'cp /seed/big /cut; truncate 12345 /cut; sum /cut; truncate 20000 /cut; sum /cut',
  'cp /bin/ls /seed/ls; mv /seed/ls /seed/small; cat /seed/small | sum',
  'rm /seed/big; cat /symbolic; cp /copy /seed/big; rm -r /d; rmdir /many',
  'dd if=/dev/zero of=/full bs=32768; rm /full; echo there is room >/room; cat /room; sync; sum /second',
  'halt',
].join('\n');

/** Long, for all of it is done by a program in an emulated machine. */
const PATIENCE = 600_000;

const WORDS = `root=/dev/cobd0 ${run('sh /script')}`;

describe.skipIf(!tools.every(existsSync))('a disk', () => {
  let workshop: Workshop;
  let seed = '';
  beforeAll(async () => {
    workshop = await openWorkshop();
    seed = join(workshop.folder, 'files');
    mkdirSync(join(seed, 'seed'), { recursive: true });
    writeFileSync(join(seed, 'seed/big'), BIG);
    writeFileSync(join(seed, 'script'), WORK);
  });
  afterAll(() => {
    workshop.close();
  });

  let images = 0;
  function make(megabytes: number, ...options: string[]): string {
    const image = join(workshop.folder, `disk${images++}`);
    execFileSync(MKE2FS, ['-q', ...options, '-d', seed, image, `${megabytes}M`]);
    return image;
  }

  /** What e2fsck finds: nothing. */
  function check(image: string): void {
    const { stdout, status } = spawnSync(E2FSCK, ['-f', '-n', image], { encoding: 'utf8' });
    expect(stdout).not.toMatch(/WARNING|Fix|Clear|\? no/);
    expect(status, stdout).toBe(0);
  }

  const dump = (image: string, path: string) => {
    const to = join(workshop.folder, 'dumped');
    execFileSync(DEBUGFS, ['-R', `dump ${path} ${to}`, image], { stdio: 'ignore' });
    return readFileSync(to);
  };

  const cut = BIG.slice(0, 12345);
  const longer = Uint8Array.from({ length: 20000 }, (_, n) => cut[n] ?? 0);
  const sparse = new Uint8Array(70_003_000);
  sparse.set(BIG.subarray(0, 3000), 70_000_000);

  const EXPECTED = [
    `${sum(BIG)} /symbolic`,
    'one',
    'two',
    `20 20 ${NAMES.filter((_, n) => n % 2 === 1).join('\n').length + 1 + 10 * 'other-'.length}`,
    '3000 bytes',
    `${sum(sparse.subarray(69_999_000))} -`,
    `${sum(cut)} /cut`,
    `${sum(longer)} /cut`,
    /^[0-9a-f]{8} \d+ -$/,
    'cat: /symbolic: no such file or directory',
    'rmdir: /many: directory not empty',
    'dd: /full: no room left',
    'there is room',
    `${sum(BIG)} /second`,
  ];

  function judge(outcome: Outcome, image: string): void {
    expect(outcome.status).toBe(1);
    expect(printed(outcome)).toEqual(
      EXPECTED.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
    );
    check(image);
    for (const path of ['/copy', '/second', '/seed/big'])
      expect(Buffer.compare(dump(image, path), BIG)).toBe(0);
    expect(Buffer.compare(dump(image, '/cut'), longer)).toBe(0);
    expect(Buffer.compare(dump(image, '/sparse'), sparse)).toBe(0);
    expect(dump(image, '/moved/f').toString()).toBe('one\ntwo\n');
    for (const [n, name] of NAMES.entries())
      if (n % 2 === 1)
        expect(dump(image, `/many/${n % 4 === 1 ? 'other-' : ''}${name}`).toString()).toBe(`${name}\n`);
  }

  it.each([
    ['blocks of 1 KiB and no features', 3, ['-O', 'none', '-b', '1024']],
    ['blocks of 2 KiB and small groups', 3, ['-O', 'none', '-b', '2048', '-g', '1024']],
    ['blocks of 4 KiB and what mke2fs usually gives an ext2', 4, ['-t', 'ext2', '-b', '4096']],
    ['the first revision of the format', 3, ['-r', '0', '-b', '1024']],
  ])(
    'with %s is written and read',
    async (_name, megabytes, options) => {
      const image = make(megabytes, ...options);
      judge(await workshop.here({ words: WORDS, disks: [image] }), image);
    },
    PATIENCE,
  );

  it('is the same on QEMU', async () => {
    const image = make(6, '-O', 'none', '-b', '1024');
    judge(await workshop.onQemu({ words: WORDS, disks: [image] }), image);
  });

  it('with features that the kernel does not know is refused, with those it cannot write is read-only', async () => {
    const script = 'mount /dev/cobd0 /mnt; mount /dev/cobd1 /mnt; sum /mnt/seed/big; rm /mnt/seed/big; halt';
    const disks = [make(6, '-t', 'ext4'), make(6, '-t', 'ext2', '-O', 'extra_isize,dir_nlink')];
    const outcome = await workshop.here({ words: run(script), disks });
    expect(printed(outcome)).toEqual([
      expect.stringMatching(
        /^ext2: \/dev\/cobd0 has features this kernel does not know \(incompat 0x[0-9a-f]+\); make it/,
      ),
      'mount: /dev/cobd0: makes no sense',
      expect.stringMatching(/^ext2: \/dev\/cobd1 is mounted read-only for features this kernel cannot write/),
      `${sum(BIG)} /mnt/seed/big`,
      'rm: /mnt/seed/big: read-only',
    ]);
  });

  it('that is only synchronised has nothing wrong but that it was not unmounted', async () => {
    const image = make(6, '-O', 'none');
    const { lines } = await workshop.here({
      words: `root=/dev/cobd0 ${run('cp /seed/big /copy; mkdir /d; rm /seed/big; sync; echo synced; sleep 3600')}`,
      disks: [image],
      maxInstructions: 100_000_000,
    });
    expect(lines.at(-1)).toBe('synced');
    check(image);
    expect(Buffer.compare(dump(image, '/copy'), BIG)).toBe(0);
  });
});
