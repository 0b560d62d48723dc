/**
 * Starts the machine worker on Node. The bundle is one file for Node and browsers and expects the globals of a Web
 * Worker; a prelude of a few lines makes them from `parentPort`.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Request } from '../core/protocol/machine-protocol.ts';
import { createSpin } from '../core/protocol/adaptive-spin.ts';
import { messagesOf, postedRequest } from '../core/protocol/thread-messages.ts';
import type { MachinePort } from './adapter-host.ts';

// The bundle is a classic script, so it runs as one; listeners it adds while it is loading miss no message.
const PRELUDE = `
const { parentPort, receiveMessageOnPort, Worker: Thread, workerData } = require('node:worker_threads');
const port = workerData.port ?? parentPort;
const listeners = new Set();
globalThis.self = globalThis;
globalThis.name = workerData.name;
globalThis.location = { href: workerData.filename };
// The only script that it starts is its own.
globalThis.Worker = class {
  constructor(_href, { name }) {
    this.thread = new Thread(workerData.prelude, { eval: true, workerData: { ...workerData, name, port: undefined }, name });
    this.thread.on('message', (data) => this.onmessage?.({ data }));
    this.thread.on('error', () => this.onerror?.());
  }
  postMessage(message, transfer) {
    this.thread.postMessage(message, transfer);
  }
  terminate() {
    void this.thread.terminate();
  }
};
// An empty list costs as much as the message.
globalThis.postMessage = (message, transfer) =>
  transfer?.length > 0 ? port.postMessage(message, transfer) : port.postMessage(message);
globalThis.receiveMessage = () => receiveMessageOnPort(port);
globalThis.close = () => process.exit();
globalThis.addEventListener = (type, listener) => type === 'message' && listeners.add(listener);
globalThis.removeEventListener = (type, listener) => listeners.delete(listener);
require('node:vm').runInThisContext(workerData.source, { filename: workerData.filename });
port.on('message', (data) => {
  const event = { data };
  globalThis.onmessage?.(event);
  for (const listener of listeners) listener(event);
});
`;

/**
 * Starts a thread that runs the bundle, which knows by its name what it is to be.
 * @param port through which its messages go, instead of the thread's own
 */
export const startThread = (source: string, filename: string, name: string, port?: MessagePort): Worker =>
  new Worker(PRELUDE, {
    ...{ eval: true, workerData: { source, filename, name, prelude: PRELUDE, port }, name },
    ...(port && { transferList: [port] }),
  });

/** Milliseconds between two turns of the event loop in which an answer is spun for. */
const SPIN_MS = 1;
/** The same for one answer. */
const IDLE_MS = 0.3;

/** Starts a worker thread that runs the machine worker bundle `source`; `filename` names it in stack traces. */
export function createNodeMachineWorker(source: string, filename: string): MachinePort {
  const { port1: port, port2 } = new MessageChannel();
  const worker = startThread(source, filename, 'coLinux machine', port2);
  let ending = false;
  let receive: (message: unknown) => void = () => undefined;
  const spin = createSpin(
    () => {
      const received = receiveMessageOnPort(port) as { readonly message: unknown } | undefined;
      if (received) receive(received.message);
      return received !== undefined;
    },
    () => performance.now(),
  );
  /** What may still be spun before others have had their turn; whole again in the next one. */
  let left = SPIN_MS;
  const spinUntil = (done: () => boolean) => {
    if (left === SPIN_MS)
      setImmediate(() => {
        left = SPIN_MS;
      });
    const began = performance.now();
    if (left > 0) spin.until(done, { idle: IDLE_MS, most: left });
    left -= performance.now() - began;
  };
  return {
    post: (message, transfer = []) => {
      const posted = postedRequest(message as Request);
      const moved = transferable(transfer);
      // An empty list costs as much as the message.
      if (moved.length > 0) port.postMessage(posted, moved);
      else port.postMessage(posted);
    },
    onMessage: (listener) => {
      receive = (message) => listener(messagesOf(message));
      port.on('message', receive);
    },
    spinUntil,
    onError: (listener) => {
      worker.on('error', listener);
      worker.on('exit', (code) => {
        if (!ending && code === 0) listener(new Error('The machine worker ended unexpectedly.'));
      });
    },
    terminate: () => {
      ending = true;
      void worker.terminate();
    },
  };
}

/** Starts the machine worker of a folder of bundles. Rejects when it is not there. */
export async function createNodeMachineWorkerIn(dist: string): Promise<MachinePort> {
  const file = join(dist, 'machine-worker.js');
  if (!existsSync(file)) throw new Error(`The machine worker ${file} is missing: run "npm run build".`);
  return createNodeMachineWorker(await readFile(file, 'utf8'), file);
}

/** Shared memory is shared, never transferred. */
function transferable(buffers: readonly ArrayBufferLike[]): ArrayBuffer[] {
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
