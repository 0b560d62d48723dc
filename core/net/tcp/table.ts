/*
 * Owns the connections of one end of the link: finds the one that a segment belongs to, keeps calls until somebody
 * takes them, and answers segments that belong to nothing (RFC 9293, 3.10.7.1). A call is not answered until its
 * taker says so: then the peer sees a connection exactly when there is one.
 */

import type { DropCounters } from '../drops.ts';
import { isDrop } from '../drops.ts';
import type { NetTimers } from '../timers.ts';
import type { Ipv4Address } from '../wire/addresses.ts';
import { PROTOCOL_TCP, type Ipv4Fields, type Ipv4Packet } from '../wire/ipv4.ts';
import { TcpConnection, type ConnectionSettings, type TcpUser } from './connection.ts';
import { buildSegment, Flag, parseSegment, segmentEnd, type Segment } from './segment.ts';
import { seqDiff, type Sequence } from './sequence.ts';

/** One end of a connection. */
export interface Endpoint {
  readonly address: Ipv4Address;
  readonly port: number;
}

/** Both ends, seen from the table. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** A SYN that waits for an answer. One of the three methods is called once. */
export interface TcpCall extends Ends {
  /** Answers; the connection is established when the user hears so. */
  accept(user: TcpUser): TcpConnection;
  /** Answers with a reset. */
  refuse(): void;
  /** Forgets it; the peer will try again. */
  ignore(): void;
  /** The packet of the SYN, for ICMP errors that quote it. */
  readonly packet: Ipv4Packet;
  /** Called when the peer withdraws the call, or the table closes. */
  withdrawn: (() => void) | undefined;
}

export interface TcpTableSettings {
  readonly timers: NetTimers;
  readonly drops: DropCounters;
  /** Bytes of each buffer of a connection, a power of two. */
  readonly bufferSize: number;
  readonly mss: number;
  /** Connections and calls at one time. */
  readonly limit: number;
  transmit(packet: Ipv4Fields): void;
  /** Somebody calls. */
  called(call: TcpCall): void;
}

const NOTHING = new Uint8Array();

function keyOf(ends: Ends): string {
  return `${ends.local.address}:${ends.local.port} ${ends.remote.address}:${ends.remote.port}`;
}

export class TcpTable {
  readonly #settings: TcpTableSettings;
  readonly #connections = new Map<string, TcpConnection>();
  readonly #calls = new Map<string, TcpCall>();

  constructor(settings: TcpTableSettings) {
    this.#settings = settings;
  }

  /** Connections and calls that are not over. */
  get size(): number {
    return this.#connections.size + this.#calls.size;
  }

  /** No room for another one, TIME-WAIT apart, which gives way. */
  get full(): boolean {
    return this.size >= this.#settings.limit && !this.#evictTimeWait();
  }

  has(ends: Ends): boolean {
    const key = keyOf(ends);
    return this.#connections.has(key) || this.#calls.has(key);
  }

  /** Calls the remote end; the caller has looked at `full` and `has`. */
  connect(ends: Ends, user: TcpUser): TcpConnection {
    const connection = TcpConnection.open(this.#connectionSettings(ends, user));
    // Answers never arrive while the SYN is being sent.
    this.#connections.set(keyOf(ends), connection);
    return connection;
  }

  /** A whole IPv4 packet with a TCP segment. */
  receive(packet: Ipv4Packet): void {
    const segment = parseSegment(packet);
    if (isDrop(segment)) {
      this.#settings.drops.count(segment);
      return;
    }
    const ends: Ends = {
      local: { address: packet.destination, port: segment.destinationPort },
      remote: { address: packet.source, port: segment.sourcePort },
    };
    const key = keyOf(ends);
    const connection = this.#connections.get(key);
    if (connection !== undefined && !reopens(connection, segment)) {
      connection.receive(segment);
      return;
    }
    connection?.end('finished');
    const call = this.#calls.get(key);
    if (call !== undefined) {
      this.#receiveForCall(key, call, segment);
    } else if ((segment.flags & (Flag.SYN | Flag.ACK | Flag.RST)) === Flag.SYN) {
      this.#receiveCall(key, ends, packet, segment);
    } else {
      this.#reset(ends, segment);
    }
  }

  /** Aborts everything; the users hear of it. */
  close(): void {
    for (const connection of [...this.#connections.values()]) {
      connection.abort();
      connection.settings.user.closed('aborted');
    }
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      call.withdrawn?.();
    }
  }

  #receiveForCall(key: string, call: TcpCall, segment: Segment): void {
    if ((segment.flags & Flag.RST) !== 0) {
      this.#calls.delete(key);
      call.withdrawn?.();
    }
    // Else the SYN again: the answer is on its way.
  }

