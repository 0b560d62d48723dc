import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RecordingUser } from '../../core/net/testing/tcp-pair.ts';
import { parseRedirections } from '../../core/net/slirp/redirections.ts';
import { get16, get32, latin1 } from '../../core/net/wire/bytes.ts';
import { parseUdp, type UdpDatagram } from '../../core/net/wire/udp.ts';
import { createGuestOnNode, until, type GuestOnNode } from '../testing/guest-on-node.ts';
import { hashOf, pattern } from '../testing/pattern.ts';
import { freePort, refusingPort } from '../testing/ports.ts';
import { nodeSockets } from './sockets.ts';

const GATEWAY = 0x0a000202;
const DNS = 0x0a000203;
const MEBIBYTE = 2 ** 20;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) {
    clean();
  }
});

function network(...args: Parameters<typeof createGuestOnNode>): GuestOnNode {
  const world = createGuestOnNode(...args);
  cleanups.push(() => {
    world.slirp.close();
  });
  return world;
}

async function server(
  onConnection: (socket: Socket) => void,
  port = 0,
): Promise<{ server: Server; port: number }> {
  const listening = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  listening.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  cleanups.push(() => listening.close());
  return { server: listening, port: (listening.address() as AddressInfo).port };
}

/** A user that only hashes what it reads. */
class HashingUser extends RecordingUser {
  readonly hash = createHash('sha256');
  count = 0;

  override readAll(): void {
    const data = this.connection!.read();
    this.count += data.length;
    this.hash.update(data);
  }
}

