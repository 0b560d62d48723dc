/**
 * Entry of the machine worker: connects the server to the globals of a Web Worker. On Node a prelude supplies the same
 * globals, so one bundle serves both.
 */
import { createMachineServer } from './server.ts';

/** The part of a dedicated worker's global scope that is used here. */
interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

/** Messages that have arrived are handled before a message that is posted now: a yield without a timer's delay. */
const channel = new MessageChannel();
const pending: (() => void)[] = [];
channel.port1.onmessage = () => {
  pending.shift()?.();
};

const server = createMachineServer({
  post(message, transfer) {
    scope.postMessage(message, transfer);
  },
  now: () => performance.now(),
  yield(callback) {
    pending.push(callback);
    channel.port2.postMessage(null);
  },
  sleep(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
});
scope.addEventListener('message', ({ data }) => {
  server.receive(data);
});