  #receiveCall(key: string, ends: Ends, packet: Ipv4Packet, syn: Segment): void {
    if (this.full) {
      this.#settings.drops.count('tcp-limit');
      this.#reset(ends, syn);
      return;
    }
    const kept: Segment = { ...syn, data: NOTHING, flags: Flag.SYN };
    const take = (): boolean => this.#calls.delete(key);
    const call: TcpCall = {
      ...ends,
      packet: { ...packet, header: packet.header.slice(), payload: packet.payload.slice(0, 8) },
      withdrawn: undefined,
      accept: (user) => {
        take();
        const connection = TcpConnection.accept(this.#connectionSettings(ends, user), kept);
        this.#connections.set(key, connection);
        return connection;
      },
      refuse: () => {
        if (take()) {
          this.#reset(ends, kept);
        }
      },
      ignore: take,
    };
    this.#calls.set(key, call);
    this.#settings.called(call);
  }

  #connectionSettings(ends: Ends, user: TcpUser): ConnectionSettings {
    const { timers, bufferSize, mss } = this.#settings;
    const key = keyOf(ends);
    return {
      timers,
      user,
      localPort: ends.local.port,
      remotePort: ends.remote.port,
      iss: this.#initialSequence(key),
      bufferSize,
      mss,
      transmit: (segment) => {
        this.#transmit(ends, segment);
      },
      gone: () => {
        this.#connections.delete(key);
      },
    };
  }

  /**
   * RFC 9293, 3.4.1: a clock of four microseconds plus a function of the ends. The function has no secret: whoever
   * can send to this end of the link is the one guest on it.
   */
  #initialSequence(key: string): Sequence {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = 0; i < key.length; i++) {
      hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    }
    return (Math.floor(this.#settings.timers.now() / 400) + hash) >>> 0;
  }

  /** 3.10.7.1: what a closed port answers. */
  #reset(ends: Ends, segment: Segment): void {
    if ((segment.flags & Flag.RST) !== 0) {
      return;
    }
    const isAck = (segment.flags & Flag.ACK) !== 0;
    this.#transmit(ends, {
      sourcePort: ends.local.port,
      destinationPort: ends.remote.port,
      seq: isAck ? segment.ack : 0,
      ack: isAck ? 0 : segmentEnd(segment),
      flags: isAck ? Flag.RST : Flag.RST | Flag.ACK,
      window: 0,
      options: {},
      data: NOTHING,
    });
  }

  #transmit(ends: Ends, segment: Segment): void {
    const addresses = { source: ends.local.address, destination: ends.remote.address };
    this.#settings.transmit({
      ...addresses,
      protocol: PROTOCOL_TCP,
      payload: buildSegment(addresses, segment),
    });
  }

  #evictTimeWait(): boolean {
    for (const connection of this.#connections.values()) {
      if (connection.state === 'TIME-WAIT') {
        connection.end('finished');
        return true;
      }
    }
    return false;
  }
}

/** RFC 9293, 3.6.1 and RFC 6191: a SYN beyond the old connection's numbers may follow it at once. */
function reopens(connection: TcpConnection, segment: Segment): boolean {
  return (
    connection.state === 'TIME-WAIT' &&
    (segment.flags & (Flag.SYN | Flag.ACK | Flag.RST)) === Flag.SYN &&
    seqDiff(segment.seq, connection.receiver!.next) > 0
  );
}
