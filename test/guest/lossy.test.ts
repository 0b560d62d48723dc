/** The TCP of the sample guest `unix-guest` over a wire that is bad in several ways: what is sent comes, whole and once. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linesOf } from '../host/host-machine.ts';
import { run, UNIX } from './run-guest.ts';
import { runOverLossyWire } from './lossy-machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE = 600_000;

/** In ticks of 10 ns. */
const MILLISECOND = 100_000;
const BYTES = Uint8Array.from(
  { length: 300_000 },
  (_, at) => (at * 7 + (at >> 8) * 13 + (at >> 16) * 31) & 0xff,
);
const hex = (crc: number) => crc.toString(16).padStart(8, '0');

async function listen(accept: (socket: Socket) => void): Promise<readonly [Server, number]> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}

let downloads: readonly [Server, number];
let uploads: readonly [Server, number];
beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  downloads = await listen((socket) => socket.end(BYTES));
  uploads = await listen((socket) => {
    let crc = 0;
    let length = 0;
    socket.on('data', (data) => {
      crc = crc32(data, crc);
      length += data.length;
    });
    socket.on('end', () => socket.end(`${hex(crc)} ${length}\n`));
  });
});
afterAll(() => {
  for (const [server] of [downloads, uploads]) server.close();
});

it.each([
  ['loses three frames of a hundred', { lost: 30, doubled: 0, delay: MILLISECOND, jitter: 0 }],
  ['doubles and reorders frames', { lost: 0, doubled: 50, delay: MILLISECOND, jitter: MILLISECOND }],
  ['is slow', { lost: 0, doubled: 0, delay: 60 * MILLISECOND, jitter: 5 * MILLISECOND }],
  ['does all of that', { lost: 20, doubled: 20, delay: 5 * MILLISECOND, jitter: 5 * MILLISECOND }],
])(
  'a wire that %s',
  async (_what, faults) => {
    const program = readFileSync(join(root, 'samples/unix-guest/build/programs.elf'));
    const sent = Buffer.concat(Array.from({ length: 8 }, () => program));
    const cat = `cat${' /bin/ls'.repeat(8)}`;
    const commands = `dhcp; get 10.0.2.2 ${downloads[1]}; ${cat} | tcp 10.0.2.2 ${uploads[1]}; halt`;
    const log = await runOverLossyWire(`${UNIX} log ${run(commands)}`, faults, 11);
    const lines = linesOf(log, 'guest0').slice(2, -2);
    expect(lines).toEqual([
      '10.0.2.15/24 10.0.2.2 10.0.2.3',
      expect.stringMatching(new RegExp(`^${hex(crc32(BYTES))} ${BYTES.length} bytes in \\d+ s$`)),
      `${hex(crc32(sent))} ${sent.length}`,
    ]);
  },
  PATIENCE,
);
