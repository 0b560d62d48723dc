/**
 * The door between the devices of a machine and what is outside of it. Requests and output leave through
 * `DeviceOutputs`. Answers and input come in through the input log, each with the tick of its delivery, so that a run is
 * still a function of its inputs and a replay needs nobody to answer. Nothing here looks at who is outside.
 */
import type { BlockBackend, BlockOperation, BlockOutcome } from '../devices/virtio/block-backend.ts';
import type { NetBackend } from '../devices/virtio/net-backend.ts';
import type { NinePBackend, Virtio9p } from '../devices/virtio/virtio-9p.ts';
import type { VirtioBlk } from '../devices/virtio/virtio-blk.ts';
import type { VirtioConsole } from '../devices/virtio/virtio-console.ts';
import type { VirtioNet } from '../devices/virtio/virtio-net.ts';
import type { InputLog } from '../time/input-log.ts';
import type { Traffic } from './traffic.ts';

/** What leaves a machine by its devices. Buffers belong to the receiver. */
export interface DeviceOutputs {
  /** To be answered by `Outside.completeBlock`. Ids are unique for each disk. */
  block(disk: number, id: number, operation: BlockOperation): void;
  frame(network: number, bytes: Uint8Array): void;
  console(port: number, bytes: Uint8Array): void;
  /** To be answered by `Outside.completeShare` with at most `room` bytes. Ids are unique for each share. */
  share(share: number, id: number, message: Uint8Array, room: number): void;
}

/**
 * What gets in. Everything may be called between two runs of the machine only.
 * @throws InputLogError when there is no such device, or while a recording is replayed.
 */
export interface Outside {
  completeBlock(disk: number, id: number, outcome: BlockOutcome): void;
  frame(network: number, bytes: Uint8Array): void;
  link(network: number, up: boolean): void;
  consoleInput(port: number, bytes: Uint8Array): void;
  consoleSize(columns: number, rows: number): void;
  completeShare(share: number, id: number, answer: Uint8Array): void;
  /** Requests that wait for an answer. */
  outstanding(): number;
}

/** The models that can be reached from outside. */
export interface OutsideModels {
  readonly disks: readonly VirtioBlk[];
  readonly networks: readonly VirtioNet[];
  readonly console: VirtioConsole | undefined;
  readonly shares: readonly Virtio9p[];
}

const NOTHING = new Uint8Array(0);
const stateless = { save: () => null, restore: () => undefined };

/** A disk that somebody outside holds. */
export function outsideDisk(
  sectors: number,
  readOnly: boolean,
  ask: (id: number, operation: BlockOperation) => void,
): BlockBackend {
  return {
    sectors,
    readOnly,
    submit(id, operation) {
      ask(id, operation);
      return undefined;
    },
    ...stateless,
  };
}

/** A cable whose other end is outside. */
export function outsideNet(send: (frame: Uint8Array) => void): NetBackend {
  return { attach: () => undefined, send, ...stateless };
}

/** A 9P server outside. */
export function outsideShare(ask: (id: number, message: Uint8Array, room: number) => void): NinePBackend {
  return {
    request(id, message, room) {
      ask(id, message, room);
      return undefined;
    },
    ...stateless,
  };
}

/** A little-endian number in front of bytes. */
function tagged(tag: number, bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(4 + bytes.length);
  new DataView(payload.buffer).setUint32(0, tag, true);
  payload.set(bytes, 4);
  return payload;
}

/** Names the receivers in the input log. A payload that is too short (of a damaged recording) is ignored. */
export function createOutside(inputs: InputLog, models: OutsideModels, traffic: Traffic): Outside {
  const register = (channel: string, least: number, deliver: (view: DataView, bytes: Uint8Array) => void) => {
    inputs.register(channel, (payload) => {
      if (payload.length >= least)
        deliver(new DataView(payload.buffer, payload.byteOffset, payload.length), payload);
    });
  };
  models.disks.forEach((disk, n) => {
    register(`disk${n}`, 5, (view, bytes) => {
      const id = view.getUint32(0, true);
      const ok = view.getUint8(4) !== 0;
      const outcome: BlockOutcome = ok ? { ok, data: bytes.subarray(5) } : { ok };
      traffic.diskAnswer(disk.name, id, outcome);
      disk.complete(id, outcome);
    });
  });
  models.networks.forEach((net, n) => {
    register(`net${n}`, 0, (_view, bytes) => {
      traffic.frame(net.name, bytes);
      net.deliver(bytes);
    });
    register(`net${n}.link`, 1, (view) => {
      net.setLink(view.getUint8(0) !== 0);
    });
  });
  const { console } = models;
  if (console) {
    register('console', 4, (view, bytes) => {
      console.receive(view.getUint32(0, true), bytes.subarray(4));
    });
    register('console.size', 4, (view) => {
      console.resize(view.getUint16(0, true), view.getUint16(2, true));
    });
  }
  models.shares.forEach((share, n) => {
    register(`share${n}`, 4, (view, bytes) => {
      const [id, answer] = [view.getUint32(0, true), bytes.subarray(4)];
      traffic.shareAnswer(share.name, id, answer);
      share.complete(id, answer);
    });
  });

  return {
    completeBlock(disk, id, outcome) {
      // Disks read much: one buffer, not one for each part.
      const data = outcome.ok ? (outcome.data ?? NOTHING) : NOTHING;
      const payload = new Uint8Array(5 + data.length);
      new DataView(payload.buffer).setUint32(0, id, true);
      payload[4] = outcome.ok ? 1 : 0;
      payload.set(data, 5);
      inputs.inject(`disk${disk}`, payload);
    },
    frame(network, bytes) {
      inputs.inject(`net${network}`, bytes);
    },
    link(network, up) {
      inputs.inject(`net${network}.link`, Uint8Array.of(up ? 1 : 0));
    },
    consoleInput(port, bytes) {
      inputs.inject('console', tagged(port, bytes));
    },
    consoleSize(columns, rows) {
      inputs.inject('console.size', Uint8Array.of(columns, columns >> 8, rows, rows >> 8));
    },
    completeShare(share, id, answer) {
      inputs.inject(`share${share}`, tagged(id, answer));
    },
    outstanding: () =>
      [...models.disks, ...models.shares].reduce((sum, { outstanding }) => sum + outstanding, 0),
  };
}
