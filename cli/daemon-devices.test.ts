/** `colinux daemon` with every device of the configuration language: a guest that works with all of them, and their other ends. */
import { build } from 'esbuild';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenForCable } from '../platform/node/socket-backend.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-devices-'));
const file = (name: string) => join(folder, name);
const guest = join(root, 'kernels/build/device-guest.elf');
const MIB = 2 ** 20;

/** The bytes that kernels/tests/device-guest writes and expects. */
const pattern = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, n) => n * 7 + (n >> 8) * 13 + seed * 31);

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  await build({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: file('cli.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
  mkdirSync(file('kernels'));
  const host = 'colinux-host.elf';
  writeFileSync(file(`kernels/${host}`), readFileSync(join(root, 'kernels/build', host)));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function daemon(...args: string[]) {
  const child = spawn(process.execPath, [file('cli.cjs'), 'daemon', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 55_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { stdout, stderr, status };
}

/** A cable that brings back every frame. */
async function echoCable() {
  const cable = listenForCable(
    { host: '127.0.0.1', port: 0 },
    {
      frame(frame) {
        cable.send(frame);
      },
    },
  );
  await once(cable.server, 'listening');
  const { port } = cable.server.address() as AddressInfo;
  return { port, close: cable.close };
}

describe('a guest of colinux daemon', () => {
  it('has the disks, folders, networks and lines of its configuration', { timeout: 60_000 }, async () => {
    const cable = await echoCable();
    writeFileSync(file('disk.img'), new Uint8Array(2 * MIB));
    writeFileSync(file('swap.img'), new Uint8Array(2 * MIB));
    writeFileSync(file('other.img'), pattern(2, 65536));
    writeFileSync(file('initrd.gz'), pattern(3, 300_001));
    mkdirSync(file('shared/many'), { recursive: true });
    writeFileSync(
      file('guest.colinux'),
      `kernel="${guest}" mem=16 initrd=initrd.gz cocon=100x40
       cobd0=disk.img cobd1=other.img,ro hda1=:cobd0
       cofs0=shared ttys0=line.txt
       eth0=socket,connect=127.0.0.1:${cable.port},02:00:00:00:00:07
       console initrd disk read-only net folder serial a=b`,
    );
    const { stdout, stderr, status } = await daemon(
      ...[`@${file('guest.colinux')}`, '--capture', `eth0=${file('net.pcapng')}`],
    );
    cable.close();
    expect(stderr).toBe('daemon0: guest0 terminated: END (reason 0, code 0x0, line 0)\n');
    expect(status).toBe(0);
    const lines = stdout.split('\n').map((line) => line.replace('guest0: ', ''));
    expect(lines).toContain(
      'console: 100 columns, 40 rows; words: console initrd disk read-only net folder serial a=b',
    );
    expect(lines).toContain('initrd: 300001 bytes, 0 of them differ');
    expect(lines).toContain('disk: unit 0: rc 0, 2097152 bytes, flags 0, alias "hda1"');
    expect(lines).toContain('disk: asynchronous: 0 refused, 0 not ended once, 0 failed, 0 bytes differ');
    expect(lines).toContain('disk: unit 1: rc 0, 65536 bytes, flags 1, alias ""');
    expect(lines).toContain('folder: 200001 bytes written, 200001 read, then 0; 0 differ');
    expect(lines.find((line) => line.startsWith('net: '))).toContain('02:00:00:00:00:07');
    // The guest's own last write is there, the read-only disk as it was.
    expect(readFileSync(file('disk.img')).subarray(MIB / 2, MIB / 2 + 8)).not.toEqual(Buffer.alloc(8));
    expect(Buffer.compare(readFileSync(file('other.img')), pattern(2, 65536))).toBe(0);
    expect(readdirSync(file('shared'))).toContain('data.bin');
    const line = readFileSync(file('line.txt'), 'latin1');
    const letters = Array.from(pattern(4, 20_000), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
    expect(line).toBe(`${letters}bye`);
    expect(readFileSync(file('net.pcapng')).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });

  it(
    'is a small Unix on its disk, in a network, with a folder of this computer',
    { timeout: 60_000 },
    async () => {
      execFileSync('/usr/sbin/mke2fs', ['-q', '-t', 'ext2', '-O', 'none', file('root.img'), '8M']);
      mkdirSync(file('files'));
      writeFileSync(join(file('files'), 'hello'), 'from this computer\n');
      const commands = [
        ...['echo+kept>/made', 'cat+/made', 'mkdir+/mnt', 'mount+cofs0+/mnt', 'cat+/mnt/hello'],
        ...['echo+answer>/mnt/answer', 'dhcp', 'ping+10.0.2.2', 'halt'],
      ];
      writeFileSync(
        file('unix.colinux'),
        `kernel="${join(root, 'samples/unix-guest/build/unix-guest.elf')}" mem=32
       cobd0=root.img cofs0=files eth0=slirp
       root=/dev/cobd0 log run=${commands.join(';')}`,
      );
      const { stdout, status } = await daemon(`@${file('unix.colinux')}`);
      for (const line of [
        'kept',
        'from this computer',
        '10.0.2.15/24 10.0.2.2 10.0.2.3',
        '3 sent, 3 answered',
      ])
        expect(stdout).toContain(`guest0: ${line}\n`);
      expect(status).toBe(0);
      expect(readFileSync(join(file('files'), 'answer'), 'utf8')).toBe('answer\n');
      execFileSync('/usr/sbin/e2fsck', ['-fn', file('root.img')], { stdio: 'pipe' });
      const made = execFileSync('/usr/sbin/debugfs', ['-R', 'cat /made', file('root.img')], {
        stdio: 'pipe',
      });
      expect(made.toString()).toBe('kept\n');
    },
  );

  it(
    'keeps nothing of what it writes to a cow disk, and each of two guests has its own',
    { timeout: 60_000 },
    async () => {
      writeFileSync(file('a.img'), new Uint8Array(2 * MIB));
      writeFileSync(file('b.img'), new Uint8Array(2 * MIB));
      const words = (disk: string) => [`kernel=${guest}`, 'mem=8', `hda=${file(disk)}`, 'disk'];
      const { stdout, status } = await daemon(...words('a.img,cow'), '--', ...words('b.img'));
      expect(status).toBe(0);
      for (const name of ['guest0', 'guest1'])
        expect(stdout).toContain(
          `${name}: disk: asynchronous: 0 refused, 0 not ended once, 0 failed, 0 bytes differ`,
        );
      expect(readFileSync(file('a.img')).some((byte) => byte !== 0)).toBe(false);
      expect(readFileSync(file('b.img')).some((byte) => byte !== 0)).toBe(true);
    },
  );
});
