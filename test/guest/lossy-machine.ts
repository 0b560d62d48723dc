/*
 * Owns the machine of tests of the guest's TCP: `unix-guest` behind slirp, over a wire that loses, doubles and reorders frames, in virtual
 * time and by a seeded generator.
 */
import { createSlirp } from '../../core/net/slirp/slirp.ts';
import { createLossyLink, type LinkFaults } from '../../core/net/testing/lossy-link.ts';
import { createRandom } from '../../core/testing/random.ts';
import { Clock } from '../../core/time/clock.ts';
import { nodeSockets } from '../../platform/node/sockets.ts';
import { createHost } from '../host/host-machine.ts';

const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const SLICE_MS = 0.5;
const LONGEST_MS = 600_000;

const turn = () => new Promise<void>((done) => setImmediate(done));

/** @param module the guest with its words; returns what the machine prints. */
export async function runOverLossyWire(module: string, faults: LinkFaults, seed: number): Promise<string> {
  let arrived: Uint8Array[] = [];
  const host = createHost([`${module} eth0=net0`], '', 64, undefined, {
    devices: { networks: [{ kind: 'outside', mac: MAC }] },
    outputs: {
      block: () => undefined,
      console: () => undefined,
      share: () => undefined,
      frame(_network, bytes) {
        up(bytes);
      },
    },
  });
  const clock = new Clock(host.machine.cpu.now);
  const random = createRandom(seed);
  const down = createLossyLink<Uint8Array>(clock, 'down', faults, random, (frame) => arrived.push(frame));
  const up = createLossyLink<Uint8Array>(clock, 'up', faults, random, (frame) => {
    slirp.receive(frame);
  });
  const slirp = createSlirp({
    clock,
    sockets: nodeSockets,
    options: { hostLoopback: true },
    transmit: down,
    problem: () => undefined,
  });
  try {
    for (let now = 0; host.run(SLICE_MS) === undefined; now += SLICE_MS) {
      if (now > LONGEST_MS) throw new Error(`The guest does not end:\n${host.com1()}`);
      await turn();
      clock.runDue();
      const frames = arrived;
      arrived = [];
      for (const frame of frames) host.machine.outside.frame(0, frame);
    }
    return host.com1();
  } finally {
    slirp.close();
  }
}
