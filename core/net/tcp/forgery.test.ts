import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import {
  CLIENT,
  createTcpPair,
  established,
  numbersOf,
  packetTo,
  RecordingUser,
  sentBy,
  SERVER,
} from '../testing/tcp-pair.ts';
import { milliseconds, seconds } from '../timers.ts';
import { Flag, type Segment } from './segment.ts';
import { seqAdd } from './sequence.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('resets and forgeries (RFC 5961)', () => {
  it('a reset at exactly the expected number ends the connection', () => {
    const { pair, server } = established();
    const { next } = numbersOf(pair, 'server');
    pair.inject('server', packetTo('server', { seq: next, flags: Flag.RST }));
    expect(server.reason).toBe('reset');
  });

  it('a reset elsewhere in the window is challenged, one beside it ignored', () => {
    const { pair, server, b } = established();
    const { next } = numbersOf(pair, 'server');
    const challenge = sentBy(pair, 'server', () => {
      pair.inject('server', packetTo('server', { seq: seqAdd(next, 1), flags: Flag.RST }));
    });
    expect(challenge).toMatchObject([{ flags: Flag.ACK, ack: next }]);
    const none = sentBy(pair, 'server', () => {
      pair.inject('server', packetTo('server', { seq: seqAdd(next, -1), flags: Flag.RST }));
    });
    expect(none).toEqual([]);
    expect(b.state).toBe('ESTABLISHED');
    expect(server.reason).toBeUndefined();
  });

  it('a SYN in a connection is challenged', () => {
    const { pair, b } = established();
    const { next } = numbersOf(pair, 'server');
    for (const offset of [0, 1, 100000]) {
      const challenge = sentBy(pair, 'server', () => {
        pair.inject('server', packetTo('server', { seq: seqAdd(next, offset), flags: Flag.SYN }));
      });
      expect(challenge).toMatchObject([{ flags: Flag.ACK, ack: next }]);
    }
    expect(b.state).toBe('ESTABLISHED');
  });

  it('an acknowledgement of what was never sent, or long ago, is challenged and its data not taken', () => {
    const { pair, server } = established();
    const { next, sent, options } = numbersOf(pair, 'server');
    for (const ack of [seqAdd(sent, 1), seqAdd(sent, -200000)]) {
      const challenge = sentBy(pair, 'server', () => {
        pair.inject('server', packetTo('server', { seq: next, ack, options, data: bytes(6, 6, 6) }));
      });
      expect(challenge).toMatchObject([{ flags: Flag.ACK, ack: next }]);
    }
    expect(server.received).toEqual([]);
    pair.inject('server', packetTo('server', { seq: next, ack: sent, options, data: bytes(7) }));
    expect(server.bytes()).toEqual(bytes(7));
  });

  it('challenges are limited to ten a second', () => {
    const { pair } = established();
    const { next } = numbersOf(pair, 'server');
    const flood = (): void => {
      for (let i = 0; i < 100; i++) {
        pair.inject('server', packetTo('server', { seq: seqAdd(next, 5), flags: Flag.RST }));
      }
    };
    expect(sentBy(pair, 'server', flood).length).toBe(10);
    pair.advance(seconds(1));
    expect(sentBy(pair, 'server', flood).length).toBe(10);
  });

  it('a reset does not end TIME-WAIT (RFC 1337)', () => {
    const { pair, a, b } = established();
    b.finish();
    pair.advance(milliseconds(1));
    a.finish();
    pair.advance(milliseconds(1));
    pair.inject('server', packetTo('server', { seq: numbersOf(pair, 'server').next, flags: Flag.RST }));
    expect(b.state).toBe('TIME-WAIT');
  });

  it('a wrong acknowledgement of our SYN is reset, and the call goes on', () => {
    const pair = createTcpPair({ answering: false });
    const user = new RecordingUser();
    user.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, user);
    const answer = sentBy(pair, 'client', () => {
      pair.inject('client', packetTo('client', { seq: 5, ack: 99, flags: Flag.SYN | Flag.ACK }));
    });
    expect(answer).toMatchObject([{ seq: 99, flags: Flag.RST }]);
    expect(user.connection.state).toBe('SYN-SENT');
  });

  it('old duplicates by timestamp are not taken (RFC 7323)', () => {
    const { pair, client, server, a } = established();
    pair.advance(seconds(1));
    a.send(bytes(1));
    pair.advance(milliseconds(50));
    const { next, sent, options } = numbersOf(pair, 'server');
    const old = { timestamps: { value: options.timestamps!.value - 500, echo: 0 } };
    pair.inject('server', packetTo('server', { seq: next, ack: sent, options: old, data: bytes(9) }));
    expect(server.bytes()).toEqual(bytes(1));
    expect(client.reason).toBeUndefined();
  });
});

describe('a hostile peer', () => {
  it('any segments leave the connection with its promises, or closed', () => {
    const random = createRandom(9);
    for (let round = 0; round < 100; round++) {
      const { pair, server, b } = established({ bufferSize: 4096 });
      server.reading = random(2) === 0;
      b.send(new Uint8Array(random(5000)));
      for (let step = 0; step < 200 && b.state !== 'CLOSED'; step++) {
        const { next, sent } = numbersOf(pair, 'server');
        const near = (number: number): number =>
          random(4) === 0 ? seqAdd(number, random(10000) - 5000) : seqAdd(number, random(3) - 1);
        const fields: Partial<Segment> = {
          seq: near(next),
          ack: near(sent),
          flags: random(3) > 0 ? Flag.ACK : random(64),
          window: random(3) === 0 ? 0 : random(65536),
          options: {
            timestamps: random(3) > 0 ? { value: random(2 ** 31), echo: random(2 ** 31) } : undefined,
            sack: random(9) === 0 ? [[near(sent), near(sent)]] : undefined,
          },
          data: new Uint8Array(random(3) === 0 ? random(3000) : 0),
        };
        pair.inject('server', packetTo('server', fields));
        pair.advance(random(5) === 0 ? milliseconds(random(3000)) : 1);
        expect(b.available).toBeLessThanOrEqual(4096);
        expect(b.unsent).toBeLessThanOrEqual(4096);
      }
      pair.advance(seconds(10000));
    }
  });
});
