/*
 * Owns a guest of tests: the other end of the wire, with an Ethernet address, ARP, IPv4, and the same TCP as the
 * gateway's. It answers ARP, and keeps what else comes for the test to look at.
 */

import { DropCounters } from '../drops.ts';
import { TcpTable, type TcpCall } from '../tcp/table.ts';
import { NetTimers, type NetClock } from '../timers.ts';
import { BROADCAST_IPV4, BROADCAST_MAC, inNetwork, type Ipv4Address } from '../wire/addresses.ts';
import { ARP_REPLY, ARP_REQUEST, buildArp, parseArp, type ArpMessage } from '../wire/arp.ts';
import {
  buildEthernet,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  parseEthernet,
  type EthernetFrame,
} from '../wire/ethernet.ts';
import { buildIcmp, type IcmpMessage } from '../wire/icmp.ts';
import { Ipv4Reassembly } from '../wire/ipv4-reassembly.ts';
import {
  buildIpv4Fragments,
  parseIpv4,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  type Ipv4Fields,
  type Ipv4Packet,
} from '../wire/ipv4.ts';
import { buildUdp, type UdpDatagram } from '../wire/udp.ts';

const NETWORK = { address: 0x0a000200, prefix: 24 };
const GATEWAY = 0x0a000202;

export class ModelGuest {
  readonly mac = Uint8Array.of(0x52, 0x54, 0x00, 0x12, 0x34, 0x56);
  address: Ipv4Address = 0x0a00020f;
  readonly tcp: TcpTable;
  /** Calls from outside that wait. */
  readonly calls: TcpCall[] = [];
  /** Packets that came and are not TCP. */
  readonly packets: Ipv4Packet[] = [];
  readonly arp: ArpMessage[] = [];
  readonly #transmit: (frame: Uint8Array) => void;
  readonly #reassembly: Ipv4Reassembly;
  readonly #neighbours = new Map<Ipv4Address, Uint8Array>();
  readonly #waiting: Ipv4Fields[] = [];

  constructor(clock: NetClock, transmit: (frame: Uint8Array) => void) {
    this.#transmit = transmit;
    const timers = new NetTimers(clock, 'guest');
    const drops = new DropCounters();
    this.#reassembly = new Ipv4Reassembly(timers, drops);
    this.tcp = new TcpTable({
      timers,
      drops,
      bufferSize: 262144,
      mss: 1460,
      limit: 1024,
      transmit: (fields) => {
        this.send(fields);
      },
      called: (call) => this.calls.push(call),
    });
  }

  receive(bytes: Uint8Array): void {
    const frame = parseEthernet(bytes) as EthernetFrame;
    if (frame.type === ETHERTYPE_ARP) {
      this.#receiveArp(parseArp(frame.payload) as ArpMessage);
      return;
    }
    const packet = this.#reassembly.receive(parseIpv4(frame.payload) as Ipv4Packet);
    if (packet?.protocol === PROTOCOL_TCP) {
      this.tcp.receive(packet);
    } else if (packet !== undefined) {
      this.packets.push({ ...packet, payload: packet.payload.slice(), header: packet.header.slice() });
    }
  }

  /** Sends a packet by way of its next hop, asking for that by ARP first. */
  send(fields: Ipv4Fields): void {
    const hop = this.#hop(fields.destination);
    const mac = fields.destination === BROADCAST_IPV4 ? BROADCAST_MAC : this.#neighbours.get(hop);
    if (mac === undefined) {
      this.#waiting.push(fields);
      this.ask(hop);
      return;
    }
    for (const payload of buildIpv4Fragments(fields, 1500)) {
      this.#frame(mac, ETHERTYPE_IPV4, payload);
    }
  }

  sendUdp(destination: Ipv4Address, datagram: UdpDatagram): void {
    const addresses = { source: this.address, destination };
    this.send({ ...addresses, protocol: PROTOCOL_UDP, payload: buildUdp(addresses, datagram) });
  }

  sendIcmp(destination: Ipv4Address, message: IcmpMessage, ttl = 64): void {
    const addresses = { source: this.address, destination };
    this.send({ ...addresses, protocol: PROTOCOL_ICMP, ttl, payload: buildIcmp(message) });
  }

  /** Asks who has an address. */
  ask(address: Ipv4Address): void {
    this.#sendArp(BROADCAST_MAC, ARP_REQUEST, new Uint8Array(6), address);
  }

  #hop(destination: Ipv4Address): Ipv4Address {
    return inNetwork(destination, NETWORK) ? destination : GATEWAY;
  }

  #receiveArp(message: ArpMessage): void {
    this.arp.push(message);
    if (message.operation === ARP_REQUEST && message.targetAddress === this.address) {
      this.#sendArp(message.senderMac, ARP_REPLY, message.senderMac, message.senderAddress);
    } else if (message.operation === ARP_REPLY) {
      this.#neighbours.set(message.senderAddress, message.senderMac.slice());
      const ready = this.#waiting.filter(
        ({ destination }) => this.#hop(destination) === message.senderAddress,
      );
      for (const fields of ready) {
        this.#waiting.splice(this.#waiting.indexOf(fields), 1);
        this.send(fields);
      }
    }
  }

  #sendArp(
    destination: Uint8Array,
    operation: number,
    targetMac: Uint8Array,
    targetAddress: Ipv4Address,
  ): void {
    const sender = { senderMac: this.mac, senderAddress: this.address };
    this.#frame(destination, ETHERTYPE_ARP, buildArp({ operation, ...sender, targetMac, targetAddress }));
  }

  #frame(destination: Uint8Array, type: number, payload: Uint8Array): void {
    this.#transmit(buildEthernet({ destination, source: this.mac, type, payload }));
  }
}