describe('slirp on Node: TCP', () => {
  it('64 MiB arrive at a server and come back, whole', { timeout: 180_000 }, async () => {
    const size = 64 * MEBIBYTE;
    const received = createHash('sha256');
    let count = 0;
    const { port } = await server((socket) => {
      socket.on('data', (bytes) => {
        received.update(bytes);
        count += bytes.length;
      });
      socket.pipe(socket);
    });
    const { call } = network({ hostLoopback: true });
    const user = call(GATEWAY, port, new HashingUser()) as HashingUser;
    const data = pattern(size);
    let sent = 0;
    const more = (): void => {
      sent += user.connection!.send(data.subarray(sent));
      if (sent === size) {
        user.onWritable = undefined;
        user.connection!.finish();
      }
    };
    user.onWritable = more;
    await until(() => user.heard.includes('established'), 'the connection');
    more();
    await until(() => user.ended, 'the end of the echo', 170);
    const expected = hashOf(data);
    expect([count, user.count]).toEqual([size, size]);
    expect(received.digest('hex')).toBe(expected);
    expect(user.hash.digest('hex')).toBe(expected);
  });

  it('a server that finishes first still receives, and a guest that finishes first too', async () => {
    const heard: string[] = [];
    const { port } = await server((socket) => {
      socket.end('bye');
      socket.on('data', (bytes) => heard.push(bytes.toString()));
      socket.on('end', () => heard.push('end'));
    });
    const { call } = network({ hostLoopback: true });
    const user = call(GATEWAY, port);
    await until(() => user.ended, 'the end');
    expect(user.bytes()).toEqual(latin1('bye'));
    user.connection!.send(latin1('still here'));
    user.connection!.finish();
    await until(() => heard.includes('end'), 'the end at the server');
    expect(heard.join('')).toBe('still hereend');
  });

  it('a closed port refuses, a reset resets', async () => {
    const closed = await refusingPort();
    cleanups.push(closed.release);
    const { port } = await server((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const { call } = network({ hostLoopback: true });
    const refused = call(GATEWAY, closed.port);
    const reset = call(GATEWAY, port);
    reset.connection!.send(latin1('reset me'));
    await until(() => refused.reason !== undefined, 'the end of the refused call');
    await until(() => reset.reason !== undefined, 'the end of the call that is reset');
    expect([refused.reason, reset.reason]).toEqual(['refused', 'reset']);
  });

  it('a guest’s reset reaches the server', async () => {
    let failure = '';
    const { port } = await server((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code ?? ''));
      socket.resume();
    });
    const { call } = network({ hostLoopback: true });
    const user = call(GATEWAY, port);
    await until(() => user.heard.includes('established'), 'the connection');
    user.connection!.abort();
    await until(() => failure !== '', 'the error');
    expect(failure).toBe('ECONNRESET');
  });

  it('a server on the loopback is out of reach by default, by every address', async () => {
    let calls = 0;
    const { port } = await server(() => calls++);
    const { call, guest } = network();
    const user = call(GATEWAY, port);
    call(0x7f000001, port);
    call(0x00000000, port);
    await until(() => user.reason !== undefined && guest.packets.length === 2, 'the refusals');
    expect(user.reason).toBe('refused');
    expect(calls).toBe(0);
  });

  it('a server that does not read makes the guest wait', async () => {
    const { port } = await server((socket) => socket.pause());
    const { call } = network({ hostLoopback: true });
    const user = call(GATEWAY, port);
    await until(() => user.heard.includes('established'), 'the connection');
    let sent = 0;
    for (let quiet = 0; quiet < 20;) {
      const taken = user.connection!.send(new Uint8Array(65536));
      sent += taken;
      quiet = taken === 0 ? quiet + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // The kernel's own buffers for the loopback are a few MiB; without back-pressure this would never end.
    expect(sent).toBeLessThan(32 * MEBIBYTE);
    expect(user.reason).toBeUndefined();
  });
});

describe('slirp on Node: redirections', () => {
  it('of TCP reach the guest', async () => {
    const port = await freePort();
    const { guest } = network({ redirections: parseRedirections(`tcp:${port}:22`) });
    const client = connect(port, '127.0.0.1');
    cleanups.push(() => client.destroy());
    client.end('hello guest');
    const answer: Buffer[] = [];
    client.on('data', (bytes) => answer.push(bytes));
    await until(() => guest.calls.length === 1, 'the call');
    const user = new RecordingUser();
    user.connection = guest.calls[0]!.accept(user);
    await until(() => user.ended, 'the end');
    expect(user.bytes()).toEqual(latin1('hello guest'));
    user.connection.send(latin1('hello host'));
    user.connection.finish();
    await once(client, 'close');
    expect(Buffer.concat(answer).toString()).toBe('hello host');
  });

  it('of UDP reach the guest', async () => {
    const port = await freePort();
    const { guest } = network({ redirections: parseRedirections(`udp:${port}:53`) });
    const client = createSocket('udp4');
    cleanups.push(() => client.close());
    client.send('question', port, '127.0.0.1');
    await until(() => guest.packets.length === 1, 'the datagram');
    const { sourcePort, data } = parseUdp(guest.packets[0]!) as UdpDatagram;
    expect(data).toEqual(latin1('question'));
    guest.sendUdp(GATEWAY, { sourcePort: 53, destinationPort: sourcePort, data: latin1('answer') });
    const [bytes] = (await once(client, 'message')) as [Buffer];
    expect(bytes.toString()).toBe('answer');
  });

  it('to a port in use are reported', async () => {
    const { port } = await server(() => undefined);
    const { problems } = network({ redirections: parseRedirections(`tcp:${port}:22`) });
    await until(() => problems.length === 1, 'the report');
    expect(problems[0]).toContain(`127.0.0.1:${port}: another program uses this port.`);
  });
});

describe('slirp on Node: UDP, names and echo', () => {
  it('datagrams go to a server and back', async () => {
    const echo = createSocket('udp4');
    echo.on('message', (bytes, { address, port }) => {
      echo.send(`${bytes.toString()}!`, port, address);
    });
    echo.bind(0, '127.0.0.1');
    await once(echo, 'listening');
    cleanups.push(() => echo.close());
    const { guest } = network({ hostLoopback: true });
    const destinationPort = echo.address().port;
    guest.sendUdp(GATEWAY, { sourcePort: 9, destinationPort, data: latin1('echo') });
    await until(() => guest.packets.length === 1, 'the answer');
    expect(guest.packets[0]!.source).toBe(GATEWAY);
    expect((parseUdp(guest.packets[0]!) as UdpDatagram).data).toEqual(latin1('echo!'));
  });

  async function ask(world: GuestOnNode, name: string, type: number): Promise<Uint8Array> {
    const labels = name.split('.').flatMap((label) => [label.length, ...latin1(label)]);
    const data = Uint8Array.of(0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1);
    const before = world.guest.packets.length;
    world.guest.sendUdp(DNS, { sourcePort: 5000, destinationPort: 53, data });
    await until(() => world.guest.packets.length > before, `the address of ${name}`, 40);
    return (parseUdp(world.guest.packets[before]!) as UdpDatagram).data;
  }

  it('names of the hosts file are found', async () => {
    const data = await ask(network(), 'localhost', 1);
    expect([data[3]! & 15, get16(data, 6)]).toEqual([0, 1]);
    expect(get32(data, data.length - 4)).toBe(0x7f000001);
  });

  it('a name that cannot exist is not found, or nobody could say', async () => {
    const data = await ask(network(), 'no-such-name.invalid', 1);
    expect([2, 3]).toContain(data[3]! & 15);
    expect(get16(data, 6)).toBe(0);
  });

  it('a name that turns into the loopback gains nothing: the address is what is judged', async () => {
    let calls = 0;
    const { port } = await server(() => calls++);
    const world = network(
      {},
      { ...nodeSockets, resolve: (_lookup, answer) => setImmediate(answer, ['127.0.0.1']) },
    );
    const data = await ask(world, 'rebind.example', 1);
    expect(get32(data, data.length - 4)).toBe(0x7f000001);
    const before = world.guest.packets.length;
    world.call(get32(data, data.length - 4), port);
    await until(() => world.guest.packets.length > before, 'the refusal');
    expect(calls).toBe(0);
  });
});
