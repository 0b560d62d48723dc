import { describe, expect, it } from 'vitest';
import {
  createSlirpWorld as setup,
  DNS,
  echo,
  GATEWAY,
  GUEST,
  icmpOf,
  OUTSIDE,
  udpOf,
} from '../testing/slirp-world.ts';
import { get16, get32, latin1 } from '../wire/bytes.ts';
import { SLIRP_DEFAULTS } from './options.ts';

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
