import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { isDrop } from '../drops.ts';
import { FakeSockets } from '../testing/fake-sockets.ts';
import { createLossyLink, PERFECT } from '../testing/lossy-link.ts';
import { ModelGuest } from '../testing/model-guest.ts';
import { RecordingUser } from '../testing/tcp-pair.ts';
import { milliseconds, seconds } from '../timers.ts';
import { get16, get32, latin1 } from '../wire/bytes.ts';
import { parseIcmp, type IcmpMessage } from '../wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_UDP, type Ipv4Packet } from '../wire/ipv4.ts';
import { parseUdp, type UdpDatagram } from '../wire/udp.ts';
import { LOOPBACK, SLIRP_DEFAULTS, type SlirpOptions } from './options.ts';
import { parseRedirections, RedirectionError } from './redirections.ts';
import { createSlirp } from './slirp.ts';

const GATEWAY = 0x0a000202;
const DNS = 0x0a000203;
const GUEST = 0x0a00020f;
const OUTSIDE = 0x5db8d822;

function setup(options: Partial<SlirpOptions> = {}) {
  const test = createTestClock();
  const sockets = new FakeSockets();
  const problems: string[] = [];
  const random = createRandom(1);
  const frames: Uint8Array[] = [];
  const toGuest = createLossyLink<Uint8Array>(test.clock, 'down', PERFECT, random, (frame) => {
    guest.receive(frame);
  });
  const slirp = createSlirp({
    sockets,
    clock: test.clock,
    options,
    transmit: (frame) => {
      frames.push(frame);
      toGuest(frame);
    },
    problem: (message) => problems.push(message),
  });
  const toSlirp = createLossyLink<Uint8Array>(test.clock, 'up', PERFECT, random, slirp.receive);
  const guest = new ModelGuest(test.clock, toSlirp);
  const settle = (): void => {
    test.advance(milliseconds(2));
  };
  /** A connection of the guest to the outside; `stream` is the platform's end, not answered yet. */
  const call = (address = OUTSIDE, port = 80, localPort = 40000) => {
    const user = new RecordingUser();
    const before = sockets.streams.length;
    user.connection = guest.tcp.connect(
      { local: { address: guest.address, port: localPort }, remote: { address, port } },
      user,
    );
    settle();
    return { user, connection: user.connection, stream: sockets.streams[before] };
  };
  const answered = () => {
    const { user, connection, stream } = call();
    stream!.events!.connected();
    settle();
    return { user, connection, stream: stream! };
  };
  return { ...test, sockets, slirp, guest, problems, frames, settle, call, answered };
}

function icmpOf(packet: Ipv4Packet | undefined): IcmpMessage {
  expect(packet?.protocol).toBe(PROTOCOL_ICMP);
  const message = parseIcmp(packet!.payload);
  if (isDrop(message)) {
    throw new Error(message);
  }
  return message;
}

function udpOf(packet: Ipv4Packet | undefined): UdpDatagram {
  expect(packet?.protocol).toBe(PROTOCOL_UDP);
  const datagram = parseUdp(packet!);
  if (isDrop(datagram)) {
    throw new Error(datagram);
  }
  return datagram;
}

const echo = { type: 8, code: 0, rest: Uint8Array.of(0, 1, 0, 2), data: latin1('hello') };

describe('ARP', () => {
  it('answers for gateway and name server, for nobody else', () => {
    const { guest, settle } = setup();
    for (const address of [GATEWAY, DNS, 0x0a000209]) {
      guest.ask(address);
    }
    settle();
    expect(guest.arp.map(({ senderAddress }) => senderAddress)).toEqual([GATEWAY, DNS]);
    expect(guest.arp[0]!.senderMac).toEqual(SLIRP_DEFAULTS.mac);
  });
});

