/**
 * The record of what passes between devices and their other ends: always on, bounded in number and in bytes. It stands at the
 * backends of devices, inside and outside of the machine alike, and sees what the input log sees: the record of a run is a
 * function of its inputs, as the run is. It changes nothing of it.
 */
import type { BlockBackend, BlockOperation, BlockOutcome } from '../devices/virtio/block-backend.ts';
import { SECTOR } from '../devices/virtio/block-backend.ts';
import type { NetBackend } from '../devices/virtio/net-backend.ts';
import type { NinePBackend } from '../devices/virtio/virtio-9p.ts';
import { describeFrame } from '../net/describe.ts';
import { PcapngWriter } from '../net/pcapng.ts';
import { describeRequest, errorOf, FidPaths } from '../ninep/describe.ts';
import type { TrafficItem, TrafficRecord } from '../protocol/traffic-protocol.ts';
import { Recent } from './recent.ts';

/** Of all that passes, and of frames alone. */
const RECORDS = 4096;
const MAX_BYTES = 4 << 20;
/** Requests that wait: a guest that resets a device gives up those that it had, and nobody answers them. */
const MAX_WAITING = 1024;
/** Of a message of a share that waits: the longest names of a walk. */
const MESSAGE_HEAD = 4352;

/** When it is. */
export interface TrafficClock {
  instructions(): number;
  nanoseconds(): number;
}

export interface Traffic {
  /** The same backends, seen. */
  disk(device: string, backend: BlockBackend): BlockBackend;
  network(device: string, backend: NetBackend): NetBackend;
  share(device: string, backend: NinePBackend): NinePBackend;
  /** Answers from outside. */
  diskAnswer(device: string, id: number, outcome: BlockOutcome): void;
  shareAnswer(device: string, id: number, answer: Uint8Array): void;
  /** A frame for the guest, from outside. */
  frame(device: string, bytes: Uint8Array): void;
  /** How many are over: the sequence number of the next one. */
  count(): number;
  /** At most `most` from sequence number `first` on, or what is left of them. */
  since(first: number, most: number): TrafficRecord[];
  /** Requests without an answer, the oldest first. */
  waiting(): TrafficItem[];
  /** The frames that are kept, as a file in pcapng. */
  capture(): { readonly bytes: Uint8Array; readonly packets: number };
}

type Request = Omit<TrafficItem, 'direction'>;
interface Waiting {
  readonly request: Request;
  /** Of a share: its beginning. */
  readonly message?: Uint8Array;
}
interface Frame {
  readonly device: string;
  readonly direction: 'in' | 'out';
  readonly beganNs: number;
  readonly frame: Uint8Array;
}
/** Frames are put in words when somebody looks. */
type Kept = (Request | Frame) & {
  readonly instructions: number;
  readonly endedNs: number;
  readonly error?: string;
};

