/**
 * Two machines with a cable between them, each with the sample guest: they ping each other and one sends the other a file. Both are
 * ours, or one is QEMU. tcpdump and tshark read what has passed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../platform/testing/ports.ts';
import {
  type Cable,
  openWorkshop,
  type Outcome,
  printed,
  run,
  type Setup,
  type Workshop,
} from './run-guest.ts';

const LENGTH = 3 * 2 ** 20;
const PATIENCE = 120_000;
const [RECEIVER, SENDER] = ['10.0.3.1', '10.0.3.2'];
/** So many pings, for the other machine starts at its own time. */
const PINGS = 30;

const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const bytes = Uint8Array.from(
  { length: LENGTH },
  (_, at) => (at * 7 + (at >> 8) * 13 + (at >> 16) * 5) & 0xff,
);
const SUM = `${crc32(bytes).toString(16).padStart(8, '0')} ${LENGTH}`;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => {
  workshop.close();
});

/** Runs a guest with a folder of its own at /mnt, where its commands are. */
function guest(
  machine: (setup: Setup) => Promise<Outcome>,
  name: string,
  cable: Cable,
  script: readonly string[],
) {
  const folder = join(workshop.folder, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'script'), `${script.join('\n')}\n`);
  if (name.startsWith('sender')) writeFileSync(join(folder, 'big'), bytes);
  return machine({ words: run('mount cofs0 /mnt; sh /mnt/script; halt'), folder, cable });
}

/**
 * `sender` listens for the cable: QEMU connects only once, at its start, while ours does so again and again.
 * @param capture a file, of the receiver
 */
async function transfer(id: string, sender: (setup: Setup) => Promise<Outcome>, capture?: string) {
  const port = await freePort();
  const connect = { role: 'connect', port, mac: '52:54:00:00:03:01', ...(capture && { capture }) } as const;
  const listen = { role: 'listen', port, mac: '52:54:00:00:03:02' } as const;
  const outcomes = await Promise.all([
    guest(workshop.here, `receiver-${id}`, connect, [
      `ifconfig ${RECEIVER}/24`,
      'serve 7 </dev/null >/mnt/copy',
      'sum /mnt/copy',
      `ping ${SENDER} 2`,
      `tcp ${SENDER} 9 </dev/null`,
    ]),
    guest(sender, `sender-${id}`, listen, [
      `ifconfig ${SENDER}/24`,
      'sum /mnt/big',
      `ping ${RECEIVER} ${PINGS}`,
      'sleep 1',
      `put ${RECEIVER} 7 /mnt/big`,
      // Until the receiver has pinged this machine, too.
      'serve 9 </dev/null',
    ]),
  ]);
  const [received, sent] = outcomes.map(printed);
  expect(sent).toContain(`${SUM} /mnt/big`);
  expect(sent).toContain(`64 bytes from ${RECEIVER}, sequence ${PINGS - 1}`);
  expect(received).toEqual([
    `${SUM} /mnt/copy`,
    `64 bytes from ${SENDER}, sequence 0`,
    `64 bytes from ${SENDER}, sequence 1`,
    '2 sent, 2 answered',
  ]);
  expect(readFileSync(join(workshop.folder, `receiver-${id}`, 'copy')).equals(bytes)).toBe(true);
}

describe('two machines with a cable', () => {
  it('ping each other, and a file arrives as it was sent', { timeout: PATIENCE }, async () => {
    await transfer('ours', workshop.here, join(workshop.folder, 'capture.pcapng'));
  });

  it.skipIf(!has('qemu-system-i386'))('of which one is QEMU do so, too', { timeout: PATIENCE }, async () => {
    await transfer('qemu', workshop.onQemu);
  });
});

describe('the capture of a transfer', () => {
  const lines = (program: string, ...args: string[]) =>
    execFileSync(program, ['-n', '-r', join(workshop.folder, 'capture.pcapng'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 27,
    })
      .trim()
      .split('\n');
  const [out, back] = [`${SENDER}\\.\\d+ > ${RECEIVER}\\.7`, `${RECEIVER}\\.7 > ${SENDER}\\.\\d+`];

  it.skipIf(!has('tcpdump'))('shows tcpdump handshake, data and end, with the right checksums', () => {
    const text = lines('tcpdump', '-v', 'tcp port 7').join('\n');
    const order = [
      `${out}: Flags \\[S\\], cksum 0x[0-9a-f]+ \\(correct\\)`,
      `${back}: Flags \\[S\\.\\], cksum 0x[0-9a-f]+ \\(correct\\)`,
      `${out}: Flags \\[\\.\\], .* ack 1, .* length 0`,
      `${out}: Flags \\[P?\\.\\], .* seq 1:\\d+, ack 1, .* length \\d+`,
      `${out}: Flags \\[FP?\\.\\], .* seq `,
      `${back}: Flags \\[\\.\\], .* ack ${LENGTH + 2}, .* length 0`,
    ];
    expect(text).toMatch(new RegExp(order.join('[^]*?')));
    expect(text).toMatch(new RegExp(`${back}: Flags \\[F\\.\\]`));
    expect(text).not.toMatch(/incorrect|bad cksum|truncated/);
  });

  it.skipIf(!has('tshark'))('gives tshark the file back', () => {
    const follow = lines('tshark', '-q', '-z', `follow,tcp,raw,${streamOf('7')}`);
    const sent = follow.filter((line) => /^[0-9a-f]+$/.test(line)).join('');
    expect(Buffer.from(sent, 'hex').equals(bytes)).toBe(true);
  });

  /** The number that tshark gives the connection to a port. */
  function streamOf(port: string): string {
    const [stream = ''] = lines('tshark', '-Y', `tcp.dstport == ${port}`, '-T', 'fields', '-e', 'tcp.stream');
    return stream;
  }
});
