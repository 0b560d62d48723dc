/*
 * Owns TCP between guests and the platform. A guest's call is answered when the platform's has been, and refused
 * when that was; a call to a redirected port becomes one to the guest. Each pair lives in a splice.
 */

import type { DropCounters } from '../drops.ts';
import type { SocketAddress, SocketFailure, Sockets, StreamEvents, StreamSocket } from '../sockets.ts';
import { TcpTable, type TcpCall } from '../tcp/table.ts';
import { TCP_HEADER } from '../tcp/segment.ts';
import { seconds, type NetTimers } from '../timers.ts';
import type { Ipv4Address } from '../wire/addresses.ts';
import { DNS_PORT } from '../wire/dns.ts';
import { ETHERNET_MTU } from '../wire/ethernet.ts';
import { Unreachable } from '../wire/icmp.ts';
import { IPV4_HEADER, type Ipv4Fields, type Ipv4Packet } from '../wire/ipv4.ts';
import type { NameServer } from './name-server.ts';
import type { SlirpOptions } from './options.ts';
import { judge, seenByGuest } from './policy.ts';
import { Splice } from './splice.ts';

/** The platform has so long to answer a call. */
const CONNECT_TIME = seconds(75);
/** Ports of the gateway for calls to guests (RFC 6335, 6). */
const FIRST_PORT = 49152;
const LAST_PORT = 65535;

export interface TcpNatSettings {
  readonly options: SlirpOptions;
  readonly timers: NetTimers;
  readonly drops: DropCounters;
  readonly sockets: Sockets;
  readonly nameServer: NameServer;
  transmit(fields: Ipv4Fields): void;
  /** Tells a guest that its packet went nowhere. */
  unreachable(packet: Ipv4Packet, code: number): void;
}

export class TcpNat {
  readonly #settings: TcpNatSettings;
  readonly #table: TcpTable;
  #nextPort = FIRST_PORT;

  constructor(settings: TcpNatSettings) {
    this.#settings = settings;
    const { timers, drops, options } = settings;
    this.#table = new TcpTable({
      timers,
      drops,
      bufferSize: options.limits.tcpBuffer,
      mss: ETHERNET_MTU - IPV4_HEADER - TCP_HEADER,
      limit: options.limits.tcpConnections,
      transmit: (fields) => {
        settings.transmit(fields);
      },
      called: (call) => {
        this.#called(call);
      },
    });
  }

  /** Connections and calls at present. */
  get size(): number {
    return this.#table.size;
  }

  receive(packet: Ipv4Packet): void {
    this.#table.receive(packet);
  }

  /** Somebody has called a redirected port: calls the guest. Undefined when there is no room. */
  redirect(socket: StreamSocket, from: SocketAddress, guest: SocketAddress): StreamEvents | undefined {
    const local = this.#visible(from, guest);
    if (local === undefined) {
      this.#settings.drops.count('tcp-limit');
      return undefined;
    }
    const splice = new Splice(this.#settings.timers, socket);
    splice.attach(this.#table.connect({ local, remote: guest }, splice));
    return { connected: () => undefined, ...splice.events };
  }

  close(): void {
    this.#table.close();
  }

  #called(call: TcpCall): void {
    const { options } = this.#settings;
    const { address, port } = call.local;
    if (address === options.nameServer && port === DNS_PORT) {
      const connection = call.accept(this.#settings.nameServer.user(() => connection));
      return;
    }
    const verdict = judge(address, options);
    if (verdict === 'refuse') {
      call.refuse();
    } else if (verdict === 'prohibit' || verdict === 'ignore') {
      this.#settings.drops.count('tcp-destination');
      call.ignore();
      this.#settings.unreachable(
        call.packet,
        verdict === 'prohibit' ? Unreachable.Prohibited : Unreachable.Host,
      );
    } else {
      this.#connect(call, verdict.to);
    }
  }

  /** Calls the platform's address for a guest. */
  #connect(call: TcpCall, address: Ipv4Address): void {
    const { timers, sockets } = this.#settings;
    let splice: Splice | undefined;
    const give = (failure: SocketFailure): void => {
      timer.cancel();
      call.withdrawn = undefined;
      if (failure === 'refused' || failure === 'reset') {
        call.refuse();
      } else {
        call.ignore();
        this.#settings.unreachable(call.packet, Unreachable.Host);
      }
    };
    const socket = sockets.connect(
      { address, port: call.local.port },
      {
        connected: () => {
          timer.cancel();
          call.withdrawn = undefined;
          splice = new Splice(timers, socket);
          splice.attach(call.accept(splice));
        },
        data: (bytes) => splice?.events.data(bytes),
        ended: () => splice?.events.ended(),
        drained: () => splice?.events.drained(),
        closed: (failure) => {
          if (splice === undefined) {
            give(failure ?? 'reset');
          } else {
            splice.events.closed(failure);
          }
        },
      },
    );
    const timer = timers.create(() => {
      socket.abort();
      give('timeout');
    });
    timer.startAfter(CONNECT_TIME);
    call.withdrawn = () => {
      timer.cancel();
      socket.abort();
    };
  }

  /** The other end of a redirected call as the guest sees it: the true one, or a port of the gateway. */
  #visible(from: SocketAddress, guest: SocketAddress): SocketAddress | undefined {
    if (this.#table.full) {
      return undefined;
    }
    const { options } = this.#settings;
    const address = seenByGuest(from.address, options);
    if (address !== options.gateway) {
      return this.#table.has({ local: from, remote: guest }) ? undefined : from;
    }
    for (let tries = FIRST_PORT; tries <= LAST_PORT; tries++) {
      const local = { address, port: this.#nextPort };
      this.#nextPort = this.#nextPort === LAST_PORT ? FIRST_PORT : this.#nextPort + 1;
      if (!this.#table.has({ local, remote: guest })) {
        return local;
      }
    }
    return undefined;
  }
}
