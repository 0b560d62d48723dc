/*
 * The devices of guests: a guest that works with all of them prints the same on our machine and on QEMU, with the same
 * contents of disks and folders afterwards. What it prints is in test/golden/devices.txt; to renew it after an intended change:
 * UPDATE_GOLDEN=1 npx vitest run test/host/devices.test.ts
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE, HELLO, linesOf } from './host-machine.ts';
import { createOurs, emptyDisk, pattern, runOnQemu, runOurs, type Setup } from './device-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;
const temporary = mkdtempSync(join(tmpdir(), 'devices-'));
const initrd = join(temporary, 'initrd');

beforeAll(() => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  writeFileSync(initrd, pattern(3, 0, 300_001));
});
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

const SECTORS = 4096;
const BIG = 0x80000;
const PIECE = 4096;
const SECTOR = 512;

/** What the guest's disk test leaves behind. */
function writtenDisk(): Uint8Array {
  const bytes = emptyDisk(SECTORS);
  bytes.set(pattern(1, BIG, 0x100000), BIG);
  for (let n = 0; n < 24; n++) {
    const at = SECTOR + n * (PIECE + SECTOR);
    bytes.set(pattern(1, at, PIECE), at);
  }
  return bytes;
}

function newFolder(): string {
  const folder = mkdtempSync(join(temporary, 'folder-'));
  mkdirSync(join(folder, 'many'));
  for (let n = 0; n < 1100; n++) writeFileSync(join(folder, 'many', `file${n}`), '');
  writeFileSync(join(folder, 'locked'), 'locked\n');
  chmodSync(join(folder, 'locked'), 0o444);
  symlinkSync('/etc/passwd', join(folder, 'link'));
  return folder;
}

function expectGolden(text: string, name: string): void {
  const file = join(root, 'test/golden', name);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const machines = [
  { name: 'our machine', run: (setup: Setup) => runOurs(setup), skip: false },
  { name: 'QEMU', run: (setup: Setup) => runOnQemu(setup, temporary), skip: !hasQemu },
];

describe.each(machines)('the devices of a guest on $name', ({ run, skip }) => {
  it.skipIf(skip)('work, and answer each error', { timeout: 120_000 }, async () => {
    const folder = newFolder();
    const { status, com1, disks, serial } = await run({
      modules: [
        `${DEVICE} mem=16 cobd0=blk0 cobd1=blk1,ro hda1=:cobd0 eth0=net0,02:00:00:00:00:07 cofs0=fs0 ttys0=port0 ` +
          'initrd=1 cocon=100x40 console initrd disk read-only flood net folder serial a=b',
        `${initrd} data`,
      ],
      disks: [{ bytes: emptyDisk(SECTORS) }, { bytes: pattern(2, 0, 65536) }],
      network: true,
      serial: 1,
      folder,
    });
    expectGolden(linesOf(com1, 'guest0').join('\n') + '\n', 'devices.txt');
    expect(status).toBe(0);
    expect(Buffer.compare(disks[0]!, writtenDisk())).toBe(0);
    expect(Buffer.compare(disks[1]!, pattern(2, 0, 65536))).toBe(0);
    expect(serial[0]).toHaveLength(20_003);
    expect(serial[0]!.endsWith('bye')).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['data.bin', 'empty.bin', 'link', 'locked', 'many', 'three']);
    expect(Buffer.compare(readFileSync(join(folder, 'data.bin')), pattern(5, 0, 100_000))).toBe(0);
    expect(readFileSync(join(folder, 'locked'), 'utf8')).toBe('locked\n');
    expect(readdirSync(join(folder, 'many'))).toHaveLength(1100);
  });

  it.skipIf(skip)('are those of each guest alone', { timeout: 120_000 }, async () => {
    const { status, com1, disks } = await run({
      modules: [`${DEVICE} mem=8 hda=blk0 disk`, `${DEVICE} mem=8 hda=blk1 disk`],
      disks: [{ bytes: emptyDisk(SECTORS) }, { bytes: emptyDisk(SECTORS) }],
    });
    expect(status).toBe(0);
    expect(linesOf(com1, 'guest0')).toEqual(linesOf(com1, 'guest1'));
    expect(linesOf(com1, 'guest0')).toContain(
      'disk: asynchronous: 0 refused, 0 not ended once, 0 failed, 0 bytes differ',
    );
    for (const disk of disks) expect(Buffer.compare(disk, writtenDisk())).toBe(0);
  });

  it.skipIf(skip)('lose frames rather than ends of requests', { timeout: 120_000 }, async () => {
    const { com1 } = await run({
      modules: [`${DEVICE} mem=8 cobd0=blk0 eth0=net0 crowd`],
      disks: [{ bytes: emptyDisk(SECTORS) }],
      network: true,
    });
    expect(linesOf(com1, 'guest0')).toEqual([
      'disk: 32 requests, 0 refused, all ended 1',
      'crowd: some frames are lost 1, some are not 1',
    ]);
  });

  it.skipIf(skip)('keep serial lines of two guests apart', { timeout: 120_000 }, async () => {
    const { status, com1, serial } = await run({
      modules: [`${DEVICE} mem=4 ttys0=port1 serial`, `${DEVICE} mem=4 ttys0=port0 serial`],
      serial: 2,
    });
    expect(status).toBe(0);
    for (const guest of ['guest0', 'guest1'])
      expect(linesOf(com1, guest)).toEqual([
        'serial: 20000 bytes sent, 20000 came back, 0 of them are different',
      ]);
    for (const bytes of serial) expect(bytes).toHaveLength(20_003);
  });

  it.skipIf(skip)('let go of a guest that ends with requests under way', { timeout: 120_000 }, async () => {
    const { status, com1, disks } = await run({
      modules: [`${DEVICE} mem=8 cobd0=blk0 end`, `${DEVICE} mem=8 cobd0=blk1 disk`],
      disks: [{ bytes: emptyDisk(SECTORS) }, { bytes: emptyDisk(SECTORS) }],
    });
    expect(com1).toContain('guest0 terminated: PANIC');
    expect(status).toBe(3);
    expect(Buffer.compare(disks[1]!, writtenDisk())).toBe(0);
  });

  it.skipIf(skip)(
    'start again with a guest, and do not touch its new memory',
    { timeout: 120_000 },
    async () => {
      const { status, com1, disks } = await run({
        modules: [`${DEVICE} mem=8 cobd0=blk0 reboot`],
        disks: [{ bytes: emptyDisk(SECTORS) }],
      });
      expect(status).toBe(0);
      expect(linesOf(com1, 'guest0')).toEqual(
        [1, 2, 3].map((n) => `disk: boot ${n}, 0 bytes of memory in use`),
      );
      expect(disks[0]![0]).toBe(3);
    },
  );

  it.skipIf(skip)('leave nothing open when a guest starts again', { timeout: 120_000 }, async () => {
    const { status, com1 } = await run({
      modules: [`${DEVICE} mem=4 cofs0=fs0 folder-reboot`],
      folder: newFolder(),
    });
    expect(status).toBe(0);
    expect(linesOf(com1, 'guest0')).toEqual(
      [1, 2, 3, 4].map((n) => `folder: boot ${n}: more than 1000 inodes 1`),
    );
  });
});