describe('DHCP', () => {
  function dhcp(
    type: number,
    options: number[] = [],
    change: (message: Uint8Array) => void = () => undefined,
  ) {
    const message = new Uint8Array(300);
    message.set([1, 1, 6, 0, 9, 9, 9, 9]);
    message.set([0x52, 0x54, 0, 0x12, 0x34, 0x56], 28);
    message.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...options, 255], 236);
    change(message);
    return message;
  }

  function exchange(world: ReturnType<typeof setup>, message: Uint8Array) {
    const before = world.guest.packets.length;
    const { address } = world.guest;
    world.guest.address = 0;
    world.guest.sendUdp(0xffffffff, { sourcePort: 68, destinationPort: 67, data: message });
    world.settle();
    world.guest.address = address;
    const packet = world.guest.packets[before];
    if (packet === undefined) {
      return undefined;
    }
    const { data } = udpOf(packet);
    const options = new Map<number, Uint8Array>();
    for (let at = 240; data[at] !== 255; at += 2 + data[at + 1]!) {
      options.set(data[at]!, data.slice(at + 2, at + 2 + data[at + 1]!));
    }
    return { to: packet.destination, address: get32(data, 16), type: options.get(53)![0], options };
  }

  it('gives 10.0.2.15 with router, name server and mask', () => {
    const world = setup();
    const offer = exchange(world, dhcp(1))!;
    expect(offer).toMatchObject({ type: 2, address: GUEST, to: GUEST });
    const ack = exchange(world, dhcp(3, [50, 4, 10, 0, 2, 15, 54, 4, 10, 0, 2, 2]))!;
    expect(ack).toMatchObject({ type: 5, address: GUEST });
    expect(get32(ack.options.get(1)!, 0)).toBe(0xffffff00);
    expect(get32(ack.options.get(3)!, 0)).toBe(GATEWAY);
    expect(get32(ack.options.get(6)!, 0)).toBe(DNS);
    expect(get32(ack.options.get(51)!, 0)).toBe(86400);
  });

  it('answers by broadcast a guest that asks for it', () => {
    const offer = exchange(
      setup(),
      dhcp(1, [], (message) => {
        message[10] = 0x80;
      }),
    );
    expect(offer).toMatchObject({ to: 0xffffffff, type: 2 });
  });

  it('refuses an address that is another guest’s, and one of another network', () => {
    const world = setup();
    exchange(world, dhcp(3, [50, 4, 10, 0, 2, 15]));
    const other = (message: Uint8Array): void => {
      message[33] = 0x57;
    };
    expect(exchange(world, dhcp(3, [50, 4, 10, 0, 2, 15], other))).toMatchObject({ type: 6, address: 0 });
    expect(exchange(world, dhcp(1, [], other))).toMatchObject({ type: 2, address: GUEST + 1 });
    expect(exchange(world, dhcp(3, [50, 4, 192, 168, 0, 9]))).toMatchObject({ type: 6 });
  });

  it('lets a request to another server pass, and does not give a declined address again', () => {
    const world = setup();
    expect(exchange(world, dhcp(3, [54, 4, 10, 0, 2, 77]))).toBeUndefined();
    expect(world.slirp.drops.of('dhcp-other-server')).toBe(1);
    exchange(world, dhcp(1));
    expect(exchange(world, dhcp(4, [50, 4, 10, 0, 2, 15]))).toBeUndefined();
    expect(exchange(world, dhcp(1))).toMatchObject({ address: GUEST + 1 });
  });

  it('tells a network boot its file', () => {
    const offer = exchange(setup({ bootFile: 'http://boot.example/x' }), dhcp(1))!;
    expect(offer.options.get(67)).toEqual(latin1('http://boot.example/x'));
  });

  it('has addresses for more guests than the network holds: the oldest lease gives way', () => {
    const world = setup();
    for (let guest = 0; guest < 300; guest++) {
      const offer = exchange(
        world,
        dhcp(1, [], (message) => {
          message.set([guest >>> 8, guest & 255], 32);
        }),
      );
      expect(offer!.address).toBe(GUEST + (guest % 240));
    }
  });
});

