/*
 * The gateway against Linux: a TAP interface in a network namespace of its own is plugged into slirp, and programs in
 * the namespace talk through Linux's own TCP/IP, over a wire that loses frames too.
 */

import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRedirections } from '../../core/net/slirp/redirections.ts';
import { createSlirp } from '../../core/net/slirp/slirp.ts';
import type { LookupResult } from '../../core/net/sockets.ts';
import { createLossyLink, type LinkFaults } from '../../core/net/testing/lossy-link.ts';
import { milliseconds } from '../../core/net/timers.ts';
import { createRandom } from '../../core/testing/random.ts';
import { createHostClock } from '../../platform/host-clock.ts';
import { nodeSockets } from '../../platform/node/sockets.ts';
import { openTap } from '../../platform/node/tap-backend.ts';
import { until } from '../../platform/testing/guest-on-node.ts';
import { hashOf, pattern } from '../../platform/testing/pattern.ts';
import { wordsOf } from '../../core/sentences/say.ts';

const MEBIBYTE = 2 ** 20;
const helperSource = fileURLToPath(new URL('../../platform/node/tap-helper.c', import.meta.url));
const peer = fileURLToPath(new URL('linux-peer.mjs', import.meta.url));

/** How to get a network namespace here: as root, or as root of a user namespace; undefined where neither may be. */
const namespace = [['-n'], ['-r', '-n']].find(
  (words) =>
    spawnSync('unshare', [...words, 'sh', '-c', 'ip tuntap add dev probe0 mode tap'], { stdio: 'ignore' })
      .status === 0,
);

