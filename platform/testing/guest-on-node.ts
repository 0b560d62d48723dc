/*
 * Owns a network of tests on real sockets: the model guest on one end of the wire, Node's sockets on the other, in
 * real time.
 */

import type { Sockets } from '../../core/net/sockets.ts';
import type { SlirpOptions } from '../../core/net/slirp/options.ts';
import { createSlirp, type Slirp } from '../../core/net/slirp/slirp.ts';
import { ModelGuest } from '../../core/net/testing/model-guest.ts';
import { RecordingUser } from '../../core/net/testing/tcp-pair.ts';
import { createHostClock } from '../host-clock.ts';
import { nodeSockets } from '../node/sockets.ts';
import { tell } from '../../core/sentences/say.ts';

/** One direction of a wire: frames arrive in the next turn of the event loop. */
export function createWire(deliver: (frame: Uint8Array) => void): (frame: Uint8Array) => void {
  let queue: Uint8Array[] = [];
  return (frame) => {
    if (queue.length === 0) {
      setImmediate(() => {
        const frames = queue;
        queue = [];
        frames.forEach(deliver);
      });
    }
    queue.push(frame);
  };
}

export interface GuestOnNode {
  readonly guest: ModelGuest;
  readonly slirp: Slirp;
  readonly problems: string[];
  /** A connection of the guest. */
  call(address: number, port: number, user?: RecordingUser): RecordingUser;
}

export function createGuestOnNode(
  options: Partial<SlirpOptions> = {},
  sockets: Sockets = nodeSockets,
): GuestOnNode {
  const clock = createHostClock();
  const problems: string[] = [];
  let nextPort = 40000;
  const slirp = createSlirp({
    sockets,
    clock,
    options,
    transmit: createWire((frame) => {
      guest.receive(frame);
    }),
    problem: (sentence) => problems.push(tell(sentence)),
  });
  const guest = new ModelGuest(clock, createWire(slirp.receive));
  return {
    guest,
    slirp,
    problems,
    call: (address, port, user = new RecordingUser()) => {
      const local = { address: guest.address, port: nextPort++ };
      user.connection = guest.tcp.connect({ local, remote: { address, port } }, user);
      return user;
    },
  };
}

/** Waits until `condition` holds, or fails with `what` after so many seconds. */
export async function until(condition: () => boolean, what: string, limitSeconds = 20): Promise<void> {
  const end = performance.now() + limitSeconds * 1000;
  while (!condition()) {
    if (performance.now() > end) {
      throw new Error(`Waited ${limitSeconds} s for this: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
