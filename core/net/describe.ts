/*
 * Owns a line of text for each frame, for people: who speaks to whom, by which protocol, about what. A frame that a parser refuses
 * is told with the parser's reason.
 */

import { type DropReason, isDrop } from './drops.ts';
import { Flag, parseSegment } from './tcp/segment.ts';
import { formatIpv4Address, formatMac } from './wire/addresses.ts';
import { ARP_REPLY, ARP_REQUEST, parseArp } from './wire/arp.ts';
import { get16 } from './wire/bytes.ts';
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT } from './wire/dhcp.ts';
import { DNS_PORT } from './wire/dns.ts';
import { ETHERTYPE_ARP, ETHERTYPE_IPV4, parseEthernet } from './wire/ethernet.ts';
import {
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  parseIcmp,
  Unreachable,
} from './wire/icmp.ts';
import { type Ipv4Packet, parseIpv4, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from './wire/ipv4.ts';
import { parseUdp } from './wire/udp.ts';

export interface FrameText {
  /** The innermost protocol that is known: `Ethernet`, `ARP`, `IPv4`, `ICMP`, `UDP`, `TCP`, `DHCP`, `DNS`. */
  readonly protocol: string;
  readonly text: string;
}

const FLAG_NAMES = Object.entries(Flag);
const UNREACHABLE = new Map<number, string>(
  Object.entries(Unreachable).map(([name, code]) => [code, name.toLowerCase()]),
);

const damaged = (protocol: string, reason: DropReason): FrameText => ({
  protocol,
  text: `damaged (${reason})`,
});
const addresses = ({ source, destination }: Ipv4Packet): string =>
  `${formatIpv4Address(source)} → ${formatIpv4Address(destination)}`;

export function describeFrame(bytes: Uint8Array): FrameText {
  const frame = parseEthernet(bytes);
  if (isDrop(frame)) return damaged('Ethernet', frame);
  switch (frame.type) {
    case ETHERTYPE_ARP:
      return describeArp(frame.payload);
    case ETHERTYPE_IPV4:
      return describeIpv4(frame.payload);
    default:
      return {
        protocol: 'Ethernet',
        text: `${formatMac(frame.source)} → ${formatMac(frame.destination)} type 0x${frame.type.toString(16).padStart(4, '0')}`,
      };
  }
}

function describeArp(payload: Uint8Array): FrameText {
  const arp = parseArp(payload);
  if (isDrop(arp)) return damaged('ARP', arp);
  const [sender, target] = [formatIpv4Address(arp.senderAddress), formatIpv4Address(arp.targetAddress)];
  const texts = new Map([
    [ARP_REQUEST, `who has ${target}? tell ${sender}`],
    [ARP_REPLY, `${sender} is at ${formatMac(arp.senderMac)}`],
  ]);
  return { protocol: 'ARP', text: texts.get(arp.operation) ?? `operation ${arp.operation} of ${sender}` };
}

function describeIpv4(payload: Uint8Array): FrameText {
  const packet = parseIpv4(payload);
  if (isDrop(packet)) return damaged('IPv4', packet);
  // Only the first fragment has the header of what is inside, and none has all of it.
  if (packet.moreFragments || packet.fragmentOffset > 0)
    return {
      protocol: 'IPv4',
      text: `${addresses(packet)} fragment at ${packet.fragmentOffset}, ${packet.payload.length} bytes${packet.moreFragments ? '' : ', the last'}`,
    };
  switch (packet.protocol) {
    case PROTOCOL_ICMP:
      return describeIcmp(packet);
    case PROTOCOL_UDP:
      return describeUdp(packet);
    case PROTOCOL_TCP:
      return describeTcp(packet);
    default:
      return {
        protocol: 'IPv4',
        text: `${addresses(packet)} protocol ${packet.protocol}, ${packet.payload.length} bytes`,
      };
  }
}

function describeIcmp(packet: Ipv4Packet): FrameText {
  const icmp = parseIcmp(packet.payload);
  if (isDrop(icmp)) return damaged('ICMP', icmp);
  const { type, code, rest, data } = icmp;
  const echo = `id ${get16(rest, 0)} seq ${get16(rest, 2)}, ${data.length} bytes`;
  const texts = new Map([
    [ICMP_ECHO, `echo request ${echo}`],
    [ICMP_ECHO_REPLY, `echo reply ${echo}`],
    [ICMP_UNREACHABLE, `${UNREACHABLE.get(code) ?? `code ${code}`} unreachable`],
    [ICMP_TIME_EXCEEDED, 'time exceeded'],
  ]);
  return { protocol: 'ICMP', text: `${addresses(packet)} ${texts.get(type) ?? `type ${type} code ${code}`}` };
}

const withPorts = ({ source, destination }: Ipv4Packet, from: number, to: number): string =>
  `${formatIpv4Address(source)}:${from} → ${formatIpv4Address(destination)}:${to}`;

function describeUdp(packet: Ipv4Packet): FrameText {
  const udp = parseUdp(packet);
  if (isDrop(udp)) return damaged('UDP', udp);
  const ports = [udp.sourcePort, udp.destinationPort];
  const dhcp = ports.includes(DHCP_SERVER_PORT) && ports.includes(DHCP_CLIENT_PORT);
  return {
    protocol: dhcp ? 'DHCP' : ports.includes(DNS_PORT) ? 'DNS' : 'UDP',
    text: `${withPorts(packet, udp.sourcePort, udp.destinationPort)} ${udp.data.length} bytes`,
  };
}

function describeTcp(packet: Ipv4Packet): FrameText {
  const segment = parseSegment(packet);
  if (isDrop(segment)) return damaged('TCP', segment);
  const { sourcePort, destinationPort, seq, ack, flags, window, data } = segment;
  const names = FLAG_NAMES.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  return {
    protocol: 'TCP',
    text:
      `${withPorts(packet, sourcePort, destinationPort)} [${names.join(', ')}] seq ${seq}` +
      `${(flags & Flag.ACK) !== 0 ? ` ack ${ack}` : ''} win ${window}, ${data.length} bytes`,
  };
}