const folder = mkdtempSync(join(tmpdir(), 'linux-tcp-'));
const helper = join(folder, 'tap-helper');
beforeAll(() => {
  execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', helper, helperSource]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(namespace === undefined)('Linux behind slirp', () => {
  const cleanups: (() => void)[] = [];
  const inside: string[] = [];
  const faults: { -readonly [Key in keyof LinkFaults]: number } = {
    lost: 0,
    doubled: 0,
    delay: 1,
    jitter: 0,
  };
  const names = new Map<string, LookupResult>();
  let redirected = 0;

  beforeAll(async () => {
    const clock = createHostClock();
    const random = createRandom(7);
    const down = createLossyLink<Uint8Array>(clock, 'down', faults, random, (frame) => {
      tap.send(frame);
    });
    const up = createLossyLink<Uint8Array>(clock, 'up', faults, random, (frame) => {
      slirp.receive(frame);
    });
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    redirected = (probe.address() as AddressInfo).port;
    probe.close();
    await once(probe, 'close');
    const slirp = createSlirp({
      clock,
      sockets: {
        ...nodeSockets,
        resolve: ({ type, name }, answer) => {
          setImmediate(answer, names.get(`${type} ${name}`) ?? 'not-found');
        },
      },
      options: { hostLoopback: true, redirections: parseRedirections(`tcp:${redirected}:2222`) },
      transmit: down,
    });
    const problems: string[] = [];
    const tap = openTap({
      helper: ['unshare', ...namespace!, helper],
      name: 'tap0',
      frame: up,
      failed: (reason) => problems.push(wordsOf(reason)),
    });
    cleanups.push(tap.close, slirp.close);
    const user = namespace!.includes('-r') ? ['-U', '--preserve-credentials'] : [];
    inside.push('-t', String(tap.pid), ...user, '-n');
    const script =
      'ip link set lo up && ip addr add 10.0.2.15/24 dev tap0 && ip link set tap0 up && ip route add default via 10.0.2.2';
    await until(() => spawnSync('nsenter', [...inside, 'sh', '-c', script]).status === 0, 'the interface');
    expect(problems).toEqual([]);
  });
  afterAll(() => {
    for (const clean of cleanups) {
      clean();
    }
  });

  /** Runs the peer in the namespace and gives what it says. */
  async function run(...words: (string | number)[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)('nsenter', [
      ...inside,
      process.execPath,
      peer,
      ...words.map(String),
    ]);
    return JSON.parse(stdout);
  }

  async function echoServer(): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  /** A file of so many bytes. */
  function fileOf(length: number): string {
    const file = join(folder, `bytes-${length}`);
    writeFileSync(file, pattern(length));
    return file;
  }

  /** Sends so many bytes to an echo server, both ways by Linux's TCP, and expects them back. */
  async function expectEcho(count: number): Promise<void> {
    const result = await run('transfer', '10.0.2.2', await echoServer(), fileOf(count));
    expect(result).toEqual({ count, hash: hashOf(pattern(count)) });
  }

  it('sends 16 MiB to a server and gets them back', { timeout: 180_000 }, async () => {
    await expectEcho(16 * MEBIBYTE);
  });

  it('does so over a wire that loses, doubles and reorders', { timeout: 180_000 }, async () => {
    Object.assign(faults, { lost: 30, doubled: 10, delay: milliseconds(1), jitter: milliseconds(3) });
    await expectEcho(2 * MEBIBYTE);
    Object.assign(faults, { lost: 0, doubled: 0, delay: 1, jitter: 0 });
  });

  it('hears that a port is closed, an address prohibited or absent', async () => {
    expect(await run('transfer', '10.0.2.3', 80, fileOf(4))).toEqual({ error: 'ECONNREFUSED' });
    expect(await run('transfer', '169.254.169.254', 80, fileOf(4))).toEqual({ error: 'EHOSTUNREACH' });
    expect(await run('transfer', '240.0.0.1', 80, fileOf(4))).toEqual({ error: 'EHOSTUNREACH' });
  });

  it('is reached by a redirected port', async () => {
    const server = spawn('nsenter', [...inside, process.execPath, peer, 'serve', '2222']);
    const ended = once(server, 'close');
    await once(server.stdout, 'data');
    const socket = connect({ port: redirected, host: '127.0.0.1', allowHalfOpen: true });
    const data = pattern(MEBIBYTE);
    socket.end(data);
    const hash = createHash('sha256');
    socket.on('data', (bytes) => hash.update(bytes));
    await once(socket, 'end');
    expect(hash.digest('hex')).toBe(hashOf(data));
    await ended;
  });

  it('exchanges datagrams, long ones in fragments', async () => {
    const echo = createSocket('udp4');
    echo.on('message', (bytes, { port, address }) => {
      echo.send(bytes, port, address);
    });
    echo.bind(0, '127.0.0.1');
    await once(echo, 'listening');
    cleanups.push(() => echo.close());
    const { port } = echo.address();
    for (const length of [4, 1472, 1476, 60000]) {
      expect(await run('udp', '10.0.2.2', port, fileOf(length))).toEqual({
        same: true,
        from: `10.0.2.2:${port}`,
      });
    }
  });

  it('asks the name server by a resolver of its own', async () => {
    names.set('A www.example', ['192.0.2.1', '192.0.2.2']);
    names.set('AAAA www.example', ['2001:db8::1']);
    names.set('PTR 192.0.2.1', ['www.example']);
    names.set(
      'A many.example',
      Array.from({ length: 100 }, (_, i) => `192.0.2.${i}`),
    );
    names.set('AAAA only4.example', []);
    names.set('A broken.example', 'failed');
    const dns = (type: string, name: string): Promise<unknown> => run('dns', '10.0.2.3', type, name);
    expect(await dns('A', 'www.example')).toEqual({ answer: ['192.0.2.1', '192.0.2.2'] });
    expect(await dns('AAAA', 'www.example')).toEqual({ answer: ['2001:db8::1'] });
    expect(await dns('PTR', '192.0.2.1')).toEqual({ answer: ['www.example'] });
    expect(await dns('AAAA', 'only4.example')).toEqual({ error: 'ENODATA' });
    expect(await dns('A', 'absent.example')).toEqual({ error: 'ENOTFOUND' });
    expect(await dns('A', 'broken.example')).toEqual({ error: 'ESERVFAIL' });
    // Too many for UDP: c-ares asks again over TCP.
    const { answer } = (await dns('A', 'many.example')) as { answer: string[] };
    expect(answer.length).toBe(100);
  });
});

describe('the tap backend', () => {
  const failure = async (helperWords: [string, ...string[]], name: string): Promise<string> => {
    let reason = '';
    const tap = openTap({
      helper: helperWords,
      name,
      frame: () => undefined,
      failed: (said) => (reason = wordsOf(said)),
    });
    await until(() => reason !== '', 'the report');
    tap.close();
    return reason;
  };

  it('says why there is no interface', async () => {
    expect(await failure(['/no/such/helper'], 'tap0')).toBe('/no/such/helper: there is no such file');
    expect(await failure([helper], 'a-name-that-is-much-too-long')).toContain('usage: tap-helper INTERFACE');
    expect(await failure(['sh', '-c', 'echo hello there'], 'x')).toContain('does not speak in frames');
  });
});
