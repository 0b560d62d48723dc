/**
 * The other end of the machine's network cable: a user-mode network on Node's sockets, or a socket to another machine.
 * Frames for the guest wait here until the machine is between two runs.
 */
import type { Machine } from '../core/machine/machine.ts';
import { createSlirp } from '../core/net/slirp/slirp.ts';
import { Clock } from '../core/time/clock.ts';
import { nodeSockets } from '../platform/node/sockets.ts';
import { connectCable, listenForCable } from '../platform/node/socket-backend.ts';
import { openCapture } from './capture.ts';
import type { CableOption, SlirpOption } from './net-option.ts';

export interface Network {
  /** A frame of the guest: may be called while the machine runs. */
  send(frame: Uint8Array): void;
  /** Frames wait for the guest. */
  ready(): boolean;
  /** Lets what is due happen, and gives waiting frames to the machine. To be called between two runs. */
  give(): void;
  /** The tick at which something is due; Infinity when nothing is. */
  deadline(): number;
  close(): void;
}

/** The device at the far end of the cable. */
interface FarEnd {
  send(frame: Uint8Array): void;
  close(): void;
}

/** More frames than this that wait for the machine are lost, as on any wire. */
const MAX_WAITING = 4096;

/** @param arrived a frame waits now. @throws Problem */
export function openNetwork(
  option: SlirpOption | CableOption,
  machine: Machine,
  arrived: () => void,
  report: (text: string) => void,
): Network {
  const capture =
    option.capture === undefined
      ? undefined
      : openCapture(option.capture, machine.virtualNanoseconds, report);
  let waiting: Uint8Array[] = [];
  const transmit = (frame: Uint8Array) => {
    if (waiting.length >= MAX_WAITING) return;
    waiting.push(frame);
    arrived();
  };
  // Not the machine's own clock: that one's timers are part of a saved machine, and this network is not.
  const clock = new Clock(machine.cpu.now);
  const far =
    option.kind === 'slirp' ? slirp(option, clock, transmit, report) : cable(option, transmit, report);
  return {
    send(frame) {
      capture?.frame(frame, 'out');
      far.send(frame);
    },
    ready: () => waiting.length > 0,
    give() {
      clock.runDue();
      const frames = waiting;
      waiting = [];
      for (const frame of frames) {
        capture?.frame(frame, 'in');
        machine.outside.frame(0, frame);
      }
    },
    deadline: () => clock.nextDeadline(),
    close() {
      far.close();
      capture?.close();
    },
  };
}

function slirp(
  { redirections, hostLoopback, restrict }: SlirpOption,
  clock: Clock,
  transmit: (frame: Uint8Array) => void,
  report: (text: string) => void,
): FarEnd {
  const options = { redirections, hostLoopback, restrict };
  const network = createSlirp({ sockets: nodeSockets, clock, options, transmit, problem: report });
  return { send: network.receive, close: network.close };
}

function cable(
  { role, host, port }: CableOption,
  frame: (frame: Uint8Array) => void,
  report: (text: string) => void,
): FarEnd {
  let last: string | undefined;
  const plug = role === 'listen' ? listenForCable : connectCable;
  return plug(
    { host, port },
    {
      frame,
      connected() {
        last = undefined;
      },
      disconnected(reason) {
        if (reason !== last) report(`The network cable ${role}=${host}:${port} is out: ${reason}.`);
        last = reason;
      },
      failed(reason) {
        report(`The network cable cannot listen on ${host}:${port}: ${reason}. Choose another port.`);
      },
    },
  );
}
