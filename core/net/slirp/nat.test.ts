import { describe, expect, it } from 'vitest';
import { createSlirpWorld as setup, GATEWAY, GUEST, icmpOf, OUTSIDE, udpOf } from '../testing/slirp-world.ts';
import { RecordingUser } from '../testing/tcp-pair.ts';
import { milliseconds, seconds } from '../timers.ts';
import { latin1 } from '../wire/bytes.ts';
import { LOOPBACK, SLIRP_DEFAULTS, type SlirpOptions } from './options.ts';
import { parseRedirections, RedirectionError } from './redirections.ts';

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
