/*
 * Owns two TCPs of tests on the two ends of a link, and a user that records what it hears.
 */

import { createRandom } from '../../testing/random.ts';
import { createTestClock, type TestClock } from '../../testing/test-clock.ts';
import { DropCounters } from '../drops.ts';
import type { TcpConnection, TcpUser } from '../tcp/connection.ts';
import { buildSegment, Flag, parseSegment, type Segment } from '../tcp/segment.ts';
import type { CloseReason } from '../tcp/state.ts';
import { TcpTable, type Ends, type TcpCall } from '../tcp/table.ts';
import { NetTimers } from '../timers.ts';
import { buildIpv4, parseIpv4, PROTOCOL_TCP, type Ipv4Packet } from '../wire/ipv4.ts';
import { createLossyLink, PERFECT, type LinkFaults } from './lossy-link.ts';

/** A user that reads when it may and remembers. */
export class RecordingUser implements TcpUser {
  readonly heard: string[] = [];
  readonly received: Uint8Array[] = [];
  connection: TcpConnection | undefined;
  /** False: data stays in the connection. */
  reading = true;
  ended = false;
  reason: CloseReason | undefined;
  onWritable: (() => void) | undefined;
  onReadable: (() => void) | undefined;

  established(): void {
    this.heard.push('established');
  }

  readable(): void {
    if (this.reading) {
      this.readAll();
    }
    if (this.connection!.ended && !this.ended) {
      this.ended = true;
      this.heard.push('ended');
    }
    this.onReadable?.();
  }

  readAll(): void {
    const data = this.connection!.read();
    if (data.length > 0) {
      this.received.push(data);
    }
  }

  writable(): void {
    this.onWritable?.();
  }

  closed(reason: CloseReason): void {
    this.reason = reason;
    this.heard.push(reason);
  }

  /** Everything that was read. */
  bytes(): Uint8Array {
    const whole = new Uint8Array(this.received.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.received) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

export const CLIENT = { address: 0x0a00020f, port: 40000 };
export const SERVER = { address: 0x0a000202, port: 80 };
const CLIENT_ENDS: Ends = { local: CLIENT, remote: SERVER };
const MSS = 1460;
const LIMIT = 8;

/** One of the two ends. */
export type Side = 'client' | 'server';

export interface TcpPair extends TestClock {
  readonly client: TcpTable;
  readonly server: TcpTable;
  /** Calls that the server has not answered. */
  readonly calls: TcpCall[];
  /** Everything that went over the wire, as sent. */
  readonly wire: { readonly from: Side; readonly segment: Segment }[];
  /** Gives a packet to one end, as if it came from the other. */
  inject(to: Side, packet: Ipv4Packet): void;
  /** A filter on what is sent: false loses the packet. */
  filter: (from: Side, segment: Segment) => boolean;
  /** A client's connection to the server's port, and both users. */
  open(): { client: RecordingUser; server: RecordingUser };
}

/** Two TCPs whose server answers every call at once, unless `answering` is false. */
export function createTcpPair(
  options: {
    faults?: LinkFaults;
    seed?: number;
    bufferSize?: number;
    answering?: boolean;
    recording?: boolean;
  } = {},
): TcpPair {
  const test = createTestClock();
  const { faults = PERFECT, seed = 1, bufferSize = 65536, answering = true, recording = true } = options;
  const random = createRandom(seed);
  const calls: TcpCall[] = [];
  const wire: TcpPair['wire'] = [];
  const accepted: RecordingUser[] = [];
  const makeTable = (name: Side, deliver: (packet: Uint8Array) => void): TcpTable => {
    const link = createLossyLink(test.clock, `link.${name}`, faults, random, deliver);
    return new TcpTable({
      timers: new NetTimers(test.clock, `tcp.${name}`),
      drops: new DropCounters(),
      bufferSize,
      mss: MSS,
      limit: LIMIT,
      transmit: (fields) => {
        const bytes = buildIpv4(fields);
        const segment = parseSegment(parseIpv4(bytes) as Ipv4Packet) as Segment;
        if (recording) {
          wire.push({ from: name, segment });
        }
        if (pair.filter(name, segment)) {
          link(bytes);
        }
      },
      called: (call) => {
        if (answering) {
          const user = new RecordingUser();
          user.connection = call.accept(user);
          accepted.push(user);
        } else {
          calls.push(call);
        }
      },
    });
  };
  const receive = (table: () => TcpTable) => (bytes: Uint8Array) => {
    table().receive(parseIpv4(bytes) as Ipv4Packet);
  };
  const client = makeTable(
    'client',
    receive(() => server),
  );
  const server = makeTable(
    'server',
    receive(() => client),
  );
  const pair: TcpPair = {
    ...test,
    client,
    server,
    calls,
    wire,
    filter: () => true,
    inject: (to, packet) => {
      (to === 'client' ? client : server).receive(packet);
    },
    open: () => {
      const user = new RecordingUser();
      user.connection = client.connect(CLIENT_ENDS, user);
      const target = accepted.length;
      for (
        let tries = 0;
        tries < 10000 && (accepted[target] === undefined || !user.heard.includes('established'));
        tries++
      ) {
        test.advance(100_000);
      }
      return { client: user, server: accepted[target]! };
    },
  };
  return pair;
}

/** A segment as the other side would send it, with the fields that a test cares about. */
export function packetTo(side: Side, fields: Partial<Segment>): Ipv4Packet {
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
export function sentBy(pair: TcpPair, from: Side, action: () => void, time = 100_000): Segment[] {
  const before = pair.wire.length;
  action();
  pair.advance(time);
  return pair.wire
    .slice(before)
    .filter((entry) => entry.from === from)
    .map((entry) => entry.segment);
}

/** A pair with one connection. */
export function established(options: Parameters<typeof createTcpPair>[0] = {}) {
  const pair = createTcpPair(options);
  const { client, server } = pair.open();
  return { pair, client, server, a: client.connection!, b: server.connection! };
}

/** What one end expects next and what it has had acknowledged, with timestamps that it takes. */
export function numbersOf(pair: TcpPair, to: Side) {
  const last = pair.wire.filter(({ from }) => from === to).at(-1)!.segment;
  const other = pair.wire.filter(({ from }) => from !== to).at(-1)!.segment;
  return { next: last.ack, sent: other.ack, options: { timestamps: other.options.timestamps } };
}
