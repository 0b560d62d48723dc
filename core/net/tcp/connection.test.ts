import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { CLIENT, createTcpPair, RecordingUser, SERVER, type TcpPair } from '../testing/tcp-pair.ts';
import { milliseconds, seconds } from '../timers.ts';
import { buildIpv4, parseIpv4, PROTOCOL_TCP, type Ipv4Packet } from '../wire/ipv4.ts';
import type { TcpConnection } from './connection.ts';
import { buildSegment, Flag, type Segment } from './segment.ts';
import { seqAdd } from './sequence.ts';
import type { TcpState } from './state.ts';

type Side = 'client' | 'server';

/** A segment as the other side would send it, with the fields that a test cares about. */
function packetTo(side: Side, fields: Partial<Segment>): Ipv4Packet {
  const [source, destination] = side === 'server' ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const addresses = { source: source.address, destination: destination.address };
  const segment: Segment = {
    sourcePort: source.port,
    destinationPort: destination.port,
    seq: 0,
    ack: 0,
    flags: Flag.ACK,
    window: 65535,
    options: {},
    data: new Uint8Array(),
    ...fields,
  };
  const payload = buildSegment(addresses, segment);
  return parseIpv4(buildIpv4({ ...addresses, protocol: PROTOCOL_TCP, payload })) as Ipv4Packet;
}

/** The segments that one side sends while `action` and a little time run. */
function sentBy(pair: TcpPair, from: Side, action: () => void, time = 100_000): Segment[] {
  const before = pair.wire.length;
  action();
  pair.advance(time);
  return pair.wire
    .slice(before)
    .filter((entry) => entry.from === from)
    .map((entry) => entry.segment);
}

function established(options: Parameters<typeof createTcpPair>[0] = {}) {
  const pair = createTcpPair(options);
  const { client, server } = pair.open();
  return { pair, client, server, a: client.connection!, b: server.connection! };
}

/** Numbers that the server expects and has used, with timestamps that it takes. */
function numbersOf(pair: TcpPair, to: Side) {
  const last = pair.wire.filter(({ from }) => from === to).at(-1)!.segment;
  const other = pair.wire.filter(({ from }) => from !== to).at(-1)!.segment;
  return { next: last.ack, sent: other.ack, options: { timestamps: other.options.timestamps } };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const flagsOf = (segments: readonly Segment[]): number[] => segments.map(({ flags }) => flags);

describe('every state of RFC 9293, figure 5', () => {
  it('is passed in a call, data, and a close by each side', () => {
    const seen: TcpState[] = [];
    const note = (connection: TcpConnection): void => {
      if (seen.at(-1) !== connection.state) {
        seen.push(connection.state);
      }
    };
    const pair = createTcpPair({ answering: false });
    const user = new RecordingUser();
    user.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, user);
    note(user.connection);
    pair.advance(1000);
    const peer = new RecordingUser();
    const b = (peer.connection = pair.calls[0]!.accept(peer));
    expect(b.state).toBe('SYN-RECEIVED');
    pair.advance(milliseconds(1));
    note(user.connection);
    expect(b.state).toBe('ESTABLISHED');
    user.connection.finish();
    note(user.connection);
    pair.advance(milliseconds(1));
    note(user.connection);
    expect(b.state).toBe('CLOSE-WAIT');
    b.finish();
    expect(b.state).toBe('LAST-ACK');
    pair.advance(milliseconds(1));
    note(user.connection);
    expect(b.state).toBe('CLOSED');
    expect(peer.reason).toBe('finished');
    pair.advance(seconds(61));
    note(user.connection);
    expect(seen).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED']);
    expect(user.heard).toEqual(['established', 'ended', 'finished']);
  });

  it('CLOSING is passed when both close at once', () => {
    const { pair, client, server, a, b } = established();
    a.finish();
    b.finish();
    pair.advance(1000);
    expect([a.state, b.state]).toEqual(['CLOSING', 'CLOSING']);
    pair.advance(2000);
    expect([a.state, b.state]).toEqual(['TIME-WAIT', 'TIME-WAIT']);
    pair.advance(seconds(61));
    expect([client.reason, server.reason]).toEqual(['finished', 'finished']);
  });

  it('two calls at once make one connection', () => {
    const pair = createTcpPair();
    const [left, right] = [new RecordingUser(), new RecordingUser()];
    left.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, left);
    right.connection = pair.server.connect({ local: SERVER, remote: CLIENT }, right);
    pair.advance(1000);
    expect([left.connection.state, right.connection.state]).toEqual(['SYN-RECEIVED', 'SYN-RECEIVED']);
    pair.advance(milliseconds(1));
    expect([left.connection.state, right.connection.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    left.connection.send(bytes(1, 2));
    pair.advance(milliseconds(1));
    expect(right.bytes()).toEqual(bytes(1, 2));
  });

  it('data and FIN that were given before the handshake follow it', () => {
    const pair = createTcpPair();
    const user = new RecordingUser();
    user.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, user);
    user.connection.send(bytes(1, 2, 3));
    user.connection.finish();
    pair.advance(milliseconds(2));
    expect(user.connection.state).toBe('FIN-WAIT-2');
  });
});

