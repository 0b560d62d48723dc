import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { createTcpPair, type RecordingUser, type TcpPair } from '../testing/tcp-pair.ts';
import type { LinkFaults } from '../testing/lossy-link.ts';
import { milliseconds, seconds } from '../timers.ts';

const MEBIBYTE = 2 ** 20;

function randomBytes(length: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    bytes[i] = random(256);
  }
  return bytes;
}

/** Hands all of `data` to the connection as it takes it, then finishes. */
function pump(user: RecordingUser, data: Uint8Array): void {
  let at = 0;
  const connection = user.connection!;
  const more = (): void => {
    at += connection.send(data.subarray(at));
    if (at === data.length) {
      user.onWritable = undefined;
      connection.finish();
    }
  };
  user.onWritable = more;
  more();
}

function runUntil(pair: TcpPair, done: () => boolean, limitSeconds: number): void {
  const end = pair.clock.now() + seconds(limitSeconds);
  while (!done() && pair.clock.now() < end) {
    pair.advance(milliseconds(50));
  }
}

const BAD: LinkFaults = { lost: 100, doubled: 30, delay: milliseconds(1), jitter: milliseconds(4) };

describe('TCP over a bad network', () => {
  it.each([1, 2])('10 MiB each way arrive under 10 % loss, doubling and reordering (seed %i)', (seed) => {
    const pair = createTcpPair({ faults: BAD, seed, recording: false });
    const { client, server } = pair.open();
    const up = randomBytes(10 * MEBIBYTE, seed + 100);
    const down = randomBytes(10 * MEBIBYTE, seed + 200);
    pump(client, up);
    pump(server, down);
    runUntil(pair, () => client.ended && server.ended, 36000);
    expect(Buffer.compare(server.bytes(), up)).toBe(0);
    expect(Buffer.compare(client.bytes(), down)).toBe(0);
    runUntil(pair, () => client.reason !== undefined && server.reason !== undefined, 200);
    expect([client.reason, server.reason]).toEqual(['finished', 'finished']);
    expect([pair.client.size, pair.server.size]).toEqual([0, 0]);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'small buffers and any faults end well too (seed %i)',
    (seed) => {
      const random = createRandom(seed + 50);
      const faults: LinkFaults = {
        lost: random(300),
        doubled: random(200),
        delay: milliseconds(1 + random(100)),
        jitter: milliseconds(1 + random(100)),
      };
      const bufferSize = 4096 << random(5);
      const pair = createTcpPair({ faults, seed, bufferSize, recording: false });
      const { client, server } = pair.open();
      const [up, down] = [randomBytes(random(200000), seed), randomBytes(random(200000), seed + 1)];
      // One of them reads in fits and starts.
      server.reading = false;
      pump(client, up);
      pump(server, down);
      const done = (): boolean => {
        if (random(10) === 0) {
          server.readAll();
        }
        return client.ended && server.ended && server.connection!.available === 0;
      };
      runUntil(pair, done, 36000);
      expect(Buffer.compare(server.bytes(), up)).toBe(0);
      expect(Buffer.compare(client.bytes(), down)).toBe(0);
    },
  );

  it('is the same talk every time for the same seed', () => {
    const talk = (seed: number): unknown => {
      const pair = createTcpPair({ faults: BAD, seed });
      const { client, server } = pair.open();
      pump(client, randomBytes(50000, 1));
      runUntil(pair, () => server.ended, 600);
      return pair.wire;
    };
    const first = talk(3);
    expect(talk(3)).toEqual(first);
    expect(talk(4)).not.toEqual(first);
  });

  it('gives up a peer that is gone, after minutes', () => {
    const pair = createTcpPair();
    const { client } = pair.open();
    client.connection!.send(Uint8Array.of(1));
    pair.filter = () => false;
    pair.advance(seconds(20));
    expect(client.reason).toBeUndefined();
    pair.advance(seconds(600));
    expect(client.reason).toBe('timeout');
  });

  it('does not make 10 MiB of garbage segments on a perfect link: none is sent twice', () => {
    const pair = createTcpPair({ bufferSize: 262144 });
    const { client, server } = pair.open();
    const data = randomBytes(MEBIBYTE, 5);
    pump(client, data);
    runUntil(pair, () => server.ended, 60);
    expect(Buffer.compare(server.bytes(), data)).toBe(0);
    const sent = pair.wire
      .filter(({ from }) => from === 'client')
      .reduce((n, { segment }) => n + segment.data.length, 0);
    expect(sent).toBe(MEBIBYTE);
    const answers = pair.wire.filter(({ from }) => from === 'server').length;
    expect(answers).toBeLessThan((MEBIBYTE / 1448) * 0.6);
  });
});
