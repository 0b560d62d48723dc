/*
 * A guest that asks for nonsense a hundred thousand times (fewer on QEMU, where a switch takes long), with devices of every kind, beside one that works: the host and the
 * other guest go on as if nothing were, and nothing changes outside of what the first one has been given.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE, HOSTILE, linesOf } from './host-machine.ts';
import { emptyDisk, pattern, runOnQemu, runOurs, type Setup } from './device-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'hostile-'));
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;
const SECTORS = 4096;

beforeAll(() => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
});
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

const machines = [
  { name: 'our machine', run: (setup: Setup) => runOurs(setup), deeds: 100_000, skip: false },
  {
    name: 'QEMU',
    run: (setup: Setup) => runOnQemu(setup, temporary),
    deeds: 5000,
    skip: !hasQemu,
  },
];

describe.each(machines)('a hostile guest on $name', ({ run, deeds, skip }) => {
  it.skipIf(skip)('harms nobody', { timeout: 240_000 }, async () => {
    const place = mkdtempSync(join(temporary, 'place-'));
    const share = join(place, 'share');
    mkdirSync(share);
    writeFileSync(join(place, 'precious'), 'precious\n');
    mkdirSync(join(place, 'outside'));
    writeFileSync(join(place, 'outside', 'precious'), 'precious\n');
    const passwords = statSync('/etc/passwd');

    const { com1, status, disks } = await run({
      modules: [
        `${HOSTILE} mem=8 seed=42 count=${deeds} cobd0=blk0 cobd1=blk1,ro eth0=net0 cofs0=fs0 ttys0=port0`,
        `${DEVICE} mem=8 cobd0=blk2 disk flood`,
      ],
      disks: [{ bytes: emptyDisk(SECTORS) }, { bytes: pattern(2, 0, 65536) }, { bytes: emptyDisk(SECTORS) }],
      network: true,
      serial: 1,
      folder: share,
    });
    expect(com1).not.toContain('panic');
    expect(com1).not.toContain('NMI');
    expect(linesOf(com1, 'guest0').at(-1)).toBe(`hostile: ${deeds} deeds done`);
    expect(linesOf(com1, 'daemon0').at(-1)).toContain('guest0 terminated: INVALID_OPERATION');
    expect(status).toBe(7);

    expect(linesOf(com1, 'daemon1').at(-1)).toContain('guest1 terminated: END');
    expect(linesOf(com1, 'guest1')).toContain('disk: read: rc 0, 0 bytes differ');
    expect(Buffer.compare(disks[2]!.subarray(0x80000, 0x180000), pattern(1, 0x80000, 0x100000))).toBe(0);
    expect(Buffer.compare(disks[1]!, pattern(2, 0, 65536))).toBe(0);
    // It has really been heard.
    expect(Buffer.compare(disks[0]!, emptyDisk(SECTORS))).not.toBe(0);
    expect(readdirSync(share).length).toBeGreaterThan(0);

    expect(readdirSync(place).sort()).toEqual(['outside', 'precious', 'share']);
    expect(readdirSync(join(place, 'outside'))).toEqual(['precious']);
    for (const file of ['precious', 'outside/precious'])
      expect(readFileSync(join(place, file), 'utf8')).toBe('precious\n');
    expect(statSync('/etc/passwd').mtimeMs).toBe(passwords.mtimeMs);
  });
});
