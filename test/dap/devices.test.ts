/** Devices in debug sessions: what kernels do with disks, networks, folders and serial lines, and what a launch says about wrong ones. */
import { createSocket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';
import { boardDisk } from '../kernels/virtio-board.ts';
import { guest, root } from './support/bundle.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
const kernels = join(root, 'test/kernels/build');

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs'), 'test/kernels'], { stdio: 'inherit' });
});

/** Runs a kernel to its end and gives what it printed. */
async function runToEnd(kernel: string, options: object): Promise<string> {
  session = await tested.open();
  await session.launch({ kernel: join(kernels, kernel), ...options });
  await session.event('terminated');
  return session.serial();
}

describe('a kernel that runs alone', () => {
  it('reads and writes disks; what it writes on an overlay is gone', { timeout: 60_000 }, async () => {
    const [disk, readOnly] = [tested.bundle.file('disk.img'), tested.bundle.file('other.img')];
    const image = boardDisk();
    writeFileSync(disk, image);
    writeFileSync(readOnly, image);
    const devices = { disks: [`${disk},cow`, `${readOnly},ro`] };
    expect(await runToEnd('virtioblk.elf', { devices })).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
    expect(Buffer.compare(readFileSync(disk), image)).toBe(0);
  });

  it('is in a network: addresses, ping, a server of this computer', { timeout: 60_000 }, async () => {
    const server = createSocket('udp4', (bytes, { address, port }) => {
      // A call of the guest's own port is not part of this.
      server.send(
        bytes.map((byte) => byte + 1),
        port,
        address,
      );
    }).bind(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    const devices = { networks: [`slirp,host-loopback,capture=${tested.bundle.file('net.pcapng')}`] };
    const output = await runToEnd('outside/network.elf', { devices, cmdline: String(port) });
    server.close();
    // All but being called, which takes a redirection.
    expect(output).toMatch(/\n10 passed, 1 failed\n$/);
    expect(readFileSync(tested.bundle.file('net.pcapng')).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });
});

describe('a cooperative guest', () => {
  const devices = join(root, 'kernels/build/device-guest.elf');

  it('has what its configuration says, and its serial line is a terminal', { timeout: 60_000 }, async () => {
    writeFileSync(tested.bundle.file('disk.img'), new Uint8Array(2 << 20));
    writeFileSync(tested.bundle.file('kept.img'), new Uint8Array(2 << 20));
    mkdirSync(tested.bundle.file('shared/many'), { recursive: true });
    writeFileSync(
      tested.bundle.file('g.colinux'),
      `kernel="${devices}" cobd0=disk.img,cow hda=:cobd0 cofs0=shared ttys0=stdio cocon=90x30 mem=16
       console disk folder serial`,
    );
    writeFileSync(tested.bundle.file('second.colinux'), `kernel="${devices}" mem=8 sda1=kept.img disk`);
    session = await tested.open();
    await session.launch({
      kernel: undefined,
      config: tested.bundle.file('g.colinux'),
      guests: [tested.bundle.file('second.colinux')],
    });
    const line = () =>
      session.messages
        .map((message) => message as { event?: string; body?: { terminal?: { id: string }; data: string } })
        .filter(({ event, body }) => event === 'colinux/console' && body?.terminal?.id === 'line')
        .map(({ body }) => body?.data ?? '')
        .join('');
    // The guest wants every byte back in capitals.
    let answered = 0;
    while (!line().endsWith('bye')) {
      await session.event('colinux/console');
      const data = line().slice(answered).toUpperCase();
      answered += data.length;
      if (data !== '') await session.client.customRequest('colinux/consoleInput', { terminal: 'line', data });
    }
    await session.event('terminated');
    expect(session.serial()).toContain(
      'guest0: console: 90 columns, 30 rows; words: console disk folder serial',
    );
    expect(session.serial()).toContain(
      'guest0: serial: 20000 bytes sent, 20000 came back, 0 of them are different',
    );
    expect(session.serial()).toContain('guest0: folder: 200001 bytes written, 200001 read, then 0; 0 differ');
    expect(session.serial()).toContain('unit 0: rc 0, 2097152 bytes, flags 0, alias "hda"');
    for (const name of ['guest0', 'guest1'])
      expect(session.serial()).toContain(
        `${name}: disk: asynchronous: 0 refused, 0 not ended once, 0 failed, 0 bytes differ`,
      );
    expect(readFileSync(tested.bundle.file('disk.img')).some((byte) => byte !== 0)).toBe(false);
    expect(readFileSync(tested.bundle.file('kept.img')).some((byte) => byte !== 0)).toBe(true);
  });
});

describe('the traffic of devices', () => {
  it('is recorded: requests by unit and file, packets in words, and a file for Wireshark', async () => {
    writeFileSync(tested.bundle.file('traffic.img'), new Uint8Array(2 << 20));
    mkdirSync(tested.bundle.file('traffic/many'), { recursive: true });
    writeFileSync(
      tested.bundle.file('traffic.colinux'),
      `kernel="${join(root, 'kernels/build/device-guest.elf')}" cobd0=traffic.img,cow cofs0=traffic mem=8 crowd`,
    );
    session = await tested.open();
    await session.launch({
      kernel: undefined,
      config: tested.bundle.file('traffic.colinux'),
      devices: { networks: ['loopback'] },
      cmdline: 'eth0=net0 folder',
      stopOnEntry: true,
    });
    await session.stop();
    const ask = async <C extends 'colinux/traffic' | 'colinux/capture'>(command: C, args?: object) =>
      (await session.client.customRequest(command, args)).body as CustomRequests[C]['body'];
    expect(await ask('colinux/traffic', { first: 0, most: 10 })).toEqual({
      count: 0,
      traffic: [],
      waiting: [],
    });
    const main = join(root, 'kernels/tests/device-guest/main.c');
    await session.setBreakpoints(main, lineOf(main, 'bench();'));
    await session.client.continueRequest({ threadId: 1 });
    await session.stop();
    const { traffic, count } = await ask('colinux/traffic', { first: -4096, most: 4096 });
    expect(traffic).toHaveLength(4096);
    expect(count).toBeGreaterThan(4096);
    expect(traffic.find(({ kind }) => kind === 'share')).toMatchObject({ unit: 'guest0: cofs0' });
    expect(new Set(traffic.map(({ device }) => device))).toContain('share0');
    expect(traffic.some(({ operation, text }) => operation === 'write' && text.includes('/data.bin,'))).toBe(
      true,
    );
    expect(traffic.some(({ error }) => error === 'ENOENT')).toBe(true);
    const times = traffic.map(({ instructions }) => instructions);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const { data, packets } = await ask('colinux/capture');
    expect(Buffer.from(data, 'base64').readUInt32LE(0)).toBe(0x0a0d0d0a);
    // Requests of the folder have taken their place in the list, but not here.
    expect(packets).toBeGreaterThan(traffic.filter(({ kind }) => kind === 'network').length);
  });
});

describe('a launch says what is wrong with', () => {
  const failure = async (options: object): Promise<string> => {
    session = await tested.open();
    return session.launch(options as never).then(
      () => 'launched',
      (error: unknown) => (error as Error).message,
    );
  };

  it.each([
    [{ disks: 'x' }, '"devices.disks" expects an array of strings, but it is "x"'],
    [{ disks: ['a,fast'] }, '"devices.disks" expects FILE, FILE,ro or FILE,cow'],
    [{ networks: ['user'] }, '"devices.networks" expects loopback, slirp'],
    [{ shares: ['src'] }, '"devices.shares" expects TAG=FOLDER'],
    [{ rng: -1 }, '"devices.rng" expects a whole number from 0 to 4294967295, but it is -1'],
    [{ disks: ['/none.img'] }, 'The disk "/none.img" cannot be opened, it does not exist'],
    [{ shares: ['src=/none'] }, 'The shared folder "/none" cannot be opened'],
    [[], '"devices" must be an object'],
  ])('%j', async (devices, sentence) => {
    expect(await failure({ devices })).toContain(sentence);
  });

  it('a configuration: the disk that is not there, the unit without a place, the guest without a kernel', async () => {
    const file = tested.bundle.file('g.colinux');
    writeFileSync(file, `kernel="${guest}" cobd0=none.img`);
    expect(await failure({ kernel: undefined, config: file })).toContain(
      `The disk "${tested.bundle.file('none.img')}" cannot be opened`,
    );
    await session.close();
    const folders = Array.from({ length: 31 }, (_, n) => `cofs${n}=.`).join(' ');
    writeFileSync(file, `kernel="${guest}"\n${folders}`);
    expect(await failure({ kernel: undefined, config: file })).toMatch(
      /g\.colinux:2:\d+: cofs30= finds no place: .* may be 29 together/,
    );
    await session.close();
    writeFileSync(file, 'mem=8');
    expect(await failure({ guests: [file] })).toContain('g.colinux names no kernel: add kernel=FILE');
  });
});
