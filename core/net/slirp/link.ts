/*
 * Owns the gateway's end of the guests' Ethernet: which frames are for it, ARP in both directions (RFC 826), and
 * IPv4 packets in and out with fragments. Every address of the network that the gateway answers for has one MAC.
 */

import { isDrop, type DropCounters } from '../drops.ts';
import { milliseconds, type NetTimer, type NetTimers } from '../timers.ts';
import {
  BROADCAST_IPV4,
  BROADCAST_MAC,
  broadcastOf,
  inNetwork,
  isGroupMac,
  sameMac,
  type Ipv4Address,
  type MacAddress,
} from '../wire/addresses.ts';
import { ARP_REPLY, ARP_REQUEST, buildArp, parseArp, type ArpMessage } from '../wire/arp.ts';
import {
  buildEthernet,
  ETHERNET_MTU,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  parseEthernet,
  type EthernetFrame,
} from '../wire/ethernet.ts';
import { Ipv4Reassembly } from '../wire/ipv4-reassembly.ts';
import {
  buildIpv4,
  buildIpv4Fragments,
  IPV4_HEADER,
  parseIpv4,
  type Ipv4Fields,
  type Ipv4Packet,
} from '../wire/ipv4.ts';
import type { SlirpOptions } from './options.ts';

/** Guests whose MAC is remembered. */
const MAX_NEIGHBOURS = 256;
/** Packets that wait for one guest's MAC, and how often and long it is asked for. */
const MAX_WAITING = 8;
const ARP_TRIES = 3;
const ARP_PERIOD = milliseconds(500);

/** A guest that has been asked for its MAC. */
interface Question {
  readonly waiting: Uint8Array[];
  readonly timer: NetTimer;
  tries: number;
}

export interface LinkSettings {
  readonly options: SlirpOptions;
  readonly timers: NetTimers;
  readonly drops: DropCounters;
  /** Gives a frame to the guests. */
  transmit(frame: Uint8Array): void;
  /** A whole packet from a guest. */
  packet(packet: Ipv4Packet): void;
}

