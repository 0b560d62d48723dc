/*
 * Owns the network of slirp's tests: the model guest on one end of the wire, a platform without any network behind
 * the gateway, and virtual time.
 */

import { createRandom } from '../../testing/random.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { isDrop } from '../drops.ts';
import type { SlirpOptions } from '../slirp/options.ts';
import { createSlirp } from '../slirp/slirp.ts';
import { milliseconds } from '../timers.ts';
import { latin1 } from '../wire/bytes.ts';
import { parseIcmp, type IcmpMessage } from '../wire/icmp.ts';
import type { Ipv4Packet } from '../wire/ipv4.ts';
import { parseUdp, type UdpDatagram } from '../wire/udp.ts';
import { FakeSockets } from './fake-sockets.ts';
import { createLossyLink, PERFECT } from './lossy-link.ts';
import { ModelGuest } from './model-guest.ts';
import { RecordingUser } from './tcp-pair.ts';
import { tell } from '../../sentences/say.ts';

export const GATEWAY = 0x0a000202;
export const DNS = 0x0a000203;
export const GUEST = 0x0a00020f;
export const OUTSIDE = 0x5db8d822;

/** A guest behind a gateway, with what differs from the default options. */
export function createSlirpWorld(options: Partial<SlirpOptions> = {}) {
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
    problem: (sentence) => problems.push(tell(sentence)),
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

/** The ICMP message in a packet; throws when there is none. */
export function icmpOf(packet: Ipv4Packet | undefined): IcmpMessage {
  const message = parseIcmp(packet?.payload ?? new Uint8Array());
  if (isDrop(message)) {
    throw new Error(message);
  }
  return message;
}

/** The datagram in a packet; throws when there is none. */
export function udpOf(packet: Ipv4Packet | undefined): UdpDatagram {
  const datagram = packet === undefined ? 'udp-short' : parseUdp(packet);
  if (isDrop(datagram)) {
    throw new Error(datagram);
  }
  return datagram;
}

/** An echo request. */
export const echo = { type: 8, code: 0, rest: Uint8Array.of(0, 1, 0, 2), data: latin1('hello') };
