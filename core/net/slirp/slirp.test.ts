import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { ModelGuest } from '../testing/model-guest.ts';
import {
  createSlirpWorld as setup,
  DNS,
  echo,
  GATEWAY,
  GUEST,
  icmpOf,
  OUTSIDE,
} from '../testing/slirp-world.ts';
import { RecordingUser } from '../testing/tcp-pair.ts';
import { milliseconds } from '../timers.ts';
import { get16, latin1 } from '../wire/bytes.ts';
import { PROTOCOL_UDP } from '../wire/ipv4.ts';
import { LOOPBACK, SLIRP_DEFAULTS, type SlirpOptions } from './options.ts';

describe('what a guest may reach', () => {
  const outcome = (address: number, options: Partial<SlirpOptions> = {}) => {
    const { call, guest, settle } = setup(options);
    const { user, stream } = call(address);
    settle();
    if (stream !== undefined) {
      return stream.to.address;
    }
    return user.reason ?? `icmp ${guest.packets.map((packet) => icmpOf(packet).code).join()}`;
  };

  it('the loopback of this computer only when allowed, by the gateway’s address', () => {
    expect(outcome(GATEWAY)).toBe('refused');
    expect(outcome(GATEWAY, { hostLoopback: true })).toBe(LOOPBACK);
    for (const address of [LOOPBACK, 0x7f123456, 0x00000000 + 1]) {
      expect(outcome(address)).toBe('icmp 13');
      expect(outcome(address, { hostLoopback: true })).toBe('icmp 13');
    }
  });

  it('link-local addresses only when allowed', () => {
    expect(outcome(0xa9fea9fe)).toBe('icmp 13');
    expect(outcome(0xa9fea9fe, { linkLocal: true })).toBe(0xa9fea9fe);
  });

  it('nothing when restricted', () => {
    expect(outcome(OUTSIDE)).toBe(OUTSIDE);
    expect(outcome(OUTSIDE, { restrict: true })).toBe('icmp 13');
  });

  it('UDP and echo follow the same rules', () => {
    const { guest, sockets, settle } = setup();
    for (const address of [GATEWAY, LOOPBACK, 0xa9fea9fe]) {
      guest.sendUdp(address, { sourcePort: 9, destinationPort: 9, data: latin1('x') });
      settle();
    }
    guest.sendIcmp(LOOPBACK, echo);
    settle();
    expect(guest.packets.map((packet) => icmpOf(packet).code)).toEqual([3, 13, 13, 13]);
    expect([sockets.datagrams.length, sockets.pings.length]).toEqual([0, 0]);
  });

  it('a guest cannot speak as somebody else', () => {
    const { guest, sockets, settle, slirp } = setup();
    guest.ask(GATEWAY);
    settle();
    for (const source of [GATEWAY, DNS, LOOPBACK, OUTSIDE, 0x0a0002ff]) {
      guest.send({ source, destination: OUTSIDE, protocol: PROTOCOL_UDP, payload: new Uint8Array(8) });
    }
    settle();
    expect(slirp.drops.of('ipv4-source')).toBe(5);
    expect(sockets.datagrams.length).toBe(0);
  });
});

describe('hostile guests', () => {
  it('any frame is dropped or answered, and what stays is limited', () => {
    const world = setup();
    const random = createRandom(11);
    const seeds: Uint8Array[] = [];
    const capture = new ModelGuest(createTestClock().clock, (frame) => seeds.push(frame));
    capture.receive(world.frames[0] ?? arpReply());
    capture.sendIcmp(OUTSIDE, echo);
    capture.sendUdp(OUTSIDE, { sourcePort: 1, destinationPort: 2, data: latin1('data') });
    capture.sendUdp(0xffffffff, { sourcePort: 68, destinationPort: 67, data: new Uint8Array(300) });
    capture.tcp.connect(
      { local: { address: GUEST, port: 5 }, remote: { address: OUTSIDE, port: 6 } },
      new RecordingUser(),
    );
    expect(seeds.length).toBe(4);
    for (let round = 0; round < 30000; round++) {
      const frame = seeds[random(seeds.length)]!.slice();
      for (let damage = random(4); damage > 0; damage--) {
        frame[random(frame.length)] = random(256);
      }
      if (random(3) > 0) {
        fixSum(frame);
      }
      world.slirp.receive(frame.subarray(0, random(10) === 0 ? random(frame.length) : frame.length));
      if (round % 100 === 0) {
        world.advance(milliseconds(10));
      }
    }
    expect(world.slirp.drops.entries().length).toBeGreaterThan(12);
    expect(world.slirp.open.tcp).toBeLessThanOrEqual(512);
    expect(world.slirp.open.udp).toBeLessThanOrEqual(256);
  });

  it('a flood of calls stays within the limit', () => {
    const { guest, settle, slirp, sockets } = setup({
      limits: { ...SLIRP_DEFAULTS.limits, tcpConnections: 10 },
    });
    const users = Array.from({ length: 30 }, (_, index) => {
      const user = new RecordingUser();
      user.connection = guest.tcp.connect(
        { local: { address: GUEST, port: 1000 + index }, remote: { address: OUTSIDE, port: 80 } },
        user,
      );
      return user;
    });
    settle();
    expect(sockets.streams.length).toBe(10);
    expect(slirp.open.tcp).toBe(10);
    expect(users.filter(({ reason }) => reason === 'refused').length).toBe(20);
  });
});

/** The gateway's answer to an ARP request, so that a guest without a network may send. */
function arpReply(): Uint8Array {
  const world = setup();
  world.guest.ask(GATEWAY);
  world.settle();
  return world.frames[0]!;
}

/** Makes the checksum of a frame's IPv4 header right. */
function fixSum(frame: Uint8Array): void {
  frame.fill(0, 24, 26);
  let sum = 0;
  for (let at = 14; at < 34; at += 2) {
    sum += get16(frame, at);
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  frame.set([(~sum >>> 8) & 255, ~sum & 255], 24);
}