export function createTraffic(clock: TrafficClock): Traffic {
  const records = new Recent<Kept>(RECORDS, MAX_BYTES);
  /** On their own: a folder that is busy does not take the packets away. */
  const frames = new Recent<Frame>(RECORDS, MAX_BYTES);
  /** By device and id, in the order of their beginnings. */
  const open = new Map<string, Waiting>();
  const pathsOfShares = new Map<string, FidPaths>();

  function keep(item: Request | Frame, error?: string): void {
    const ended = { instructions: clock.instructions(), endedNs: clock.nanoseconds() };
    const size = 'frame' in item ? item.frame.length : 0;
    records.push({ ...item, ...ended, ...(error !== undefined && { error }) }, size);
    if ('frame' in item) frames.push(item, size);
  }

  const keyOf = (device: string, id: number): string => `${device} ${id}`;
  function begin(id: number, request: Omit<Request, 'beganNs'>, message?: Uint8Array): void {
    const [first] = open.keys();
    if (open.size >= MAX_WAITING && first !== undefined) open.delete(first);
    open.set(keyOf(request.device, id), {
      request: { ...request, beganNs: clock.nanoseconds() },
      ...(message && { message: message.slice(0, MESSAGE_HEAD) }),
    });
  }
  function end(device: string, id: number, error: string | undefined): Waiting | undefined {
    const waiting = open.get(keyOf(device, id));
    if (!waiting) return undefined;
    open.delete(keyOf(device, id));
    keep(waiting.request, error);
    return waiting;
  }

  function diskAnswer(device: string, id: number, { ok }: BlockOutcome): void {
    end(device, id, ok ? undefined : 'error');
  }
  const pathsOf = (device: string): FidPaths => {
    const paths = pathsOfShares.get(device) ?? new FidPaths();
    pathsOfShares.set(device, paths);
    return paths;
  };
  function shareAnswer(device: string, id: number, answer: Uint8Array): void {
    const message = end(device, id, errorOf(answer))?.message;
    if (message) pathsOf(device).learn(message, answer);
  }
  function frame(device: string, direction: 'in' | 'out', content: Uint8Array): void {
    keep({ device, direction, beganNs: clock.nanoseconds(), frame: content.slice() });
  }

  return {
    disk: (device, backend) => ({
      sectors: backend.sectors,
      readOnly: backend.readOnly,
      submit(id, operation) {
        begin(id, { device, kind: 'disk', ...describeOperation(operation) });
        const outcome = backend.submit(id, operation);
        if (outcome) diskAnswer(device, id, outcome);
        return outcome;
      },
      save: () => backend.save(),
      restore: (state) => backend.restore(state),
    }),
    network: (device, backend) => ({
      attach: (deliver) =>
        backend.attach((content) => {
          frame(device, 'in', content);
          deliver(content);
        }),
      send(content) {
        frame(device, 'out', content);
        backend.send(content);
      },
      save: () => backend.save(),
      restore: (state) => backend.restore(state),
    }),
    share: (device, backend) => ({
      request(id, message, room) {
        begin(id, { device, kind: 'share', ...describeRequest(message, pathsOf(device)) }, message);
        const answer = backend.request(id, message, room);
        if (answer) shareAnswer(device, id, answer);
        return answer;
      },
      save: () => backend.save(),
      restore: (state) => backend.restore(state),
    }),
    diskAnswer,
    shareAnswer,
    frame: (device, content) => frame(device, 'in', content),
    count: () => records.count,
    since: (first, most) => records.since(first, most).map(({ item, number }) => recordOf(item, number)),
    waiting: () => [...open.values()].map(({ request }) => request),
    capture() {
      const kept = frames.since(0).map(({ item }) => item);
      return { bytes: captureOf(kept), packets: kept.length };
    },
  };
}

function recordOf({ instructions, endedNs, error, ...item }: Kept, sequence: number): TrafficRecord {
  return {
    ...('frame' in item ? wordsOf(item) : item),
    ...{ sequence, instructions, tookNs: endedNs - item.beganNs },
    ...(error !== undefined && { error }),
  };
}

function wordsOf({ device, direction, beganNs, frame }: Frame): TrafficItem {
  const { protocol, text } = describeFrame(frame);
  return { device, kind: 'network', operation: protocol, text, bytes: frame.length, direction, beganNs };
}

function describeOperation(operation: BlockOperation): Pick<Request, 'operation' | 'text' | 'bytes'> {
  const { kind } = operation;
  if (kind === 'flush') return { operation: kind, text: '', bytes: 0 };
  const count = kind === 'write' ? operation.data.length / SECTOR : operation.count;
  return {
    operation: kind,
    text: `${count} sector${count === 1 ? '' : 's'} at ${operation.sector}`,
    bytes: count * SECTOR,
  };
}

function captureOf(frames: readonly Frame[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  const networks = [...new Set(frames.map(({ device }) => device))].sort();
  const writer = new PcapngWriter(networks, (block) => blocks.push(block));
  for (const { device, direction, beganNs, frame } of frames)
    writer.packet(networks.indexOf(device), beganNs, frame, direction);
  const file = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.length;
  }
  return file;
}