describe('a device that has no legacy interface', () => {
  it.skipIf(!hasQemu)('is a line in the log, and not there for guests', async () => {
    const disk = join(temporary, 'modern');
    writeFileSync(disk, emptyDisk(8));
    const { com1 } = await runOnQemu({ modules: [`${DEVICE} mem=4 cobd0=blk0`] }, temporary, [
      ...['-drive', `if=none,id=m,file=${disk},format=raw`],
      ...['-device', 'virtio-blk-pci,drive=m,disable-legacy=on,disable-modern=off'],
    ]);
    expect(linesOf(com1, 'host')[1]).toMatch(/^a virtio device .* is not used: it has no legacy interface/);
    expect(com1).toContain('blk0: the machine has no disk');
  });
});

describe('a disk that never answers', () => {
  it('is reset when its guest has ended, and the others go on', async () => {
    const { status, com1 } = await runOurs(
      {
        modules: [`${DEVICE} mem=8 cobd0=blk0 end`, HELLO],
        disks: [{ bytes: emptyDisk(SECTORS) }],
      },
      () => Infinity,
    );
    expect(status).toBe(3);
    expect(com1).toContain('a disk of guest0 does not come to an end with its requests: it is reset');
    expect(com1).toContain('guest1: goodbye');
  });
});

describe('a guest that waits for its disk', () => {
  it('does not keep the others waiting', async () => {
    const ours = await createOurs(
      { modules: [`${DEVICE} mem=8 cobd0=blk0 disk`, HELLO], disks: [{ bytes: emptyDisk(SECTORS) }] },
      () => Infinity,
    );
    await ours.runWhile((host) => !host.com1().includes('guest1 terminated: POWEROFF'));
    expect(linesOf(ours.host.com1(), 'guest0')).toEqual([
      'disk: unit 0: rc 0, 2097152 bytes, flags 0, alias ""',
    ]);
  });

  it('always waits with setcobd=sync', async () => {
    const { com1 } = await runOurs({
      modules: [`${DEVICE} mem=8 cobd0=blk0 setcobd=sync disk`],
      disks: [{ bytes: emptyDisk(SECTORS) }],
    });
    expect(com1).toContain('disk: read: rc 0, 0 bytes differ');
    expect(com1).toContain('the host has waited, though it was not asked to');
  });
});

describe('a guest that is ended by the watchdog', () => {
  it('is let go by its disks', { timeout: 90_000 }, async () => {
    const { status, com1, disks } = await runOurs({
      modules: [`${DEVICE} mem=8 cobd0=blk0 spin`, `${DEVICE} mem=8 cobd0=blk1 disk`],
      disks: [{ bytes: emptyDisk(SECTORS) }, { bytes: emptyDisk(SECTORS) }],
    });
    expect(com1).toContain('guest0 terminated: NMI');
    expect(status).toBe(12);
    expect(Buffer.compare(disks[1]!, writtenDisk())).toBe(0);
  });
});

