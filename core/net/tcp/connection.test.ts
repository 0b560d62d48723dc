import { describe, expect, it } from 'vitest';
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
import type { TcpConnection } from './connection.ts';
import { Flag } from './segment.ts';
import { seqAdd } from './sequence.ts';
import type { TcpState } from './state.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

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
