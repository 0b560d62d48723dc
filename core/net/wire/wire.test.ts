import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { DropCounters, isDrop } from '../drops.ts';
import { buildSegment, parseSegment, type Segment } from '../tcp/segment.ts';
import { NetTimers, seconds } from '../timers.ts';
import {
  broadcastOf,
  formatIpv4Address,
  formatNetwork,
  inNetwork,
  parseIpv4Address,
  parseIpv6Address,
  parseMac,
  parseNetwork,
  formatMac,
} from './addresses.ts';
import { buildArp, parseArp } from './arp.ts';
import { latin1 } from './bytes.ts';
import { checksum } from './checksum.ts';
import { buildDhcpReply, DhcpOption, parseDhcpRequest } from './dhcp.ts';
import { buildDnsResponse, DnsCode, DnsType, encodeDnsName, parseDnsQuery, reverseName } from './dns.ts';
import { buildEthernet, parseEthernet } from './ethernet.ts';
import { buildIcmp, parseIcmp } from './icmp.ts';
import { Ipv4Reassembly } from './ipv4-reassembly.ts';
import { buildIpv4, buildIpv4Fragments, parseIpv4, type Ipv4Packet } from './ipv4.ts';
import { buildUdp, parseUdp } from './udp.ts';

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function packetOf(bytes: Uint8Array): Ipv4Packet {
  const packet = parseIpv4(bytes);
  if (isDrop(packet)) {
    throw new Error(packet);
  }
  return packet;
}

const A = 0x0a00020f;
const B = 0x0a000202;

