/*
 * Owns UDP between guests and the platform (RFC 4787): one platform socket for each port of a guest, whatever it
 * talks to, and only those it has talked to may answer. A redirected port has its socket from the start, and there
 * anybody may speak first.
 */

import type { Said } from '../../sentences/say.ts';
import { type DropCounters } from '../drops.ts';
import type { DatagramSocket, SocketAddress, Sockets } from '../sockets.ts';
import { seconds, type NetTimer, type NetTimers } from '../timers.ts';
import { PROTOCOL_UDP, type Ipv4Fields, type Ipv4Packet } from '../wire/ipv4.ts';
import { Unreachable } from '../wire/icmp.ts';
import { buildUdp, UDP_MAX_DATA, type UdpDatagram } from '../wire/udp.ts';
import type { SlirpOptions } from './options.ts';
import { judge, seenByGuest } from './policy.ts';

/** Silence after which a port is forgotten (REQ-5 asks for two minutes at least). */
const IDLE = seconds(120);
/** Others that one port may be in talks with; the oldest gives way. */
const MAX_PEERS = 64;

interface Mapping {
  readonly guest: SocketAddress;
  readonly socket: DatagramSocket;
  readonly redirected: boolean;
  readonly idle: NetTimer;
  /** Peers by the guest's view of them, the one heard of longest ago first, with their true addresses. */
  readonly peers: Map<string, SocketAddress>;
}

export interface UdpNatSettings {
  readonly options: SlirpOptions;
  readonly timers: NetTimers;
  readonly drops: DropCounters;
  readonly sockets: Sockets;
  transmit(fields: Ipv4Fields): void;
  unreachable(packet: Ipv4Packet, code: number): void;
}

function keyOf({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}

export class UdpNat {
  readonly #settings: UdpNatSettings;
  /** By the guest's address and port, the one used longest ago first. */
  readonly #mappings = new Map<string, Mapping>();

  constructor(settings: UdpNatSettings) {
    this.#settings = settings;
  }

  /** Ports in use, redirected ones among them. */
  get size(): number {
    return this.#mappings.size;
  }

  /** A guest's datagram to the outside. */
  receive(packet: Ipv4Packet, datagram: UdpDatagram): void {
    const guest = { address: packet.source, port: datagram.sourcePort };
    const target = { address: packet.destination, port: datagram.destinationPort };
    const known = this.#mappings.get(keyOf(guest));
    const to = known?.peers.get(keyOf(target)) ?? this.#judge(packet, target);
    if (to === undefined || target.port === 0 || guest.port === 0) {
      this.#settings.drops.count('udp-port');
      return;
    }
    const mapping = known ?? this.#open(guest, undefined, () => undefined);
    this.#used(mapping);
    remember(mapping, target, to);
    mapping.socket.send(datagram.data.slice(), to);
  }

  /** Listens on an address of the platform for a guest's port. */
  redirect(on: SocketAddress, guest: SocketAddress, failed: (reason: Said) => void): void {
    this.#open(guest, on, failed);
  }

  close(): void {
    for (const mapping of this.#mappings.values()) {
      mapping.idle.cancel();
      mapping.socket.close();
    }
    this.#mappings.clear();
  }

  #judge(packet: Ipv4Packet, target: SocketAddress): SocketAddress | undefined {
    const verdict = judge(target.address, this.#settings.options);
    if (verdict === 'refuse') {
      this.#settings.unreachable(packet, Unreachable.Port);
    } else if (verdict === 'prohibit') {
      this.#settings.unreachable(packet, Unreachable.Prohibited);
    } else if (verdict !== 'ignore') {
      return { address: verdict.to, port: target.port };
    }
    return undefined;
  }

  #open(guest: SocketAddress, on: SocketAddress | undefined, failed: (reason: Said) => void): Mapping {
    const { sockets, timers } = this.#settings;
    const redirected = on !== undefined;
    if (!redirected) {
      this.#makeRoom();
    }
    const key = keyOf(guest);
    const socket = sockets.datagram(on, {
      data: (bytes, from) => {
        this.#arrived(mapping, bytes, from);
      },
      failed: (reason) => {
        mapping.idle.cancel();
        if (this.#mappings.get(key) === mapping) {
          this.#mappings.delete(key);
        }
        failed(reason);
      },
    });
    const mapping: Mapping = {
      guest,
      socket,
      redirected,
      peers: new Map(),
      idle: timers.create(() => {
        this.#drop(key);
      }),
    };
    this.#mappings.set(key, mapping);
    return mapping;
  }

  /** The platform has a datagram for a guest. */
  #arrived(mapping: Mapping, bytes: Uint8Array, from: SocketAddress): void {
    const { drops, options } = this.#settings;
    const seen = { address: seenByGuest(from.address, options), port: from.port };
    if (bytes.length > UDP_MAX_DATA) {
      drops.count('udp-too-long');
      return;
    }
    if (!mapping.redirected && !mapping.peers.has(keyOf(seen))) {
      drops.count('udp-port');
      return;
    }
    this.#used(mapping);
    remember(mapping, seen, from);
    const addresses = { source: seen.address, destination: mapping.guest.address };
    const datagram = { sourcePort: seen.port, destinationPort: mapping.guest.port, data: bytes };
    this.#settings.transmit({ ...addresses, protocol: PROTOCOL_UDP, payload: buildUdp(addresses, datagram) });
  }

  #used(mapping: Mapping): void {
    if (!mapping.redirected) {
      mapping.idle.startAfter(IDLE);
      const key = keyOf(mapping.guest);
      this.#mappings.delete(key);
      this.#mappings.set(key, mapping);
    }
  }

  #makeRoom(): void {
    let open = 0;
    let oldest: string | undefined;
    for (const [key, mapping] of this.#mappings) {
      if (!mapping.redirected) {
        open++;
        oldest ??= key;
      }
    }
    if (open >= this.#settings.options.limits.udpPorts && oldest !== undefined) {
      this.#settings.drops.count('udp-limit');
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const mapping = this.#mappings.get(key);
    this.#mappings.delete(key);
    mapping?.idle.cancel();
    mapping?.socket.close();
  }
}

function remember(mapping: Mapping, seen: SocketAddress, peer: SocketAddress): void {
  const key = keyOf(seen);
  mapping.peers.delete(key);
  if (mapping.peers.size === MAX_PEERS) {
    const [oldest] = mapping.peers.keys();
    mapping.peers.delete(oldest!);
  }
  mapping.peers.set(key, peer);
}
