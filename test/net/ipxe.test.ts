/*
 * The gateway against an independent client: QEMU's own iPXE, a TCP/IP in firmware, boots from the network. It gets an
 * address by DHCP, asks for a name, fetches a program over HTTP through the gateway and a real server, and runs it;
 * the program sums itself in memory. tcpdump reads the capture and finds no wrong checksum.
 */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PcapngWriter } from '../../core/net/pcapng.ts';
import { createSlirp } from '../../core/net/slirp/slirp.ts';
import type { Lookup } from '../../core/net/sockets.ts';
import { NANOSECONDS_PER_TICK } from '../../core/time/clock.ts';
import { createHostClock } from '../../platform/host-clock.ts';
import { connectCable, listenForCable, type Cable } from '../../platform/node/socket-backend.ts';
import { nodeSockets } from '../../platform/node/sockets.ts';
import { until } from '../../platform/testing/guest-on-node.ts';
import { buildBootProgram } from './boot-program.ts';

const LENGTH = 256 * 1024;
const NAME = 'boot.colinux.test';
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;
const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;

const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'ipxe-')));
afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Boots QEMU from the network that `plug` connects; gives what the program printed, the lookups and the capture. */
async function boot(
  folder: string,
  netdev: (port: number) => string,
  plug: (receive: (frame: Uint8Array) => void) => Promise<[Cable, number]>,
) {
  const { image, sum } = buildBootProgram(LENGTH, folder);
  const requests: string[] = [];
  const http = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.headers.host?.split(':')[0] ?? ''}${request.url ?? ''}`);
    response.end(image);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  const capture = join(folder, 'capture.pcapng');
  writeFileSync(capture, '');
  const writer = new PcapngWriter(['n0'], (block) => {
    appendFileSync(capture, block);
  });
  const clock = createHostClock();
  const lookups: Lookup[] = [];
  const [cable, port] = await plug((frame) => {
    writer.packet(0, clock.now() * NANOSECONDS_PER_TICK, frame, 'out');
    slirp.receive(frame);
  });
  const slirp = createSlirp({
    clock,
    sockets: {
      ...nodeSockets,
      resolve: (lookup, answer) => {
        lookups.push(lookup);
        setImmediate(answer, lookup.type === 'A' ? ['10.0.2.2'] : []);
      },
    },
    options: {
      hostLoopback: true,
      bootFile: `http://${NAME}:${(http.address() as AddressInfo).port}/program`,
    },
    transmit: (frame) => {
      writer.packet(0, clock.now() * NANOSECONDS_PER_TICK, frame, 'in');
      cable.send(frame);
    },
  });
  const args = ['-M', 'pc', '-accel', 'tcg', '-m', '64', '-display', 'none', '-nodefaults', '-boot', 'n'];
  args.push('-netdev', netdev(port), '-device', 'e1000,netdev=n0', '-debugcon', 'stdio');
  const qemu = spawn('qemu-system-i386', args);
  let printed = '';
  let errors = '';
  qemu.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString('latin1')));
  qemu.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  try {
    await until(() => /[0-9a-f]{8}\n$/.test(printed) || qemu.exitCode !== null, 'the program’s sum', 110);
  } finally {
    qemu.kill();
    slirp.close();
    cable.close();
    http.close();
  }
  expect(errors).toBe('');
  return { printed: printed.slice(-9), sum, requests, lookups, capture, drops: slirp.drops };
}

function expectBooted(result: Awaited<ReturnType<typeof boot>>): void {
  expect(result.requests).toEqual([`GET ${NAME}/program`]);
  expect(result.lookups).toContainEqual({ type: 'A', name: NAME });
  expect(result.printed).toBe(`${result.sum}\n`);
}

describe.skipIf(!hasQemu)('iPXE boots from the network', () => {
  // Both at once: most of the time iPXE waits for an IPv6 router, which there is not.
  it.concurrent(
    'when QEMU’s stream netdev connects to the socket backend',
    { timeout: 120_000 },
    async () => {
      const result = await boot(
        folders[0]!,
        (port) => `stream,id=n0,server=off,addr.type=inet,addr.host=127.0.0.1,addr.port=${port}`,
        async (frame) => {
          const cable = listenForCable({ host: '127.0.0.1', port: 0 }, { frame });
          await once(cable.server, 'listening');
          return [cable, (cable.server.address() as AddressInfo).port];
        },
      );
      expectBooted(result);
      expect(readFileSync(result.capture).length).toBeGreaterThan(LENGTH);
    },
  );

  it.concurrent(
    'when the socket backend connects to QEMU’s socket netdev',
    { timeout: 120_000 },
    async () => {
      const result = await boot(
        folders[1]!,
        (port) => `socket,id=n0,listen=127.0.0.1:${port}`,
        async (frame) => {
          const probe = createServer().listen(0, '127.0.0.1');
          await once(probe, 'listening');
          const { port } = probe.address() as AddressInfo;
          probe.close();
          await once(probe, 'close');
          return [connectCable({ host: '127.0.0.1', port }, { frame }), port];
        },
      );
      expectBooted(result);
    },
  );

  it.skipIf(!hasTcpdump)('and tcpdump finds the whole talk in the capture, every checksum right', () => {
    const { stdout, status } = spawnSync(
      'tcpdump',
      ['-n', '-vv', '-r', join(folders[0]!, 'capture.pcapng')],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/BOOTP\/DHCP, Request from 52:54:00:12:34:56/);
    expect(stdout).toMatch(/DHCP-Message \(53\), length 1: ACK/);
    expect(stdout).toMatch(/10\.0\.2\.3\.53: .*A\? boot\.colinux\.test/);
    expect(stdout).toMatch(/Flags \[S\.\], cksum 0x[0-9a-f]+ \(correct\)/);
    expect(stdout).not.toMatch(/incorrect|bad cksum|bad udp|truncated/);
  });
});