describe('addresses', () => {
  it('reads and writes IPv4 addresses and networks', () => {
    expect(parseIpv4Address('10.0.2.15')).toBe(A);
    expect(parseIpv4Address('255.255.255.255')).toBe(0xffffffff);
    expect(formatIpv4Address(0xfffefdfc)).toBe('255.254.253.252');
    const network = parseNetwork('10.0.2.0/24')!;
    expect(formatNetwork(network)).toBe('10.0.2.0/24');
    expect(inNetwork(A, network)).toBe(true);
    expect(inNetwork(0x0a00030f, network)).toBe(false);
    expect(broadcastOf(network)).toBe(0x0a0002ff);
    expect(inNetwork(0xffffffff, { address: 0, prefix: 0 })).toBe(true);
  });

  it.each(['', '10.0.2', '10.0.2.256', '010.0.2.1', '10.0.2.1.', '0x0a000201', '10.0.2.-1', ' 10.0.2.1'])(
    'refuses %j as an IPv4 address',
    (text) => {
      expect(parseIpv4Address(text)).toBeUndefined();
    },
  );

  it.each(['10.0.2.1/24', '10.0.2.0/33', '10.0.2.0', '10.0.2.0/'])('refuses %j as a network', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('reads IPv6 addresses', () => {
    expect(parseIpv6Address('::1')).toEqual(hex('00000000000000000000000000000001'));
    expect(parseIpv6Address('::')).toEqual(new Uint8Array(16));
    expect(parseIpv6Address('2001:db8::8:800:200c:417a')).toEqual(hex('20010db80000000000080800200c417a'));
    expect(parseIpv6Address('::ffff:10.0.2.15')).toEqual(hex('00000000000000000000ffff0a00020f'));
    for (const bad of [
      '',
      ':',
      '1:2:3:4:5:6:7',
      '1::2::3',
      '1:2:3:4:5:6:7:8:9',
      'g::',
      '1:2:3:4:5:6:7::8',
      'fe80::1%eth0',
    ]) {
      expect(parseIpv6Address(bad), bad).toBeUndefined();
    }
  });

  it('reads and writes Ethernet addresses', () => {
    expect(formatMac(parseMac('52:54:00:12:34:56')!)).toBe('52:54:00:12:34:56');
    expect(parseMac('52:54:00:12:34')).toBeUndefined();
  });
});

describe('Internet checksum', () => {
  it('is that of the example in RFC 1071, section 3', () => {
    expect(checksum(hex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff);
  });

  it('pads an odd byte on the right', () => {
    expect(checksum(hex('0001 f2'))).toBe(~0xf201 & 0xffff);
  });
});

describe('frames and packets', () => {
  it('Ethernet and ARP give back what they were given', () => {
    const arp = {
      operation: 1,
      senderMac: hex('525400123456'),
      senderAddress: A,
      targetMac: new Uint8Array(6),
      targetAddress: B,
    };
    const frame = {
      destination: hex('ffffffffffff'),
      source: arp.senderMac,
      type: 0x0806,
      payload: buildArp(arp),
    };
    const parsed = parseEthernet(buildEthernet(frame));
    expect(parsed).toEqual(frame);
    expect(parseArp(frame.payload)).toEqual(arp);
  });

  it('reads an IPv4 header from the wire, and writes the same', () => {
    const header = hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');
    const bytes = Uint8Array.of(...header, ...new Uint8Array(95));
    const addresses = { source: 0xc0a80001, destination: 0xc0a800c7, protocol: 17 };
    expect(packetOf(bytes)).toMatchObject({ ...addresses, ttl: 64, dontFragment: true });
    expect(buildIpv4({ ...addresses, payload: new Uint8Array(95) })).toEqual(bytes);
  });

  it('names what is wrong with an IPv4 packet', () => {
    const good = buildIpv4({ source: A, destination: B, protocol: 17, payload: Uint8Array.of(1, 2, 3) });
    const damaged = (at: number, value: number): unknown => {
      const copy = good.slice();
      copy[at] = value;
      return parseIpv4(copy);
    };
    expect(parseIpv4(good.subarray(0, 19))).toBe('ipv4-short');
    expect(damaged(0, 0x65)).toBe('ipv4-version');
    expect(damaged(0, 0x44)).toBe('ipv4-header-length');
    expect(damaged(0, 0x4f)).toBe('ipv4-header-length');
    expect(damaged(3, 24)).toBe('ipv4-total-length');
    expect(damaged(3, 19)).toBe('ipv4-total-length');
    expect(damaged(8, 63)).toBe('ipv4-checksum');
  });

  it('UDP checks its sum, and takes none', () => {
    const addresses = { source: A, destination: B };
    const datagram = { sourcePort: 68, destinationPort: 67, data: Uint8Array.of(1, 2, 3) };
    const payload = buildUdp(addresses, datagram);
    expect(parseUdp({ ...addresses, payload })).toEqual(datagram);
    expect(parseUdp({ source: A, destination: A, payload })).toBe('udp-checksum');
    const unsummed = payload.slice();
    unsummed.fill(0, 6, 8);
    expect(parseUdp({ source: A, destination: A, payload: unsummed })).toEqual(datagram);
    expect(parseUdp({ ...addresses, payload: payload.subarray(0, 10) })).toBe('udp-length');
  });

  it('ICMP gives back what it was given', () => {
    const message = { type: 8, code: 0, rest: hex('00010002'), data: latin1('ping') };
    const bytes = buildIcmp(message);
    expect(parseIcmp(bytes)).toEqual(message);
    bytes[9]! ^= 1;
    expect(parseIcmp(bytes)).toBe('icmp-checksum');
  });

  it('TCP gives back what it was given, with every option', () => {
    const addresses = { source: A, destination: B };
    const segment: Segment = {
      sourcePort: 1,
      destinationPort: 65535,
      seq: 0xfffffff0,
      ack: 0x80000000,
      flags: 0x12,
      window: 65535,
      options: {
        mss: 1460,
        windowScale: 7,
        sackPermitted: true,
        timestamps: { value: 0xffffffff, echo: 1 },
        sack: [[1, 0xfffffffe]],
      },
      data: latin1('data'),
    };
    expect(parseSegment({ ...addresses, payload: buildSegment(addresses, segment) })).toEqual(segment);
  });
});

describe('IPv4 reassembly', () => {
  const payload = Uint8Array.from({ length: 4000 }, (_, i) => i * 7);
  const fields = { source: A, destination: B, protocol: 17, identification: 9, payload };

  function setup() {
    const test = createTestClock();
    const drops = new DropCounters();
    const reassembly = new Ipv4Reassembly(new NetTimers(test.clock, 'reassembly'), drops);
    return { ...test, drops, reassembly };
  }

  it.each([
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0, 0],
    [1, 1, 0, 2],
  ])('puts a packet together, whatever the order: %j', (...order) => {
    const { reassembly } = setup();
    const parts = buildIpv4Fragments(fields, 1500).map(packetOf);
    expect(parts.length).toBe(3);
    const whole = order
      .map((index) => reassembly.receive(parts[index]!))
      .find((packet) => packet !== undefined);
    expect(whole?.payload).toEqual(payload);
    expect(whole).toMatchObject({ fragmentOffset: 0, moreFragments: false, source: A });
  });

  it('forgets a packet that stays unfinished', () => {
    const { reassembly, advance, drops } = setup();
    reassembly.receive(packetOf(buildIpv4Fragments(fields, 1500)[0]!));
    expect(reassembly.unfinished).toBe(1);
    advance(seconds(31));
    expect(reassembly.unfinished).toBe(0);
    expect(drops.of('fragment-timeout')).toBe(1);
  });

  it('discards a packet whose fragments overlap', () => {
    const { reassembly, drops } = setup();
    const [first] = buildIpv4Fragments(fields, 1500);
    const [other] = buildIpv4Fragments(fields, 1000);
    reassembly.receive(packetOf(first!));
    expect(reassembly.receive(packetOf(other!))).toBeUndefined();
    expect(reassembly.unfinished).toBe(0);
    expect(drops.of('fragment-overlap')).toBe(1);
  });

  it('keeps sixteen unfinished packets, and refuses what would be longer than a packet can be', () => {
    const { reassembly, drops } = setup();
    for (let identification = 0; identification < 40; identification++) {
      reassembly.receive(packetOf(buildIpv4Fragments({ ...fields, identification }, 1500)[0]!));
    }
    expect(reassembly.unfinished).toBe(16);
    expect(drops.of('fragment-limit')).toBe(24);
    const last = packetOf(buildIpv4Fragments(fields, 1500)[2]!);
    reassembly.receive({ ...last, fragmentOffset: 65528 });
    expect(drops.of('fragment-malformed')).toBe(1);
  });
});

describe('DHCP messages', () => {
  function request(options: number[], change: (bytes: Uint8Array) => void = () => undefined): Uint8Array {
    const bytes = new Uint8Array(240 + options.length);
    bytes.set([1, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0x80, 0]);
    bytes.set(hex('525400123456'), 28);
    bytes.set(hex('63825363'), 236);
    bytes.set(options, 240);
    change(bytes);
    return bytes;
  }

  it('reads options, padded, repeated and overflowing into the file field', () => {
    const bytes = request([0, 53, 1, 1, 12, 2, 97, 98, 12, 1, 99, 52, 1, 1, 255], (message) => {
      message.set([50, 4, 10, 0, 2, 20, 255], 108);
    });
    const parsed = parseDhcpRequest(bytes);
    expect(parsed).toMatchObject({
      transaction: 0x12345678,
      broadcast: true,
      clientMac: hex('525400123456'),
    });
    if (!isDrop(parsed)) {
      expect(parsed.options.get(DhcpOption.HostName)).toEqual(latin1('abc'));
      expect(parsed.options.get(DhcpOption.RequestedAddress)).toEqual(Uint8Array.of(10, 0, 2, 20));
      const reply = buildDhcpReply({
        request: parsed,
        yourAddress: A,
        serverAddress: B,
        bootFile: latin1('x'),
        options: [[53, Uint8Array.of(2)]],
      });
      expect(reply.length).toBe(300);
      expect([...reply.subarray(240, 244)]).toEqual([53, 1, 2, 255]);
      expect(parseDhcpRequest(reply)).toBe('dhcp-not-request');
    }
  });

  it('refuses an option that reaches beyond the message', () => {
    expect(parseDhcpRequest(request([53, 9, 1]))).toBe('dhcp-options');
    expect(parseDhcpRequest(request([53]))).toBe('dhcp-options');
  });
});

describe('DNS messages', () => {
  const query = hex('1234 0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 0001 0001');

  it('reads a question and answers it', () => {
    const parsed = parseDnsQuery(query);
    expect(parsed).toMatchObject({ id: 0x1234, question: { name: 'www.example', type: 1, class: 1 } });
    if (!isDrop(parsed)) {
      const record = { type: DnsType.A, ttl: 60, data: hex('0a000202') };
      expect(buildDnsResponse(parsed, DnsCode.NoError, [record])).toEqual(
        hex(
          '1234 8180 0001 0001 0000 0000 03 777777 07 6578616d706c65 00 0001 0001' +
            'c00c 0001 0001 0000003c 0004 0a000202',
        ),
      );
      const many = Array.from({ length: 100 }, () => record);
      const response = buildDnsResponse(parsed, DnsCode.NoError, many);
      expect(response.length).toBeLessThanOrEqual(512);
      expect(response[2]! & 2).toBe(2);
    }
  });

  it.each([
    ['a compressed name', '1234 0100 0001 0000 0000 0000 c00c 0001 0001'],
    ['a name without an end', '1234 0100 0001 0000 0000 0000 03 7777'],
    ['a dot inside a label', '1234 0100 0001 0000 0000 0000 03 772e77 00 0001 0001'],
    ['two questions', '1234 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001'],
    ['no type', '1234 0100 0001 0000 0000 0000 00 0001'],
  ])('finds no question in %s', (_, text) => {
    expect(parseDnsQuery(hex(text))).toMatchObject({ question: undefined });
  });

  it('encodes names and reads reverse ones', () => {
    expect(encodeDnsName('www.example.')).toEqual(hex('03777777 07 6578616d706c65 00'));
    expect(encodeDnsName('a..b')).toBeUndefined();
    expect(encodeDnsName(`${'a'.repeat(64)}.b`)).toBeUndefined();
    expect(encodeDnsName('abc.'.repeat(64))).toBeUndefined();
    expect(reverseName('15.2.0.10.IN-ADDR.ARPA')).toBe('10.0.2.15');
    expect(reverseName('2.0.10.in-addr.arpa')).toBeUndefined();
  });
});

describe('every parser', () => {
  const addresses = { source: A, destination: B };
  const datagram = { sourcePort: 1, destinationPort: 2, data: Uint8Array.of(3, 4) };
  const parsers: Record<string, { good: Uint8Array; parse: (bytes: Uint8Array) => unknown }> = {
    ethernet: { good: new Uint8Array(60), parse: parseEthernet },
    arp: {
      good: buildArp({
        operation: 1,
        senderMac: new Uint8Array(6),
        senderAddress: A,
        targetMac: new Uint8Array(6),
        targetAddress: B,
      }),
      parse: parseArp,
    },
    ipv4: { good: buildIpv4({ ...addresses, protocol: 6, payload: new Uint8Array(20) }), parse: parseIpv4 },
    icmp: {
      good: buildIcmp({ type: 8, code: 0, rest: new Uint8Array(4), data: new Uint8Array(4) }),
      parse: parseIcmp,
    },
    udp: { good: buildUdp(addresses, datagram), parse: (payload) => parseUdp({ ...addresses, payload }) },
    tcp: {
      good: buildSegment(addresses, {
        sourcePort: 1,
        destinationPort: 2,
        seq: 3,
        ack: 4,
        flags: 16,
        window: 5,
        options: {
          mss: 9,
          windowScale: 1,
          sackPermitted: true,
          timestamps: { value: 1, echo: 2 },
          sack: [[1, 2]],
        },
        data: Uint8Array.of(1),
      }),
      parse: (payload) => {
        // The sum would hide the rest of the parser: make it right.
        const fixed = payload.slice();
        if (fixed.length >= 20) {
          fixed.fill(0, 16, 18);
          const pseudo = new Uint8Array(12 + fixed.length);
          pseudo.set([10, 0, 2, 15, 10, 0, 2, 2, 0, 6, fixed.length >>> 8, fixed.length & 255]);
          pseudo.set(fixed, 12);
          const sum = checksum(pseudo);
          fixed.set([sum >>> 8, sum & 255], 16);
        }
        return parseSegment({ ...addresses, payload: fixed });
      },
    },
    dhcp: {
      good: Uint8Array.from(
        { length: 300 },
        (_, i) => [1, 1, 6][i] ?? hex('63825363 350101 3204 0a000210 ff')[i - 236] ?? 0,
      ),
      parse: parseDhcpRequest,
    },
    dns: {
      good: hex('1234 0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 0001 0001'),
      parse: parseDnsQuery,
    },
  };

  it.each(Object.keys(parsers))('%s answers any damage and any length with a value or a reason', (name) => {
    const { good, parse } = parsers[name]!;
    const random = createRandom(name.length);
    const outcomes = new Set<string>();
    const attempt = (bytes: Uint8Array): void => {
      const result = parse(bytes);
      outcomes.add(isDrop(result) ? result : typeof result);
    };
    expect(isDrop(parse(good))).toBe(false);
    for (let length = 0; length <= good.length; length++) {
      attempt(good.subarray(0, length));
    }
    for (let round = 0; round < 20000; round++) {
      const bytes =
        round % 2 === 0 ? good.slice() : Uint8Array.from({ length: random(80) }, () => random(256));
      for (let damage = random(4); damage >= 0 && bytes.length > 0; damage--) {
        bytes[random(bytes.length)] = random(256);
      }
      attempt(bytes);
    }
    expect(outcomes).toContain('object');
    expect(outcomes.size).toBeGreaterThan(1);
    expect([...outcomes].every((outcome) => outcome === 'object' || outcome.includes('-'))).toBe(true);
  });
});
