import { describe, expect, it } from 'vitest';
import { createTcpPair, established, numbersOf, packetTo, sentBy } from '../testing/tcp-pair.ts';
import { milliseconds, seconds } from '../timers.ts';
import { Flag, type Segment } from './segment.ts';
import { seqAdd } from './sequence.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const flagsOf = (segments: readonly Segment[]): number[] => segments.map(({ flags }) => flags);

describe('the receive window', () => {
  it('closes when the user does not read, is probed, and opens again', () => {
    const { pair, server, a, b } = established({ bufferSize: 65536 });
    server.reading = false;
    const data = Uint8Array.from({ length: 65536 }, (_, i) => i * 31);
    let at = a.send(data);
    for (let i = 0; i < 40; i++) {
      pair.advance(milliseconds(50));
      at += a.send(data.subarray(at % data.length));
    }
    expect(b.available).toBeGreaterThan(65536 - 1460);
    const probes = sentBy(pair, 'client', () => undefined, seconds(300));
    expect(probes.length).toBeGreaterThan(3);
    expect(probes.every((segment) => segment.data.length === 1)).toBe(true);
    expect(a.state).toBe('ESTABLISHED');
    server.reading = true;
    server.readAll();
    pair.advance(seconds(1));
    expect(server.bytes().length).toBe(at);
    expect(Buffer.compare(server.bytes().subarray(0, 65536), data)).toBe(0);
  });

  it('opens even when the update is lost, because probing goes on', () => {
    const { pair, server, a } = established({ bufferSize: 4096 });
    server.reading = false;
    a.send(new Uint8Array(4096));
    pair.advance(seconds(1));
    a.send(new Uint8Array(1000));
    pair.advance(seconds(1));
    pair.filter = (from) => from === 'client';
    server.reading = true;
    server.readAll();
    pair.advance(milliseconds(10));
    pair.filter = () => true;
    pair.advance(seconds(120));
    expect(server.bytes().length).toBe(5096);
  });

  it('is not opened by silly steps', () => {
    const { pair, server, a, b } = established({ bufferSize: 4096 });
    server.reading = false;
    a.send(new Uint8Array(4096));
    pair.advance(seconds(1));
    const answers = sentBy(pair, 'server', () => {
      for (let i = 0; i < 100; i++) {
        b.read(10);
      }
    });
    expect(answers).toEqual([]);
    const update = sentBy(pair, 'server', () => b.read(1500));
    expect(update).toMatchObject([{ window: 2500 }]);
  });

  it('takes no byte beyond what it offered', () => {
    const { pair, server, b } = established({ bufferSize: 4096 });
    server.reading = false;
    const { next, sent, options } = numbersOf(pair, 'server');
    for (let at = 0; at < 20000; at += 1000) {
      pair.inject(
        'server',
        packetTo('server', { seq: seqAdd(next, at), ack: sent, options, data: new Uint8Array(1000) }),
      );
    }
    expect(b.available).toBe(4096);
  });

  it('keeps what comes out of order, tells so by SACK, and takes each byte once', () => {
    const { pair, server } = established();
    const { next, sent, options } = numbersOf(pair, 'server');
    const send = (from: number, to: number): Segment[] =>
      sentBy(
        pair,
        'server',
        () => {
          const data = Uint8Array.from({ length: to - from }, (_, i) => from + i);
          pair.inject('server', packetTo('server', { seq: seqAdd(next, from), ack: sent, options, data }));
        },
        1,
      );
    const block = (from: number, to: number) => [seqAdd(next, from), seqAdd(next, to)];
    expect(send(10, 20)).toMatchObject([{ ack: next, options: { sack: [block(10, 20)] } }]);
    expect(send(30, 40)).toMatchObject([{ options: { sack: [block(30, 40), block(10, 20)] } }]);
    expect(send(15, 32)).toMatchObject([{ options: { sack: [block(10, 40)] } }]);
    expect(send(0, 12)).toMatchObject([{ ack: seqAdd(next, 40) }]);
    expect(server.bytes()).toEqual(Uint8Array.from({ length: 40 }, (_, i) => i));
  });

  it('a FIN that overtakes data waits for it', () => {
    const { pair, server, b } = established();
    const { next, sent, options } = numbersOf(pair, 'server');
    const fin = { seq: seqAdd(next, 2), ack: sent, options, flags: Flag.FIN | Flag.ACK, data: bytes(3) };
    pair.inject('server', packetTo('server', fin));
    expect(b.state).toBe('ESTABLISHED');
    pair.inject('server', packetTo('server', { seq: next, ack: sent, options, data: bytes(1, 2, 3, 4, 5) }));
    expect(server.bytes()).toEqual(bytes(1, 2, 3));
    expect(b.state).toBe('CLOSE-WAIT');
  });
});

