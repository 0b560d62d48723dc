import { describe, expect, it } from 'vitest';
import { describeFrame } from './describe.ts';
import { buildSegment, Flag } from './tcp/segment.ts';
import { BROADCAST_MAC } from './wire/addresses.ts';
import { ARP_REPLY, ARP_REQUEST, buildArp } from './wire/arp.ts';
import { buildEthernet, ETHERTYPE_ARP, ETHERTYPE_IPV4 } from './wire/ethernet.ts';
import { buildIcmp, buildIcmpError, ICMP_ECHO, ICMP_UNREACHABLE, Unreachable } from './wire/icmp.ts';
import {
  buildIpv4,
  buildIpv4Fragments,
  parseIpv4,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './wire/ipv4.ts';
import { buildUdp } from './wire/udp.ts';

const mac = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const [guest, gateway] = [0x0a00020f, 0x0a000202];
const addresses = { source: guest, destination: gateway };

const frame = (type: number, payload: Uint8Array): Uint8Array =>
  buildEthernet({ destination: BROADCAST_MAC, source: mac, type, payload });
const packet = (protocol: number, payload: Uint8Array): Uint8Array =>
  frame(ETHERTYPE_IPV4, buildIpv4({ ...addresses, protocol, payload }));
const text = (bytes: Uint8Array): string => {
  const found = describeFrame(bytes);
  return `${found.protocol}: ${found.text}`;
};
const arp = (operation: number): Uint8Array =>
  frame(
    ETHERTYPE_ARP,
    buildArp({ operation, senderMac: mac, senderAddress: guest, targetMac: mac, targetAddress: gateway }),
  );
const datagram = (sourcePort: number, destinationPort: number): Uint8Array =>
  packet(PROTOCOL_UDP, buildUdp(addresses, { sourcePort, destinationPort, data: new Uint8Array(5) }));
const echo = (): Uint8Array =>
  buildIcmp({ type: ICMP_ECHO, code: 0, rest: Uint8Array.of(0, 7, 0, 1), data: new Uint8Array(56) });

describe('a frame in words', () => {
  it.each([
    ['ARP: who has 10.0.2.2? tell 10.0.2.15', arp(ARP_REQUEST)],
    ['ARP: 10.0.2.15 is at 52:54:00:12:34:56', arp(ARP_REPLY)],
    ['ICMP: 10.0.2.15 → 10.0.2.2 echo request id 7 seq 1, 56 bytes', packet(PROTOCOL_ICMP, echo())],
    ['UDP: 10.0.2.15:1024 → 10.0.2.2:7 5 bytes', datagram(1024, 7)],
    ['DHCP: 10.0.2.15:68 → 10.0.2.2:67 5 bytes', datagram(68, 67)],
    ['DNS: 10.0.2.15:1024 → 10.0.2.2:53 5 bytes', datagram(1024, 53)],
    ['IPv4: 10.0.2.15 → 10.0.2.2 protocol 47, 3 bytes', packet(47, new Uint8Array(3))],
    ['Ethernet: 52:54:00:12:34:56 → ff:ff:ff:ff:ff:ff type 0x86dd', frame(0x86dd, new Uint8Array(40))],
  ])('%s', (expected, bytes) => {
    expect(text(bytes)).toBe(expected);
  });

  it('has the flags and numbers of a TCP segment', () => {
    const segment = {
      ...{ sourcePort: 1024, destinationPort: 80, seq: 100, ack: 200, window: 8192, options: { mss: 1460 } },
      ...{ flags: Flag.SYN | Flag.ACK, data: new Uint8Array(0) },
    };
    expect(text(packet(PROTOCOL_TCP, buildSegment(addresses, segment)))).toBe(
      'TCP: 10.0.2.15:1024 → 10.0.2.2:80 [SYN, ACK] seq 100 ack 200 win 8192, 0 bytes',
    );
    expect(text(packet(PROTOCOL_TCP, buildSegment(addresses, { ...segment, flags: Flag.SYN })))).toContain(
      '[SYN] seq 100 win',
    );
  });

  it('of a fragment says where it belongs', () => {
    const payload = new Uint8Array(2000);
    const fragments = buildIpv4Fragments({ ...addresses, protocol: PROTOCOL_UDP, payload }, 1500);
    expect(fragments.map((one) => text(frame(ETHERTYPE_IPV4, one)))).toEqual([
      'IPv4: 10.0.2.15 → 10.0.2.2 fragment at 0, 1480 bytes',
      'IPv4: 10.0.2.15 → 10.0.2.2 fragment at 1480, 520 bytes, the last',
    ]);
  });

  it('of an error says what cannot be reached', () => {
    const cause = parseIpv4(buildIpv4({ ...addresses, protocol: PROTOCOL_ICMP, payload: echo() }));
    if (typeof cause === 'string') throw new Error(cause);
    const error = buildIcmpError(ICMP_UNREACHABLE, Unreachable.Port, cause);
    expect(text(packet(PROTOCOL_ICMP, error))).toBe('ICMP: 10.0.2.15 → 10.0.2.2 port unreachable');
  });

  it('that is damaged has the reason, wherever it is cut', () => {
    const whole = datagram(1024, 7);
    const wrongAt = (at: number): Uint8Array => whole.map((byte, n) => (n === at ? byte ^ 1 : byte));
    expect(text(wrongAt(whole.length - 1))).toBe('UDP: damaged (udp-checksum)');
    expect(text(wrongAt(20))).toBe('IPv4: damaged (ipv4-checksum)');
    for (let length = 0; length < whole.length; length++)
      expect(text(whole.subarray(0, length))).toMatch(/: damaged \((ethernet|ipv4)-/);
  });
});
