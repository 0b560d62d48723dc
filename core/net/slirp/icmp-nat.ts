/*
 * Owns ICMP of the gateway: it answers echo requests to its own addresses, asks the platform about others where
 * that can, and tells guests what became of packets that went nowhere (RFC 792; RFC 1122, 3.2.2).
 */

import { isDrop, type DropCounters } from '../drops.ts';
import type { Sockets } from '../sockets.ts';
import { isMulticast, BROADCAST_IPV4, type Ipv4Address } from '../wire/addresses.ts';
import {
  buildIcmp,
  buildIcmpError,
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  parseIcmp,
  Unreachable,
  type IcmpMessage,
} from '../wire/icmp.ts';
import { PROTOCOL_ICMP, type Ipv4Fields, type Ipv4Packet } from '../wire/ipv4.ts';
import type { SlirpOptions } from './options.ts';
import { judge } from './policy.ts';

export interface IcmpNatSettings {
  readonly options: SlirpOptions;
  readonly drops: DropCounters;
  readonly sockets: Sockets;
  transmit(fields: Ipv4Fields): void;
}

export class IcmpNat {
  readonly #settings: IcmpNatSettings;
  #pings = 0;

  constructor(settings: IcmpNatSettings) {
    this.#settings = settings;
  }

  /** A guest's message. */
  receive(packet: Ipv4Packet): void {
    const { drops, options } = this.#settings;
    const message = parseIcmp(packet.payload);
    if (isDrop(message)) {
      drops.count(message);
      return;
    }
    if (message.type !== ICMP_ECHO) {
      drops.count('icmp-type');
      return;
    }
    const { destination } = packet;
    if (destination === options.gateway || destination === options.nameServer) {
      this.#reply(packet, message);
      return;
    }
    const verdict = judge(destination, options);
    if (verdict === 'ignore') {
      drops.count('ipv4-destination');
    } else if (typeof verdict === 'string') {
      this.unreachable(packet, Unreachable.Prohibited);
    } else {
      this.#ask(packet, message, verdict.to);
    }
  }

  /** Tells a guest that its packet went nowhere. */
  unreachable(packet: Ipv4Packet, code: number): void {
    this.#error(packet, ICMP_UNREACHABLE, code);
  }

  /** Tells a guest that its packet would not get further than this gateway. */
  timeExceeded(packet: Ipv4Packet): void {
    this.#error(packet, ICMP_TIME_EXCEEDED, 0);
  }

  #ask(packet: Ipv4Packet, message: IcmpMessage, to: Ipv4Address): void {
    const { sockets, options, drops } = this.#settings;
    if (sockets.ping === undefined) {
      this.unreachable(packet, Unreachable.Host);
      return;
    }
    if (this.#pings >= options.limits.pings) {
      drops.count('icmp-limit');
      return;
    }
    this.#pings++;
    const kept = { ...message, rest: message.rest.slice(), data: message.data.slice() };
    const quoted = { ...packet, header: packet.header.slice(), payload: packet.payload.slice(0, 8) };
    sockets.ping(to, (reached) => {
      this.#pings--;
      if (reached) {
        this.#reply(quoted, kept);
      } else {
        this.unreachable(quoted, Unreachable.Host);
      }
    });
  }

  #reply(packet: Ipv4Packet, message: IcmpMessage): void {
    this.#settings.transmit({
      source: packet.destination,
      destination: packet.source,
      protocol: PROTOCOL_ICMP,
      payload: buildIcmp({ ...message, type: ICMP_ECHO_REPLY }),
    });
  }

  /** RFC 1122, 3.2.2: never about ICMP errors (only echoes come here), broadcasts or multicasts. */
  #error(packet: Ipv4Packet, type: number, code: number): void {
    if (packet.destination === BROADCAST_IPV4 || isMulticast(packet.destination) || packet.source === 0) {
      return;
    }
    this.#settings.transmit({
      source: this.#settings.options.gateway,
      destination: packet.source,
      protocol: PROTOCOL_ICMP,
      payload: buildIcmpError(type, code, packet),
    });
  }
}