describe('loss', () => {
  it('three duplicates bring the lost segment again before the timer does (RFC 5681)', () => {
    const { pair, server, a } = established();
    let losses = 1;
    pair.filter = (from, segment) => !(from === 'client' && segment.data.length > 0 && losses-- > 0);
    const before = pair.clock.now();
    a.send(new Uint8Array(1448 * 8).fill(1));
    pair.advance(milliseconds(5));
    expect(server.bytes().length).toBe(1448 * 8);
    expect(pair.clock.now() - before).toBeLessThan(milliseconds(6));
  });

  it('a window with several losses is mended one round trip each, by partial acknowledgements (RFC 6582)', () => {
    const { pair, server, a } = established();
    let count = 0;
    const lost = new Set([0, 2, 4]);
    pair.filter = (from, segment) => !(from === 'client' && segment.data.length > 0 && lost.has(count++));
    a.send(new Uint8Array(1448 * 10).fill(1));
    pair.advance(milliseconds(20));
    expect(server.bytes().length).toBe(1448 * 10);
  });

  it('the timer backs off to twice the time (RFC 6298)', () => {
    const { pair, a } = established();
    pair.filter = (from) => from === 'server';
    const times: number[] = [];
    a.send(bytes(1));
    for (let before = pair.wire.length, i = 0; i < 4000; i++) {
      pair.advance(milliseconds(1));
      if (pair.wire.length > before) {
        before = pair.wire.length;
        times.push(i + 1);
      }
    }
    expect(times).toEqual([200, 600, 1400, 3000]);
  });

  it('acknowledgements are delayed, but not for every second segment', () => {
    const { pair, a } = established();
    expect(sentBy(pair, 'server', () => a.send(bytes(1)), milliseconds(30))).toEqual([]);
    expect(flagsOf(sentBy(pair, 'server', () => undefined, milliseconds(20)))).toEqual([Flag.ACK]);
    expect(sentBy(pair, 'server', () => a.send(new Uint8Array(1448 * 8)), milliseconds(30)).length).toBe(4);
  });
});

describe('without options', () => {
  it('windows stay within 16 bits and segments within 536 bytes', () => {
    const pair = createTcpPair({ bufferSize: 262144 });
    pair.filter = () => false; // the client knows nothing of this connection
    pair.inject('server', packetTo('server', { flags: Flag.SYN, seq: 100, window: 1000 }));
    pair.advance(1);
    const answer = pair.wire[0]!.segment;
    expect(answer).toMatchObject({ flags: 18, ack: 101, window: 65535 });
    expect(answer.options).toEqual({ mss: 1460 });
    pair.inject('server', packetTo('server', { seq: 101, ack: seqAdd(answer.seq, 1), data: bytes(1, 2) }));
    pair.advance(milliseconds(50));
    expect(pair.wire.at(-1)!.segment).toMatchObject({
      flags: Flag.ACK,
      ack: 103,
      window: 65535,
      options: {},
    });
  });
});