describe('DNS', () => {
  const question = (type: number, name = '\x03www\x07example\x00') =>
    Uint8Array.of(0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...latin1(name), 0, type, 0, 1);

  function ask(world: ReturnType<typeof setup>, data: Uint8Array): void {
    world.guest.sendUdp(DNS, { sourcePort: 5000, destinationPort: 53, data });
    world.settle();
  }
  const codeOf = (data: Uint8Array): number => data[3]! & 15;

  it('asks the platform and answers with what it says', () => {
    const world = setup();
    ask(world, question(1));
    expect(world.sockets.lookups[0]!.lookup).toEqual({ type: 'A', name: 'www.example' });
    world.sockets.lookups[0]!.answer(['93.184.216.34', '1.2.3.4', 'nonsense']);
    world.settle();
    const { data, destinationPort } = udpOf(world.guest.packets[0]);
    expect([destinationPort, codeOf(data), get16(data, 6)]).toEqual([5000, 0, 2]);
    expect(get32(data, data.length - 20)).toBe(OUTSIDE);
    expect(get32(data, data.length - 4)).toBe(0x01020304);
  });

  it('knows AAAA and PTR', () => {
    const world = setup();
    ask(world, question(28));
    world.sockets.lookups[0]!.answer(['2001:db8::1']);
    ask(world, question(12, '\x0215\x012\x010\x0210\x07in-addr\x04arpa\x00'));
    expect(world.sockets.lookups[1]!.lookup).toEqual({ type: 'PTR', name: '10.0.2.15' });
    world.sockets.lookups[1]!.answer(['guest.example']);
    world.settle();
    const [first, second] = world.guest.packets.map((packet) => udpOf(packet).data);
    expect([...first!.subarray(-16)]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([...second!.subarray(-15)]).toEqual([...latin1('\x05guest\x07example\x00')]);
  });

  it.each([
    ['not-found', 3],
    ['failed', 2],
  ] as const)('%s is response code %i', (result, code) => {
    const world = setup();
    ask(world, question(1));
    world.sockets.lookups[0]!.answer(result);
    world.settle();
    expect(codeOf(udpOf(world.guest.packets[0]).data)).toBe(code);
  });

  it('a name without records has no error and no answer; other types are not implemented', () => {
    const world = setup();
    ask(world, question(28));
    world.sockets.lookups[0]!.answer([]);
    ask(world, question(15));
    ask(world, question(1, '\xc0\x0c'));
    world.settle();
    const answers = world.guest.packets.map((packet) => udpOf(packet).data);
    expect(answers.map(codeOf)).toEqual([0, 4, 1]);
    expect(get16(answers[0]!, 6)).toBe(0);
  });

  it('asks so much at once and no more', () => {
    const world = setup();
    for (let i = 0; i < 100; i++) {
      ask(world, question(1));
    }
    expect(world.sockets.lookups.length).toBe(64);
    expect(world.slirp.drops.of('dns-limit')).toBe(36);
    for (const { answer } of world.sockets.lookups.splice(0)) {
      answer([]);
    }
    ask(world, question(1));
    expect(world.sockets.lookups.length).toBe(1);
  });

  it('refuses when the network is restricted: questions carry messages too', () => {
    const world = setup({ restrict: true });
    ask(world, question(1));
    expect(codeOf(udpOf(world.guest.packets[0]).data)).toBe(5);
    expect(world.sockets.lookups).toEqual([]);
  });

  it('answers over TCP too, several questions in one connection', () => {
    const world = setup();
    const { user, connection } = world.call(DNS, 53);
    const framed = (type: number): number[] => [0, question(type).length, ...question(type)];
    connection.send(Uint8Array.from([...framed(1), ...framed(28)]));
    connection.finish();
    world.settle();
    world.sockets.lookups[1]!.answer([]);
    world.sockets.lookups[0]!.answer(Array.from({ length: 60 }, (_, i) => `10.9.8.${i}`));
    world.settle();
    const bytes = user.bytes();
    expect(get16(bytes, 0)).toBe(question(28).length);
    const second = 2 + get16(bytes, 0);
    expect(get16(bytes, second + 2 + 6)).toBe(60);
    expect(user.heard).toContain('ended');
  });
});

describe('ICMP', () => {
  it('gateway and name server answer', () => {
    const { guest, settle } = setup();
    guest.sendIcmp(GATEWAY, echo);
    guest.sendIcmp(DNS, echo);
    settle();
    expect(guest.packets.map(({ source }) => source)).toEqual([GATEWAY, DNS]);
    expect(icmpOf(guest.packets[0])).toEqual({ ...echo, type: 0 });
  });

  it('the platform is asked about others', () => {
    const { guest, settle, sockets } = setup();
    guest.sendIcmp(OUTSIDE, echo);
    guest.sendIcmp(OUTSIDE + 1, echo);
    settle();
    expect(sockets.pings.map(({ address }) => address)).toEqual([OUTSIDE, OUTSIDE + 1]);
    sockets.pings[0]!.answer(true);
    sockets.pings[1]!.answer(false);
    settle();
    expect(icmpOf(guest.packets[0])).toEqual({ ...echo, type: 0 });
    expect(guest.packets[0]!.source).toBe(OUTSIDE);
    expect(icmpOf(guest.packets[1])).toMatchObject({ type: 3, code: 1 });
    expect(icmpOf(guest.packets[1]).data.length).toBe(28);
  });

  it('a packet that would live no longer is answered by the gateway', () => {
    const { guest, settle } = setup();
    guest.sendIcmp(OUTSIDE, echo, 1);
    settle();
    expect(guest.packets[0]!.source).toBe(GATEWAY);
    expect(icmpOf(guest.packets[0])).toMatchObject({ type: 11, code: 0 });
  });
});

describe('TCP to the outside', () => {
  it('is answered when the platform’s call is, and carries both ways, half closes too', () => {
    const { settle, call } = setup();
    const { user, connection, stream } = call();
    expect(stream!.to).toEqual({ address: OUTSIDE, port: 80 });
    expect(connection.state).toBe('SYN-SENT');
    stream!.events!.connected();
    settle();
    expect(user.heard).toEqual(['established']);
    connection.send(latin1('GET'));
    connection.finish();
    settle();
    expect(stream!.written).toEqual([latin1('GET')]);
    expect(stream!.finished).toBe(true);
    stream!.events!.data(latin1('200'));
    settle();
    stream!.events!.ended();
    stream!.events!.closed(undefined);
    settle();
    expect(user.bytes()).toEqual(latin1('200'));
    expect(user.ended).toBe(true);
    expect(stream!.aborted).toBe(false);
  });

  it('is refused when the platform’s call is', () => {
    const { settle, call, slirp } = setup();
    const { user, stream } = call();
    stream!.events!.closed('refused');
    settle();
    expect(user.reason).toBe('refused');
    expect(slirp.open.tcp).toBe(0);
  });

  it.each(['unreachable', 'timeout', 'failed'] as const)('%s is told by ICMP', (failure) => {
    const { settle, call, guest } = setup();
    const { stream } = call();
    stream!.events!.closed(failure);
    settle();
    expect(icmpOf(guest.packets[0])).toMatchObject({ type: 3, code: 1 });
  });

  it('a call that nobody answers ends after 75 seconds', () => {
    const { call, advance, slirp } = setup();
    const { stream } = call();
    advance(seconds(76));
    expect(stream!.aborted).toBe(true);
    expect(slirp.open.tcp).toBe(0);
  });

  it('resets pass in both directions', () => {
    const world = setup();
    const first = world.answered();
    first.stream.events!.closed('reset');
    world.settle();
    expect(first.user.reason).toBe('reset');
    const { stream, connection } = world.call(OUTSIDE, 81);
    stream!.events!.connected();
    world.settle();
    connection.abort();
    world.settle();
    expect(stream!.aborted).toBe(true);
    expect(world.slirp.open.tcp).toBe(0);
  });

  it('the guest waits when the platform takes no more', () => {
    const { answered, advance, settle } = setup();
    const { connection, stream } = answered();
    stream.takes = false;
    let sent = 0;
    for (let i = 0; i < 100; i++) {
      sent += connection.send(new Uint8Array(65536));
      advance(milliseconds(20));
    }
    expect(stream.written.length).toBe(1);
    // What was written, the gateway's buffer, and the guest's own.
    expect(sent).toBeLessThanOrEqual(65536 + 2 * 262144);
    stream.takes = true;
    stream.events!.drained();
    for (let i = 0; i < 100; i++) {
      advance(milliseconds(50));
    }
    settle();
    expect(stream.bytes).toBe(sent);
  });

  it('the platform waits when the guest takes no more', () => {
    const { answered, advance } = setup();
    const { user, stream } = answered();
    user.reading = false;
    let given = 0;
    while (!stream.paused) {
      stream.events!.data(new Uint8Array(65536));
      given += 65536;
      advance(milliseconds(20));
    }
    expect(given).toBeLessThanOrEqual(2 * 262144 + 65536);
    user.reading = true;
    user.readAll();
    for (let i = 0; i < 100 && user.bytes().length < given; i++) {
      advance(milliseconds(50));
    }
    expect(user.bytes().length).toBe(given);
    expect(stream.paused).toBe(false);
  });

  it('what the guest sent last arrives even when the platform takes it late', () => {
    const { answered, advance, settle } = setup();
    const { connection, stream } = answered();
    stream.takes = false;
    connection.send(latin1('one'));
    settle();
    connection.send(latin1('two'));
    connection.finish();
    stream.events!.ended();
    advance(seconds(2));
    expect(stream.finished).toBe(false);
    stream.events!.drained();
    expect(stream.written).toEqual([latin1('one'), latin1('two')]);
    expect(stream.finished).toBe(true);
    expect(stream.aborted).toBe(false);
  });

  it('silence ends it after two hours, half closed after four minutes', () => {
    const open = setup();
    const { stream } = open.answered();
    open.advance(seconds(7000));
    expect(stream.aborted).toBe(false);
    open.advance(seconds(700));
    expect(stream.aborted).toBe(true);
    const half = setup();
    const other = half.answered();
    other.connection.finish();
    half.advance(seconds(500));
    expect(other.stream.aborted).toBe(true);
  });

  it('closing the network ends everything', () => {
    const world = setup({ redirections: parseRedirections('tcp:2222:22') });
    const { stream } = world.answered();
    const waiting = world.call(OUTSIDE, 82, 40001);
    world.slirp.close();
    expect([stream.aborted, waiting.stream!.aborted, world.sockets.listeners[0]!.closed]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

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

describe('UDP to the outside', () => {
  const send = (
    world: ReturnType<typeof setup>,
    sourcePort: number,
    address = OUTSIDE,
    data = latin1('q'),
  ): void => {
    world.guest.sendUdp(address, { sourcePort, destinationPort: 123, data });
    world.settle();
  };

  it('uses one socket for a port, and lets only those answer that were spoken to', () => {
    const world = setup();
    send(world, 1000);
    send(world, 1000, OUTSIDE + 1);
    const [socket] = world.sockets.datagrams;
    expect(world.sockets.datagrams.length).toBe(1);
    expect(socket!.sent.map(({ to }) => to.address)).toEqual([OUTSIDE, OUTSIDE + 1]);
    socket!.events.data(latin1('answer'), { address: OUTSIDE, port: 123 });
    socket!.events.data(latin1('stranger'), { address: OUTSIDE + 2, port: 123 });
    socket!.events.data(latin1('other port'), { address: OUTSIDE, port: 124 });
    world.settle();
    expect(world.guest.packets.map((packet) => udpOf(packet))).toEqual([
      { sourcePort: 123, destinationPort: 1000, data: latin1('answer') },
    ]);
  });

  it('carries datagrams in fragments both ways', () => {
    const world = setup();
    const data = Uint8Array.from({ length: 60000 }, (_, i) => i);
    send(world, 1000, OUTSIDE, data);
    const [socket] = world.sockets.datagrams;
    expect(socket!.sent[0]!.bytes).toEqual(data);
    socket!.events.data(data, { address: OUTSIDE, port: 123 });
    world.settle();
    expect(udpOf(world.guest.packets[0]).data).toEqual(data);
  });

  it('forgets a port after two minutes of silence', () => {
    const world = setup();
    send(world, 1000);
    world.advance(seconds(119));
    send(world, 1000);
    world.advance(seconds(119));
    expect(world.slirp.open.udp).toBe(1);
    world.advance(seconds(2));
    expect(world.slirp.open.udp).toBe(0);
    expect(world.sockets.datagrams[0]!.closed).toBe(true);
  });

  it('the port used longest ago gives way to a new one', () => {
    const world = setup({ limits: { ...SLIRP_DEFAULTS.limits, udpPorts: 2 } });
    for (const port of [1, 2, 1, 3]) {
      send(world, port);
    }
    expect(world.sockets.datagrams.map(({ closed }) => closed)).toEqual([false, true, false]);
  });

  it('reaches the loopback by the gateway’s address when allowed, and answers come from there', () => {
    const world = setup({ hostLoopback: true });
    send(world, 1000, GATEWAY);
    const [socket] = world.sockets.datagrams;
    expect(socket!.sent[0]!.to).toEqual({ address: LOOPBACK, port: 123 });
    socket!.events.data(latin1('a'), { address: LOOPBACK, port: 123 });
    world.settle();
    expect(world.guest.packets[0]!.source).toBe(GATEWAY);
  });
});

describe('redirections', () => {
  const from = { address: LOOPBACK, port: 55555 };

  function redirected(options: Partial<SlirpOptions> = {}) {
    const world = setup({ redirections: parseRedirections('tcp:2222:22/udp:5353:53'), ...options });
    const stream = world.sockets.listeners[0]!.call(from)!;
    world.settle();
    return { ...world, stream };
  }

  it('are lists with ranges', () => {
    expect(parseRedirections('tcp:2222:22/udp:100:200:2')).toEqual([
      { protocol: 'tcp', hostPort: 2222, guestPort: 22 },
      { protocol: 'udp', hostPort: 100, guestPort: 200 },
      { protocol: 'udp', hostPort: 101, guestPort: 201 },
    ]);
    expect(parseRedirections('')).toEqual([]);
  });

  it.each([
    'tcp',
    'tcp:1',
    'icmp:1:1',
    'tcp:0:1',
    'tcp:1:65536',
    'tcp:65535:1:2',
    'tcp:1:1:0',
    'tcp:1:1/',
    'tcp:1:2/tcp:1:3',
    'tcp:1:1:999',
  ])('%s is refused with a reason', (text) => {
    expect(() => parseRedirections(text)).toThrow(RedirectionError);
  });

  it('call the guest, and carry both ways', () => {
    const { guest, settle, sockets, stream } = redirected();
    expect(sockets.listeners[0]!.on).toEqual({ address: LOOPBACK, port: 2222 });
    expect(guest.calls[0]).toMatchObject({
      local: { address: GUEST, port: 22 },
      remote: { address: GATEWAY },
    });
    expect(stream.paused).toBe(true);
    const user = new RecordingUser();
    user.connection = guest.calls[0]!.accept(user);
    settle();
    expect(stream.paused).toBe(false);
    stream.events!.data(latin1('to guest'));
    settle();
    expect(user.bytes()).toEqual(latin1('to guest'));
    user.connection.send(latin1('back'));
    settle();
    expect(stream.written).toEqual([latin1('back')]);
  });

  it('end when the guest refuses, and when it is not there', () => {
    const refused = redirected();
    refused.guest.calls[0]!.refuse();
    refused.settle();
    expect(refused.stream.aborted).toBe(true);
    const absent = setup({ redirections: parseRedirections('tcp:2222:22') });
    absent.guest.address = 0x0a000299;
    const stream = absent.sockets.listeners[0]!.call(from)!;
    absent.advance(seconds(100));
    expect(stream.aborted).toBe(true);
    expect(absent.slirp.drops.of('arp-unanswered')).toBeGreaterThan(0);
  });

  it('show a caller from elsewhere as it is', () => {
    const { guest, sockets, settle } = redirected({ listenAddress: 0 });
    sockets.listeners[0]!.call({ address: OUTSIDE, port: 7 });
    settle();
    expect(guest.calls[1]!.remote).toEqual({ address: OUTSIDE, port: 7 });
  });

  it('of UDP take datagrams from anybody and answer through the same socket', () => {
    const world = redirected();
    const [socket] = world.sockets.datagrams;
    expect(socket!.on).toEqual({ address: LOOPBACK, port: 5353 });
    socket!.events.data(latin1('q'), from);
    world.settle();
    const packet = world.guest.packets[0]!;
    expect(packet.source).toBe(GATEWAY);
    const { sourcePort } = udpOf(packet);
    world.guest.sendUdp(GATEWAY, { sourcePort: 53, destinationPort: sourcePort, data: latin1('a') });
    world.settle();
    expect(socket!.sent).toEqual([{ bytes: latin1('a'), to: from }]);
  });

  it('that cannot listen are reported', () => {
    const { sockets, problems } = redirected();
    sockets.listeners[0]!.failed('address in use');
    expect(problems).toEqual([
      'The redirection tcp:2222:22 cannot listen on 127.0.0.1:2222: address in use. Choose another host port.',
    ]);
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
