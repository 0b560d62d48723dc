/**
 * Starts the machine worker on Node. The bundle is one file for Node and browsers and expects the globals of a Web
 * Worker; a prelude of a few lines makes them from `parentPort`.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Request } from '../core/protocol/machine-protocol.ts';
import { messagesOf, postedRequest } from '../core/protocol/thread-messages.ts';
import type { MachinePort } from './adapter-host.ts';

// The bundle is a classic script, so it runs as one; listeners it adds while it is loading miss no message.
const PRELUDE = `
const { parentPort, Worker: Thread, workerData } = require('node:worker_threads');
const listeners = new Set();
globalThis.self = globalThis;
globalThis.name = workerData.name;
globalThis.location = { href: workerData.filename };
// The only script that it starts is its own.
globalThis.Worker = class {
  constructor(_href, { name }) {
    this.thread = new Thread(workerData.prelude, { eval: true, workerData: { ...workerData, name }, name });
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
globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
globalThis.close = () => process.exit();
globalThis.addEventListener = (type, listener) => type === 'message' && listeners.add(listener);
globalThis.removeEventListener = (type, listener) => listeners.delete(listener);
require('node:vm').runInThisContext(workerData.source, { filename: workerData.filename });
parentPort.on('message', (data) => {
  const event = { data };
  globalThis.onmessage?.(event);
  for (const listener of listeners) listener(event);
});
`;

/** Starts a thread that runs the bundle, which knows by its name what it is to be. */
export const startThread = (source: string, filename: string, name: string): Worker =>
  new Worker(PRELUDE, { eval: true, workerData: { source, filename, name, prelude: PRELUDE }, name });

/** Starts a worker thread that runs the machine worker bundle `source`; `filename` names it in stack traces. */
export function createNodeMachineWorker(source: string, filename: string): MachinePort {
  const worker = startThread(source, filename, 'coLinux machine');
  let ending = false;
  return {
    post: (message, transfer = []) =>
      worker.postMessage(postedRequest(message as Request), transferable(transfer)),
    onMessage: (listener) =>
      void worker.on('message', (message) => {
        listener(messagesOf(message));
      }),
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
