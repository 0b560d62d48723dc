/*
 * Owns the interface between a guest's network and the sockets of the platform: Node and browsers fill it from
 * outside core. Addresses are numeric by the time they come here, so what was checked is what is connected to.
 *
 * Events never come during a call of a method, only later; after `abort` or `close`, and after `closed`, none
 * comes any more.
 */

import type { Said } from '../sentences/say.ts';
import type { Ipv4Address } from './wire/addresses.ts';

/** An address and a port of UDP or TCP. */
export interface SocketAddress {
  readonly address: Ipv4Address;
  readonly port: number;
}

/** Why a stream could not be connected, or ended early. */
export type SocketFailure = 'refused' | 'unreachable' | 'timeout' | 'reset' | 'failed';

/** What a stream tells. */
export interface StreamEvents {
  /** The call has been answered; for calls to the outside only. */
  connected(): void;
  /** Bytes have come: never between `pause` and `resume`. They belong to the receiver. */
  data(bytes: Uint8Array): void;
  /** The other side has finished sending. */
  ended(): void;
  /** After a `write` that gave false: there is room again. */
  drained(): void;
  /** The last event. Without a failure both sides have finished. */
  closed(failure: SocketFailure | undefined): void;
}

/** One TCP connection of the platform. It starts paused. */
export interface StreamSocket {
  /** Takes all the bytes, and owns them then. False: write no more until `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Finishes sending; receiving goes on. */
  end(): void;
  pause(): void;
  resume(): void;
  /** Ends the connection at once. */
  abort(): void;
}

export interface DatagramEvents {
  data(bytes: Uint8Array, from: SocketAddress): void;
  /** The socket cannot be used, or not any more; the last event. */
  failed(reason: Said): void;
}

export interface DatagramSocket {
  /** Errors of the network are nobody's business, as with UDP. */
  send(bytes: Uint8Array, to: SocketAddress): void;
  close(): void;
}

export interface Listener {
  close(): void;
}

/** What a guest's resolver may ask of the platform's. */
export interface Lookup {
  readonly type: 'A' | 'AAAA' | 'PTR';
  /** For PTR the IPv4 address as text, else the name without a final dot. */
  readonly name: string;
}

/**
 * Addresses as text (A, AAAA) or names (PTR): none when the name exists without such a record. `not-found` when
 * the name does not exist, `failed` when nobody could say.
 */
export type LookupResult = readonly string[] | 'not-found' | 'failed';

/** The sockets of a platform. */
export interface Sockets {
  connect(to: SocketAddress, events: StreamEvents): StreamSocket;
  /**
   * Waits for calls. `accept` gives the events of the new stream, or undefined to end it.
   * `failed` is called once with the reason when the address cannot be listened on.
   */
  listen(
    on: SocketAddress,
    accept: (socket: StreamSocket, from: SocketAddress) => StreamEvents | undefined,
    failed: (reason: Said) => void,
  ): Listener;
  /** @param on where to receive; undefined: any address and free port, of the platform's choice. */
  datagram(on: SocketAddress | undefined, events: DatagramEvents): DatagramSocket;
  resolve(lookup: Lookup, answer: (result: LookupResult) => void): void;
  /** Asks whether an address answers ICMP echo; absent where the platform cannot. */
  ping?(address: Ipv4Address, answer: (reached: boolean) => void): void;
}
