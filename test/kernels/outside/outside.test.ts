/*
 * Programs whose devices have somebody at the other end, under the command `colinux`: a guest in a user-mode network and on a
 * cable, and one with a shared folder.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseRedirections } from '../../../core/net/slirp/redirections.ts';
import { createSlirp } from '../../../core/net/slirp/slirp.ts';
import { createHostClock } from '../../../platform/host-clock.ts';
import { listenForCable } from '../../../platform/node/socket-backend.ts';
import { nodeSockets } from '../../../platform/node/sockets.ts';
import { createWire } from '../../../platform/testing/guest-on-node.ts';
import { freePort } from '../../../platform/testing/ports.ts';

const kernels = fileURLToPath(new URL('..', import.meta.url));
const root = join(kernels, '../..');
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-outside-'));
const file = (name: string) => join(folder, name);
/** A server on the loopback that sends back every byte plus one, and calls the guest when that asks for it. */
const server = createSocket('udp4', (bytes, { address, port }) => {
  if (bytes.toString() === 'call') caller.send('ring', redirected, '127.0.0.1');
  else
    server.send(
      bytes.map((byte) => byte + 1),
      port,
      address,
    );
});
const caller = createSocket('udp4', (bytes, { address, port }) => {
  if (bytes.toString() === 'here') caller.send('done', port, address);
});
/** A port of this computer that is the guest's port 53. */
let redirected: number;
let port: number;

beforeAll(async () => {
  execFileSync('make', ['--no-print-directory', '-s', '-j2', '-C', kernels], { stdio: 'inherit' });
  await bundle({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: file('cli.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address());
  redirected = await freePort();
});
afterAll(() => {
  server.close();
  caller.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

async function colinux(program: string, ...args: string[]): Promise<Ended> {
  const image = join(kernels, 'build/outside', `${program}.elf`);
  const child = spawn(process.execPath, [file('cli.cjs'), 'run', image, '--rtc', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { stdout, stderr, status };
}

function expectPassed({ stdout, stderr, status }: Ended): void {
  // Every test program looks where there is nothing.
  expect(stderr.replace(/^colinux: machine: physical read at fffffffch: .*\n/, '')).toBe('');
  expect(stdout).not.toMatch(/FAIL|SKIP/);
  expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
  expect(status).toBe(1);
}

describe('a network card', () => {
  const guest = (...args: string[]) => colinux('network', '--append', String(port), ...args);

  it('in a user-mode network gets an address, pings, talks to a server and is called; all of it is captured', async () => {
    expectPassed(
      await guest('--net', `slirp,udp:${redirected}:53,host-loopback,capture=${file('net.pcapng')}`),
    );
    const packets: { readonly length: number; readonly direction: number }[] = [];
    const capture = readFileSync(file('net.pcapng'));
    for (let at = 0; at < capture.length; at += capture.readUInt32LE(at + 4)) {
      if (capture.readUInt32LE(at) !== 6) continue;
      const length = capture.readUInt32LE(at + 20);
      packets.push({ length, direction: capture.readUInt32LE(at + 28 + ((length + 3) & ~3) + 4) });
    }
    // Two of DHCP, one of ARP, three pings, three datagrams and two of the call; each is answered.
    expect(packets.map(({ direction }) => direction)).toEqual(Array(11).fill([2, 1]).flat());
    expect(packets[17]).toEqual({ length: 14 + 20 + 8 + 1400, direction: 1 });
  });

  it('does not reach the loopback when nobody said so', async () => {
    const { stdout, status } = await guest('--net', 'slirp');
    expect(stdout).toContain('FAIL network: a datagram of 1 bytes: expected protocol 11, got 1');
    expect(stdout).toMatch(/\n7 passed, 4 failed\n$/);
    expect(status).not.toBe(1);
  });

  it('reaches the same by a cable', async () => {
    const toGuest = createWire((frame) => {
      cable.send(frame);
    });
    const slirp = createSlirp({
      sockets: nodeSockets,
      clock: createHostClock(),
      options: { hostLoopback: true, redirections: parseRedirections(`udp:${redirected}:53`) },
      transmit: toGuest,
    });
    const cable = listenForCable({ host: '127.0.0.1', port: 0 }, { frame: slirp.receive });
    await once(cable.server, 'listening');
    const { port: plug } = cable.server.address() as AddressInfo;
    const ended = await guest('--net', `socket,connect=127.0.0.1:${plug}`);
    cable.close();
    slirp.close();
    expectPassed(ended);
  });

  it('in a network that cannot be opened: one sentence', async () => {
    const { stderr, status } = await guest('--net', `slirp,capture=${folder}`);
    expect(stderr).toMatch(
      /^colinux: The capture cannot be written to .*, it is a folder: give a file's name.\n$/,
    );
    expect(status).toBe(2);
  });
});

describe('a shared folder', () => {
  const shared = file('shared');
  beforeEach(() => {
    rmSync(shared, { recursive: true, force: true });
    mkdirSync(shared);
    writeFileSync(join(shared, 'hello'), 'Hello from the computer.\n');
  });

  it('is read and written', async () => {
    expectPassed(await colinux('share', '--share', `work=${shared}`));
    const made = Uint8Array.from({ length: 10_000 }, (_, n) => n * 7 + (n >> 8));
    expect(Buffer.compare(readFileSync(join(shared, 'made')), made)).toBe(0);
  });

  it('is read only when that is asked for, and the run is the same each time', async () => {
    const hash = async () => {
      const stats = ['--stats', file('stats.json')];
      expectPassed(await colinux('share', '--append', 'ro', '--share', `work=${shared},ro`, ...stats));
      return (JSON.parse(readFileSync(file('stats.json'), 'utf8')) as Record<string, unknown>).stateHash;
    };
    expect(await hash()).toBe(await hash());
    expect(() => readFileSync(join(shared, 'made'))).toThrow(/ENOENT/);
  });

  it('that is not there: one sentence', async () => {
    const { stderr, status } = await colinux('share', '--share', `work=${file('nowhere')}`);
    expect(stderr).toMatch(/^colinux: The shared folder .* cannot be opened, it does not exist: give/);
    expect(status).toBe(2);
  });
});
