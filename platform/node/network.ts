/*
 * Owns the other end of a network cable of the machine: a user-mode network on Node's sockets, a socket to another machine, a
 * TAP interface, or the Ethernet of the computer.
 */

import type { LoopbackEnd, NetworkEnd, SocketEnd } from '../../core/outside/ends.ts';
import { createSlirp } from '../../core/net/slirp/slirp.ts';
import type { NetClock } from '../../core/net/timers.ts';
import { NANOSECONDS_PER_TICK } from '../../core/time/clock.ts';
import { openBridge } from './bridge.ts';
import { openCapture } from './capture.ts';
import { connectCable, listenForCable } from './socket-backend.ts';
import { nodeSockets } from './sockets.ts';
import { openTap, tapHelper } from './tap-backend.ts';
import { type Said, say } from '../../core/sentences/say.ts';
import type { Report } from '../../core/outside/open-ends.ts';

/** What is at the far end of a cable. */
export interface FarEnd {
  send(frame: Uint8Array): void;
  close(): void;
}

/** What a far end tells. */
export interface FarEndEvents {
  /** A frame for the guest, which owns it then. */
  frame(frame: Uint8Array): void;
  report: Report;
}

/** An end that is outside of the machine. */
export type OutsideNetworkEnd = Exclude<NetworkEnd, LoopbackEnd>;

/** @param name of the unit in a capture. @param folder of this program. @throws EndError */
export function openNetwork(
  end: OutsideNetworkEnd,
  name: string,
  folder: string,
  clock: NetClock,
  events: FarEndEvents,
): FarEnd {
  if (end.capture === undefined) return openFarEnd(end, folder, clock, events);
  const now = () => clock.now() * NANOSECONDS_PER_TICK;
  const capture = openCapture(end.capture, name, now, events.report);
  const frame = (bytes: Uint8Array) => {
    capture.frame(bytes, 'in');
    events.frame(bytes);
  };
  try {
    const far = openFarEnd(end, folder, clock, { ...events, frame });
    return {
      send(bytes) {
        capture.frame(bytes, 'out');
        far.send(bytes);
      },
      close() {
        far.close();
        capture.close();
      },
    };
  } catch (error) {
    capture.close();
    throw error;
  }
}

function openFarEnd(end: OutsideNetworkEnd, folder: string, clock: NetClock, events: FarEndEvents): FarEnd {
  switch (end.kind) {
    case 'slirp': {
      const { redirections, hostLoopback, restrict } = end;
      const network = createSlirp({
        sockets: nodeSockets,
        clock,
        options: { redirections, hostLoopback, restrict },
        transmit: events.frame,
        problem: events.report,
      });
      return { send: network.receive, close: network.close };
    }
    case 'socket':
      return openCable(end, events);
    case 'tap':
      return openTap({
        helper: [tapHelper(folder)],
        name: end.name,
        frame: events.frame,
        failed(reason) {
          events.report(
            say`The TAP interface ${end.name} is gone, ${reason}; the guest goes on without a network.`,
          );
        },
      });
    case 'pcap-bridge':
    case 'ndis-bridge':
      return openBridge(end, folder, events);
  }
}

function openCable({ role, host, port }: SocketEnd, { frame, report }: FarEndEvents): FarEnd {
  let last: Said | undefined;
  const plug = role === 'listen' ? listenForCable : connectCable;
  return plug(
    { host, port },
    {
      frame,
      connected() {
        last = undefined;
      },
      disconnected(reason) {
        if (reason !== last) report(say`The network cable ${role}=${host}:${port} is out: ${reason}.`);
        last = reason;
      },
      failed(reason) {
        report(say`The network cable cannot listen on ${host}:${port}: ${reason}. Choose another port.`);
      },
    },
  );
}
