/**
 * Starts the machine worker in a browser. The bundle comes as text, because the place it is stored in (an extension
 * on a server, a virtual file system) is not always one that a worker may be loaded from; a blob always is.
 */

import type { Request } from '../core/protocol/machine-protocol.ts';
import { messagesOf, postedRequest } from '../core/protocol/thread-messages.ts';
import { MACHINE_NAME } from '../core/protocol/thread-names.ts';
import type { MachinePort } from './adapter-host.ts';

/** Starts a Web Worker that runs the machine worker bundle `source`. */
export function createWebMachineWorker(source: string): MachinePort {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: MACHINE_NAME });
  return {
    post: (message, transfer = []) =>
      worker.postMessage(
        postedRequest(message as Request),
        transfer.filter((buffer) => buffer instanceof ArrayBuffer),
      ),
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(messagesOf(event.data))),
    onError: (listener) =>
      worker.addEventListener('error', (event) =>
        listener(new Error(event.message || 'The machine worker could not be loaded.')),
      ),
    terminate: () => {
      worker.terminate();
      // Not sooner: it starts workers of the same bundle.
      URL.revokeObjectURL(url);
    },
  };
}
