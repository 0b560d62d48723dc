/**
 * Starts the machine worker on Node. The bundle is one file for Node and browsers and expects the globals of a Web
 * Worker; a prelude of a few lines makes them from `parentPort`.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Request } from '../core/protocol/machine-protocol.ts';
import { createSpin } from '../core/protocol/adaptive-spin.ts';
import { messagesOf, postedRequest } from '../core/protocol/thread-messages.ts';
import { COMPILER_NAME, MACHINE_NAME } from '../core/protocol/thread-names.ts';
import type { MachinePort } from './adapter-host.ts';
import { keptCode } from './kept-code-node.ts';

/** How long a thread runs until what the engine has compiled of the bundle is kept, in milliseconds: by then most has been called. */
const KEEP_AFTER_MS = 1000;

/**
 * From when on the engine's optimising compiler is to make machine code of WebAssembly anew, in bytes of the first compiler's that have run.
 * Node.js 20 has 1.8 million there, which is a fifth of a millisecond, and later ones 13. Optimising a translation takes tens of
 * milliseconds, and where both processors are busy the machine waits for that.
 */
const TIERING_BUDGET = 60_000_000;

let tieringBudget: number | undefined;

/**
 * The process is ours alone, so its engine may be told how to compile: in VS Code's, other extensions live too, and an engine whose switches are
 * frozen ends the process that turns one.
 */
export function ownProcess(): void {
  const isFrozen = process.execArgv.some((switched) => /^--freeze[-_]flags/.test(switched));
  if (!isFrozen && process.versions.electron === undefined) tieringBudget = TIERING_BUDGET;
}

// The bundle is a classic script, so it runs as one; listeners it adds while it is loading miss no message.
const PRELUDE = `
const { MessageChannel, parentPort, receiveMessageOnPort, Worker: Thread, workerData } = require('node:worker_threads');
const { Script } = require('node:vm');
const { setFlagsFromString } = require('node:v8');
const { name, source, filename, prelude, kept, keeper, tieringBudget } = workerData;
const port = workerData.port ?? parentPort;
// What is compiled from the first order on are translations: the machine's own modules are there, and are all hot.
if (tieringBudget && name === '${COMPILER_NAME}')
  port.once('message', () => setFlagsFromString('--wasm-tiering-budget=' + tieringBudget));
const listeners = new Set();
globalThis.self = globalThis;
globalThis.name = name;
globalThis.location = { href: filename };
// The only script that it starts is its own.
globalThis.Worker = class {
  constructor(_href, { name }) {
    const own = { ...workerData, name, port: undefined };
    if (keeper) {
      // A port belongs to one thread: what that one wants to be kept comes this way.
      const { port1, port2 } = new MessageChannel();
      port1.on('message', (compiled) => keeper.postMessage(compiled)).unref();
      own.keeper = port2;
    }
    this.thread = new Thread(prelude, { eval: true, workerData: own, transferList: own.keeper ? [own.keeper] : [], name });
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
const script = new Script(source, { filename, cachedData: kept?.[name] });
script.runInThisContext();
if (keeper && (!kept[name] || script.cachedDataRejected))
  setTimeout(() => keeper.postMessage({ name, code: script.createCachedData() }), ${KEEP_AFTER_MS}).unref();
port.on('message', (data) => {
  const event = { data };
  globalThis.onmessage?.(event);
  for (const listener of listeners) listener(event);
});
`;

interface ThreadOptions {
  /** Its messages go through it, instead of through the thread's own. */
  readonly port?: MessagePort;
  /** The folder where what the engine has compiled is kept for later threads; without it nothing is kept. */
  readonly codeFolder?: string | undefined;
}

/** What threads of the bundle have compiled before, by their names, and a port for what they will have. */
function openKept(source: string, filename: string, folder: string) {
  const files = new Map(
    [MACHINE_NAME, COMPILER_NAME].map((name) => {
      const file = `${basename(filename)}.${name.replaceAll(' ', '-')}.code`;
      return [name, keptCode(join(folder, file), source)];
    }),
  );
  const { port1, port2: keeper } = new MessageChannel();
  port1.on('message', ({ name, code }: { name: string; code: Uint8Array }) => {
    const file = files.get(name);
    // A thread that asks has not been able to use what is there.
    file?.refuse();
    file?.keep(code, KEEP_AFTER_MS);
  });
  port1.unref();
  return { kept: Object.fromEntries([...files].map(([name, { code }]) => [name, code])), keeper };
}

/** Starts a thread that runs the bundle, which knows by its name what it is to be. */
export function startThread(
  source: string,
  filename: string,
  name: string,
  { port, codeFolder }: ThreadOptions = {},
): Worker {
  const known = codeFolder === undefined ? undefined : openKept(source, filename, codeFolder);
  const transferList = [port, known?.keeper].filter((one) => one !== undefined);
  return new Worker(PRELUDE, {
    ...{ eval: true, name, transferList },
    workerData: { source, filename, name, prelude: PRELUDE, port, tieringBudget, ...known },
  });
}

/** Milliseconds between two turns of the event loop in which an answer is spun for. */
const SPIN_MS = 1;
/** The same for one answer. */
const IDLE_MS = 0.3;

/**
 * Starts a worker thread that runs the machine worker bundle `source`; `filename` names it in stack traces.
 * @param codeFolder see `ThreadOptions`
 */
export function createNodeMachineWorker(source: string, filename: string, codeFolder?: string): MachinePort {
  const { port1: port, port2 } = new MessageChannel();
  const worker = startThread(source, filename, MACHINE_NAME, { port: port2, codeFolder });
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

/** Starts the machine worker of a folder of bundles. Rejects when it is not there. @param codeFolder see `ThreadOptions` */
export async function createNodeMachineWorkerIn(dist: string, codeFolder?: string): Promise<MachinePort> {
  const file = join(dist, 'machine-worker.js');
  if (!existsSync(file)) throw new Error(`The machine worker ${file} is missing: run "npm run build".`);
  return createNodeMachineWorker(await readFile(file, 'utf8'), file, codeFolder);
}

/** Shared memory is shared, never transferred. */
function transferable(buffers: readonly ArrayBufferLike[]): ArrayBuffer[] {
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
