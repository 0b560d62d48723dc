/*
 * Owns a platform of tests without any network: calls, datagrams, lookups and echoes are recorded, and the test
 * plays the other side.
 */

import type {
  DatagramEvents,
  Lookup,
  LookupResult,
  SocketAddress,
  Sockets,
  StreamEvents,
  StreamSocket,
} from '../sockets.ts';
import type { Ipv4Address } from '../wire/addresses.ts';

/** A stream of the platform, with its far end in the hands of the test. */
export class FakeStream implements StreamSocket {
  readonly to: SocketAddress;
  events: StreamEvents | undefined;
  readonly written: Uint8Array[] = [];
  /** False: every write says "no more". */
  takes = true;
  paused = true;
  finished = false;
  aborted = false;

  constructor(to: SocketAddress, events?: StreamEvents) {
    this.to = to;
    this.events = events;
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(bytes);
    return this.takes;
  }

  end(): void {
    this.finished = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  abort(): void {
    this.aborted = true;
  }

  get bytes(): number {
    return this.written.reduce((sum, part) => sum + part.length, 0);
  }
}

export interface FakeDatagrams {
  readonly on: SocketAddress | undefined;
  readonly events: DatagramEvents;
  readonly sent: { readonly bytes: Uint8Array; readonly to: SocketAddress }[];
  closed: boolean;
}

export interface FakeListener {
  readonly on: SocketAddress;
  /** Calls it from outside; undefined when the call was not taken. */
  call(from: SocketAddress): FakeStream | undefined;
  readonly failed: (reason: string) => void;
  closed: boolean;
}

export class FakeSockets implements Sockets {
  readonly streams: FakeStream[] = [];
  readonly listeners: FakeListener[] = [];
  readonly datagrams: FakeDatagrams[] = [];
  readonly lookups: { readonly lookup: Lookup; readonly answer: (result: LookupResult) => void }[] = [];
  readonly pings: { readonly address: Ipv4Address; readonly answer: (reached: boolean) => void }[] = [];

  connect(to: SocketAddress, events: StreamEvents): StreamSocket {
    const stream = new FakeStream(to, events);
    this.streams.push(stream);
    return stream;
  }

  listen(
    on: SocketAddress,
    accept: (socket: StreamSocket, from: SocketAddress) => StreamEvents | undefined,
    failed: (reason: string) => void,
  ) {
    const listener: FakeListener = {
      on,
      failed,
      closed: false,
      call: (from) => {
        const stream = new FakeStream(from);
        stream.events = accept(stream, from);
        return stream.events === undefined ? undefined : stream;
      },
    };
    this.listeners.push(listener);
    return {
      close: () => {
        listener.closed = true;
      },
    };
  }

  datagram(on: SocketAddress | undefined, events: DatagramEvents) {
    const socket: FakeDatagrams = { on, events, sent: [], closed: false };
    this.datagrams.push(socket);
    return {
      send: (bytes: Uint8Array, to: SocketAddress) => {
        socket.sent.push({ bytes, to });
      },
      close: () => {
        socket.closed = true;
      },
    };
  }

  resolve(lookup: Lookup, answer: (result: LookupResult) => void): void {
    this.lookups.push({ lookup, answer });
  }

  ping(address: Ipv4Address, answer: (reached: boolean) => void): void {
    this.pings.push({ address, answer });
  }
}