describe('half close', () => {
  it.each(['client', 'server'] as const)('the %s finishes and still receives', (side) => {
    const { pair, client, server } = established();
    const [first, second] = side === 'client' ? [client, server] : [server, client];
    first.connection!.send(bytes(1));
    first.connection!.finish();
    pair.advance(milliseconds(50));
    expect(second.heard).toContain('ended');
    for (let i = 0; i < 10; i++) {
      second.connection!.send(new Uint8Array(5000).fill(i));
      pair.advance(milliseconds(50));
    }
    second.connection!.finish();
    pair.advance(milliseconds(50));
    expect(first.bytes().length).toBe(50000);
    expect(first.heard).toContain('ended');
    expect(first.connection!.state).toBe('TIME-WAIT');
    expect(second.reason).toBe('finished');
  });
});

describe('calls', () => {
  it('are refused by a reset', () => {
    const pair = createTcpPair({ answering: false });
    const user = new RecordingUser();
    user.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, user);
    pair.advance(1000);
    pair.calls[0]!.refuse();
    pair.advance(1000);
    expect(user.heard).toEqual(['refused']);
    expect([pair.client.size, pair.server.size]).toEqual([0, 0]);
  });

  it('wait without a second one for the same SYN, and end when the caller resets', () => {
    const pair = createTcpPair({ answering: false });
    const user = new RecordingUser();
    user.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, user);
    pair.advance(seconds(4));
    expect(pair.calls.length).toBe(1);
    let withdrawn = 0;
    pair.calls[0]!.withdrawn = () => withdrawn++;
    const syn = pair.wire[0]!.segment;
    pair.inject('server', packetTo('server', { seq: seqAdd(syn.seq, 1), flags: Flag.RST }));
    expect(withdrawn).toBe(1);
    expect(pair.server.size).toBe(0);
  });

  it('are sent again, answered again, and given up', () => {
    const pair = createTcpPair();
    pair.filter = (from) => from === 'client';
    const user = new RecordingUser();
    user.connection = pair.client.connect({ local: CLIENT, remote: SERVER }, user);
    pair.advance(seconds(8));
    const syns = pair.wire.filter(({ from }) => from === 'client');
    expect(syns.length).toBe(4);
    expect(
      pair.wire.filter(({ from }) => from === 'server').every(({ segment }) => segment.flags === 18),
    ).toBe(true);
    pair.advance(seconds(120));
    expect(user.reason).toBe('timeout');
  });

  it('beyond the limit are refused', () => {
    const pair = createTcpPair({ answering: false });
    const users = Array.from({ length: 9 }, () => new RecordingUser());
    for (const [index, user] of users.entries()) {
      pair.inject('server', packetTo('server', { flags: Flag.SYN, seq: index, sourcePort: 1000 + index }));
      expect(user.heard).toEqual([]);
    }
    expect(pair.calls.length).toBe(8);
    expect(pair.server.size).toBe(8);
    expect(pair.server.full).toBe(true);
  });

  it('a segment for nothing is answered by a reset that its sender believes', () => {
    const pair = createTcpPair();
    const answer = sentBy(pair, 'server', () => {
      pair.inject('server', packetTo('server', { seq: 100, ack: 200, data: bytes(1, 2) }));
    });
    expect(answer).toMatchObject([{ seq: 200, flags: Flag.RST }]);
    const other = sentBy(pair, 'server', () => {
      pair.inject('server', packetTo('server', { seq: 100, flags: Flag.FIN, data: bytes(1, 2) }));
    });
    expect(other).toMatchObject([{ seq: 0, ack: 103, flags: Flag.RST | Flag.ACK }]);
    const none = sentBy(pair, 'server', () => {
      pair.inject('server', packetTo('server', { seq: 100, flags: Flag.RST }));
    });
    expect(none).toEqual([]);
  });

  it('a SYN beyond the old numbers follows a connection in TIME-WAIT at once', () => {
    const { pair, server, a, b } = established();
    b.finish();
    pair.advance(milliseconds(1));
    a.finish();
    pair.advance(milliseconds(1));
    expect(b.state).toBe('TIME-WAIT');
    const answer = sentBy(pair, 'server', () => {
      const seq = seqAdd(numbersOf(pair, 'server').next, 1000);
      pair.inject('server', packetTo('server', { flags: Flag.SYN, seq }));
    });
    expect(server.reason).toBe('finished');
    expect(answer[0]!.flags).toBe(Flag.SYN | Flag.ACK);
  });
});

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
