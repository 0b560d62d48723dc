/**
 * Entry of the machine worker, and of the worker that compiles for it: connects the server to the globals of a Web Worker. On Node a
 * prelude supplies the same globals, so one bundle serves both.
 */
import { createBackgroundCompiler } from '../jit/compiler.ts';
import { type CompilerScope, type OwnWorker, serveCompiler, startCompilerThread } from './compiler-thread.ts';
import { createSpin } from '../protocol/adaptive-spin.ts';
import { postedMessage, requestOf } from '../protocol/thread-messages.ts';
import { COMPILER_NAME } from '../protocol/thread-names.ts';
import { createMachineServer } from './server.ts';

/** The part of a dedicated worker's global scope that is used here. */
interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  readonly name: string;
  readonly location: { readonly href: string };
  readonly Worker: new (url: string, options: { readonly name: string }) => OwnWorker;
}
const scope = globalThis as unknown as WorkerScope;

/** What Node has and browsers have not. */
const { setImmediate, receiveMessage } = globalThis as {
  /** Calls back in the next round of the event loop. */
  setImmediate?: (callback: () => void) => void;
  /** The first message that has arrived and waits for the event loop. */
  receiveMessage?: () => { readonly message: unknown } | undefined;
};

/**
 * Messages that have arrived are handled before `callback`: a yield without a timer's delay. In browsers a message to
 * ourselves queues up behind them. Node empties a port before it looks at the next, so there such a message would
 * go first, a thousand times over.
 */
const channel = new MessageChannel();
const pending: (() => void)[] = [];
channel.port1.onmessage = () => {
  pending.shift()?.();
};
function yieldTo(callback: () => void): void {
  if (setImmediate) {
    setImmediate(callback);
    return;
  }
  pending.push(callback);
  channel.port2.postMessage(null);
}

/** A client that has seen a stop mostly asks within this time, in milliseconds, and is answered at once. Others have their turn after `most`. */
const SPIN = { idle: 0.3, most: 8 };

function serveMachine(): void {
  const server = createMachineServer({
    compiler: createBackgroundCompiler((onAnswer, onFailure) =>
      startCompilerThread(
        () => new scope.Worker(scope.location.href, { name: COMPILER_NAME }),
        onAnswer,
        onFailure,
      ),
    ),
    post(message, transfer) {
      scope.postMessage(postedMessage(message), transfer);
    },
    now: () => performance.now(),
    yield: (callback) => {
      yieldTo(() => {
        callback();
        linger();
      });
    },
    sleep(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => {
        clearTimeout(timer);
      };
    },
  });
  const spin = createSpin(
    () => {
      const received = receiveMessage?.();
      if (received) server.receive(requestOf(received.message));
      return received !== undefined;
    },
    () => performance.now(),
  );
  const isRunning = () => server.running;
  /** A machine that stands has nothing else to do than to be asked. */
  const linger = () => {
    if (receiveMessage && !server.running) spin.until(isRunning, SPIN);
  };
  scope.addEventListener('message', ({ data }) => {
    server.receive(requestOf(data));
    linger();
  });
}

if (scope.name === COMPILER_NAME) serveCompiler(scope as unknown as CompilerScope);
else serveMachine();