export class Link {
  readonly #settings: LinkSettings;
  readonly #reassembly: Ipv4Reassembly;
  readonly #neighbours = new Map<Ipv4Address, MacAddress>();
  readonly #questions = new Map<Ipv4Address, Question>();
  #identification = 0;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
    this.#reassembly = new Ipv4Reassembly(settings.timers, settings.drops);
  }

  /** A frame from a guest. */
  receive(bytes: Uint8Array): void {
    const { drops, options } = this.#settings;
    const frame = parseEthernet(bytes);
    if (isDrop(frame)) {
      drops.count(frame);
    } else if (isGroupMac(frame.source)) {
      drops.count('ethernet-source');
    } else if (!sameMac(frame.destination, options.mac) && !isGroupMac(frame.destination)) {
      drops.count('ethernet-not-for-us');
    } else if (frame.type === ETHERTYPE_ARP) {
      this.#receiveArp(frame);
    } else if (frame.type === ETHERTYPE_IPV4) {
      this.#receiveIpv4(frame);
    } else {
      drops.count('ethernet-type');
    }
  }

  /** Sends a packet to a guest, in fragments when it is long; asks for the guest's MAC first if need be. */
  send(fields: Ipv4Fields): void {
    for (const packet of this.#packetsOf(fields)) {
      this.#sendPacket(fields.destination, packet);
    }
  }

  /** Sends a packet to one MAC, whatever its address: DHCP answers guests that have none. */
  sendTo(mac: MacAddress, fields: Ipv4Fields): void {
    for (const packet of this.#packetsOf(fields)) {
      this.#transmit(mac, ETHERTYPE_IPV4, packet);
    }
  }

  /** Remembers who has an address, for what DHCP has just given out. */
  learn(address: Ipv4Address, mac: MacAddress): void {
    const { network, gateway, nameServer } = this.#settings.options;
    const isOurs = address === gateway || address === nameServer;
    const isHost = address !== network.address && address !== broadcastOf(network);
    if (!inNetwork(address, network) || isOurs || !isHost) {
      return;
    }
    if (!this.#neighbours.has(address) && this.#neighbours.size === MAX_NEIGHBOURS) {
      const [oldest] = this.#neighbours.keys();
      this.#neighbours.delete(oldest!);
    }
    this.#neighbours.set(address, mac.slice());
    const question = this.#questions.get(address);
    if (question !== undefined) {
      this.#questions.delete(address);
      question.timer.cancel();
      for (const packet of question.waiting) {
        this.#transmit(mac, ETHERTYPE_IPV4, packet);
      }
    }
  }

  #receiveArp(frame: EthernetFrame): void {
    const { drops, options } = this.#settings;
    const message = parseArp(frame.payload);
    if (isDrop(message) || isGroupMac(message.senderMac)) {
      drops.count('arp-malformed');
      return;
    }
    this.learn(message.senderAddress, message.senderMac);
    const isOurs = message.targetAddress === options.gateway || message.targetAddress === options.nameServer;
    if (message.operation === ARP_REQUEST && isOurs) {
      this.#sendArp({
        operation: ARP_REPLY,
        senderMac: options.mac,
        senderAddress: message.targetAddress,
        targetMac: message.senderMac,
        targetAddress: message.senderAddress,
      });
    }
  }

  #receiveIpv4(frame: EthernetFrame): void {
    const { drops, options } = this.#settings;
    const packet = parseIpv4(frame.payload);
    if (isDrop(packet)) {
      drops.count(packet);
      return;
    }
    const hasNoAddress = packet.source === 0;
    const { network, gateway, nameServer } = options;
    const isGuest =
      inNetwork(packet.source, network) &&
      packet.source !== gateway &&
      packet.source !== nameServer &&
      packet.source !== network.address &&
      packet.source !== broadcastOf(network);
    if (!isGuest && !(hasNoAddress && packet.destination === BROADCAST_IPV4)) {
      drops.count('ipv4-source');
      return;
    }
    if (isGuest) {
      this.learn(packet.source, frame.source);
    }
    const whole = this.#reassembly.receive(packet);
    if (whole !== undefined) {
      this.#settings.packet(whole);
    }
  }

  #packetsOf(fields: Ipv4Fields): Uint8Array[] {
    if (fields.payload.length + IPV4_HEADER <= ETHERNET_MTU) {
      return [buildIpv4(fields)];
    }
    this.#identification = (this.#identification + 1) & 0xffff;
    return buildIpv4Fragments({ ...fields, identification: this.#identification }, ETHERNET_MTU);
  }

  #sendPacket(destination: Ipv4Address, packet: Uint8Array): void {
    const mac = this.#neighbours.get(destination);
    if (mac !== undefined) {
      this.#transmit(mac, ETHERTYPE_IPV4, packet);
      return;
    }
    const question = this.#questions.get(destination) ?? this.#ask(destination);
    if (question === undefined || question.waiting.length === MAX_WAITING) {
      this.#settings.drops.count('arp-unanswered');
      return;
    }
    question.waiting.push(packet);
  }

  #ask(address: Ipv4Address): Question | undefined {
    if (this.#questions.size === MAX_NEIGHBOURS) {
      return undefined;
    }
    const question: Question = {
      waiting: [],
      tries: 0,
      timer: this.#settings.timers.create(() => {
        this.#askAgain(address, question);
      }),
    };
    this.#questions.set(address, question);
    this.#askAgain(address, question);
    return question;
  }

  #askAgain(address: Ipv4Address, question: Question): void {
    const { options, drops } = this.#settings;
    if (question.tries === ARP_TRIES) {
      this.#questions.delete(address);
      question.waiting.forEach(() => {
        drops.count('arp-unanswered');
      });
      return;
    }
    question.tries++;
    question.timer.startAfter(ARP_PERIOD);
    this.#sendArp({
      operation: ARP_REQUEST,
      senderMac: options.mac,
      senderAddress: options.gateway,
      targetMac: new Uint8Array(6),
      targetAddress: address,
    });
  }

  #sendArp(message: ArpMessage): void {
    const to = message.operation === ARP_REQUEST ? BROADCAST_MAC : message.targetMac;
    this.#transmit(to, ETHERTYPE_ARP, buildArp(message));
  }

  #transmit(destination: MacAddress, type: number, payload: Uint8Array): void {
    const { options, transmit } = this.#settings;
    transmit(buildEthernet({ destination, source: options.mac, type, payload }));
  }
}