describe('a serial line', () => {
  it('has its process before its guest starts, so that nothing is lost', async () => {
    const guests = Array.from({ length: 6 }, (_, n) => `${DEVICE} mem=2 ttys0=port${n} serial`);
    const { serial } = await runOurs({ modules: guests, serial: guests.length });
    expect(serial.map((bytes) => bytes.length)).toEqual(guests.map(() => 20_003));
  });
});

describe('a link of the network', () => {
  it('tells the guest when it goes down and comes up', async () => {
    const ours = await createOurs({ modules: [`${DEVICE} eth0=net0 net link`], network: true });
    await ours.runWhile((host) => !host.com1().includes('came back'));
    ours.host.machine.outside.link(0, false);
    expect(ours.host.run(1)).toBeUndefined();
    ours.host.machine.outside.link(0, true);
    const { com1 } = await ours.finish();
    expect(com1).toContain('net: link: 2 messages, the last is "up"');
  });
});

describe('words for devices', () => {
  const disks = [{ bytes: emptyDisk(8) }, { bytes: emptyDisk(8) }];
  it.each([
    ['cobd0=blk3', 'blk3: the machine has 2 disks, blk0 and blk1'],
    ['cobd40=blk0', 'cobd40: a guest has units cobd0 to cobd31'],
    [
      'cobd0=disk0',
      'cobd0=disk0: expected "blk" and a number behind the "=", as in cobd0=blk0 or cobd0=blk0,ro',
    ],
    ['cobd0=blk0,rw', 'cobd0=blk0,rw: ",rw" has no meaning here: write it as in cobd0=blk0 or cobd0=blk0,ro'],
    ['cobd0=blk0 cobd0=blk1', 'cobd0 has two words: leave out one of them'],
    ['hda1=:cobd2', 'hda1: there is no cobd2 to be named so: bind it before, by cobd2=blk0'],
    ['hda1=:blk0', 'hda1=:blk0: expected the number of a cobd behind the colon, as in hda1=:cobd0'],
    ['setcobd=fast', 'setcobd=fast: expected sync or async'],
    ['eth0=net0', 'net0: the machine has no network'],
    ['cofs1=fs0', 'fs0: the machine has no folder'],
    ['ttys0=port0', 'port0: the machine has no serial port'],
    ['initrd=9', 'initrd=9: there are 1 boot modules, counted from 0'],
    ['initrd=one', 'initrd=one: expected the number of a boot module, counted from 0, as in initrd=1'],
    [
      'cocon=80',
      'cocon=80: expected COLUMNSxROWS or COLUMNSxROWSxSCROLLBACK, from 16x2 to 500x500x500, as in cocon=80x25x500',
    ],
  ])('%s: %s', async (words, problem) => {
    const { status, com1 } = await runOurs({ modules: [`${DEVICE} mem=4 ${words}`], disks });
    expect(linesOf(com1, 'daemon0')).toEqual([`cannot start device-guest.elf: ${problem}`]);
    expect(status).toBe(0x20);
  });

  it('give names, and units that are free', async () => {
    const { com1 } = await runOurs({
      modules: [`${DEVICE} mem=4 hda1=:cobd1 sdb=blk0 cobd1=blk1,ro disk read-only`],
      disks: [{ bytes: emptyDisk(SECTORS) }, { bytes: pattern(2, 0, 65536) }],
    });
    const units = linesOf(com1, 'guest0').filter((line) => line.startsWith('disk: unit'));
    expect(units).toEqual([
      'disk: unit 0: rc 0, 2097152 bytes, flags 0, alias "sdb"',
      'disk: unit 1: rc 0, 65536 bytes, flags 1, alias "hda1"',
    ]);
  });

  it('give a disk that is written to one guest only, and one that is read to several', async () => {
    const { com1 } = await runOurs({
      modules: [
        `${DEVICE} mem=4 cobd0=blk0 cobd1=blk1,ro read-only`,
        `${DEVICE} mem=4 cobd0=blk0`,
        `${DEVICE} mem=4 cobd1=blk1,ro read-only`,
        `${DEVICE} mem=4 cobd0=blk1`,
      ],
      disks: [{ bytes: emptyDisk(8) }, { bytes: pattern(2, 0, 65536), readOnly: false }],
    });
    expect(linesOf(com1, 'daemon1')).toEqual(['cannot start device-guest.elf: blk0 is in use by guest0']);
    expect(linesOf(com1, 'daemon3')).toEqual(['cannot start device-guest.elf: blk1 is in use by guest0']);
    for (const guest of ['guest0', 'guest2'])
      expect(linesOf(com1, guest).slice(1)).toEqual(['read: 0', 'bytes that differ: 0', 'write: 30']);
  });
});
