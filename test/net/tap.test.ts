/*
 * `colinux run --net tap`: a guest on a TAP interface in a network namespace of its own. A bridge of Linux joins the interface
 * with another one, at which slirp sits: the program that tests networks finds the same as without Linux in between.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlirp } from '../../core/net/slirp/slirp.ts';
import { createHostClock } from '../../platform/host-clock.ts';
import { nodeSockets } from '../../platform/node/sockets.ts';
import { openTap } from '../../platform/node/tap-backend.ts';
import { until } from '../../platform/testing/guest-on-node.ts';
import { wordsOf } from '../../core/sentences/say.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-tap-'));
const file = (name: string) => join(folder, name);

/** How to get a network namespace with a bridge here; undefined where nobody may have one. */
const namespace = [['-n'], ['-r', '-n']].find(
  (words) =>
    spawnSync(
      'unshare',
      [...words, 'sh', '-c', 'ip tuntap add dev p0 mode tap && ip link add b0 type bridge'],
      {
        stdio: 'ignore',
      },
    ).status === 0,
);
/** Without IPv6, for Linux would speak in the guest's ears by itself. */
const BRIDGE =
  'for i in all default; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done && ' +
  'ip link add b0 type bridge && ip tuntap add dev t0 mode tap && ' +
  'for i in t0 t1; do ip link set $i master b0 && ip link set $i up || exit 1; done && ip link set b0 up';

beforeAll(async () => {
  execFileSync('gcc', ['-O2', '-o', file('tap-helper'), join(root, 'platform/node/tap-helper.c')]);
  execFileSync('node', [join(root, 'tools/build-kernels.mjs'), 'test/kernels'], { stdio: 'inherit' });
  await bundle({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: file('cli.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(namespace === undefined)('a guest on a TAP interface', () => {
  const cleanups: (() => void)[] = [];
  const inside: string[] = [];
  let port = 0;

  beforeAll(async () => {
    const server = createSocket('udp4', (bytes, { address, port: from }) => {
      server.send(
        bytes.map((byte) => byte + 1),
        from,
        address,
      );
    }).bind(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address());
    const tap = openTap({
      helper: ['unshare', ...namespace!, file('tap-helper')],
      name: 't1',
      frame: (frame) => {
        slirp.receive(frame);
      },
      failed: (reason) => {
        throw new Error(wordsOf(reason));
      },
    });
    const slirp = createSlirp({
      sockets: nodeSockets,
      clock: createHostClock(),
      options: { hostLoopback: true },
      transmit: tap.send,
    });
    cleanups.push(tap.close, slirp.close, () => server.close());
    const user = namespace!.includes('-r') ? ['-U', '--preserve-credentials'] : [];
    inside.push('-t', String(tap.pid), ...user, '-n');
    const hasInterface = () => spawnSync('nsenter', [...inside, 'ip', 'link', 'show', 't1']).status === 0;
    await until(hasInterface, 'the interface of slirp');
    execFileSync('nsenter', [...inside, 'sh', '-c', BRIDGE]);
  });
  afterAll(() => {
    for (const clean of cleanups) clean();
  });

  it('gets an address, pings and talks to a server through Linux', { timeout: 60_000 }, async () => {
    const image = join(root, 'test/kernels/build/outside/network.elf');
    const words = ['--rtc', '0', '--append', String(port), '--net', `tap,t0,capture=${file('t0.pcapng')}`];
    const child = spawn('nsenter', [...inside, process.execPath, file('cli.cjs'), 'run', image, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    await once(child, 'close');
    // All but being called: nobody redirects a port here.
    expect(stdout).toMatch(/\n10 passed, 1 failed\n$/);
    expect(readFileSync(file('t0.pcapng')).length).toBeGreaterThan(1000);
  });

  it('is told when the interface is not to be had', async () => {
    const image = join(root, 'test/kernels/build/outside/network.elf');
    const words = ['run', image, '--net', 'tap,b0'];
    const child = spawn('nsenter', [...inside, process.execPath, file('cli.cjs'), ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    cleanups.push(() => child.kill());
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    await until(() => stderr.includes('the guest goes on without a network'), 'the sentence');
    expect(stderr).toContain(
      'The TAP interface b0 is gone, cannot open the TAP interface b0: Invalid argument;',
    );
    child.kill();
  });
});
