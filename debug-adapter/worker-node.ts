/**
 * Starts the machine worker on Node. The bundle is one file for Node and browsers and expects the globals of a Web
 * Worker; a prelude of a few lines makes them from `parentPort`.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MachinePort } from './adapter-host.ts';

// The bundle is a classic script, so it runs as one; listeners it adds while it is loading miss no message.
const PRELUDE = `
const { parentPort, workerData } = require('node:worker_threads');
const listeners = new Set();
globalThis.self = globalThis;
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

/** Starts a worker thread that runs the machine worker bundle `source`; `filename` names it in stack traces. */
export function createNodeMachineWorker(source: string, filename: string): MachinePort {
  const worker = new Worker(PRELUDE, {
    eval: true,
    workerData: { source, filename },
    name: 'coLinux machine',
  });
  let ending = false;
  return {
    post: (message, transfer = []) => worker.postMessage(message, transferable(transfer)),
    onMessage: (listener) => void worker.on('message', listener),
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
