/** The thread that compiles translations: a worker of the same bundle as the machine's, started by that. */
import {
  type AheadAnswer,
  answerOrders,
  answerRequest,
  type CompileAnswer,
  type CompileRequest,
  type CompilerThread,
} from '../jit/compiler.ts';
import { packOrders } from '../jit/parcel.ts';
import { warmUpOrder } from '../jit/warm-up.ts';
import { createRehearsal, type Rehearsal } from '../jit/rehearsal.ts';

/** The part of a worker's global scope that it needs. */
export interface CompilerScope {
  postMessage(message: CompileAnswer | AheadAnswer | undefined): void;
  addEventListener(type: 'message', listener: (event: { readonly data: CompileRequest }) => void): void;
  readonly performance: Pick<Performance, 'now'>;
  setTimeout(callback: () => void, milliseconds: number): void;
}

/** How often the thread compiles what nobody has asked for, when it begins. */
const WARM_UPS = 4;

/** As `Rehearsal.run`: but where there is no room for a stand-in of a machine, or it does not do, nothing is rehearsed. */
function createRehearse(): Rehearsal['run'] {
  let rehearsal: Rehearsal | undefined;
  let does = true;
  return (orders, compilation) => {
    if (!does) return;
    try {
      rehearsal ??= createRehearsal();
      rehearsal.run(orders, compilation);
    } catch {
      // The machine's thread makes these calls first then, as it would without all this.
      does = false;
    }
  };
}

/** Answers requests; one that it cannot do with nothing. */
export function serveCompiler(scope: CompilerScope): void {
  const rehearse = createRehearse();
  /** What nothing waits for: the machine and the engine's own threads get as much of the time as that takes. */
  const waiting: CompileRequest[] = [];
  function compileAhead(): void {
    const begin = scope.performance.now();
    scope.postMessage(answerRequest(waiting.shift()!, rehearse));
    goOn(scope.performance.now() - begin);
  }
  let isGoing = false;
  function goOn(pause: number): void {
    isGoing = waiting.length > 0;
    if (isGoing) scope.setTimeout(compileAhead, pause);
  }
  scope.addEventListener('message', ({ data }) => {
    if (data.ahead === undefined) scope.postMessage(answerRequest(data, rehearse));
    else {
      waiting.push(data);
      if (!isGoing) goOn(0);
    }
  });

  /** Requests have their turn in between. */
  function warmUp(left: number): void {
    if (left === 0) return;
    answerOrders(packOrders([warmUpOrder(0)]), rehearse);
    scope.setTimeout(() => {
      warmUp(left - 1);
    }, 0);
  }
  scope.setTimeout(() => {
    warmUp(WARM_UPS);
  }, 0);
}

/** As much of a worker as its owner needs, in a browser and on Node. */
export interface OwnWorker {
  postMessage(message: CompileRequest, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { readonly data: CompileAnswer | AheadAnswer | undefined }) => void) | null;
  onerror: (() => void) | null;
  terminate(): void;
}

/** @param start @throws where no worker can be started */
export function startCompilerThread(
  start: () => OwnWorker,
  onAnswer: (answer: CompileAnswer | AheadAnswer) => void,
  onFailure: () => void,
): CompilerThread | undefined {
  let worker: OwnWorker;
  try {
    worker = start();
  } catch {
    return undefined;
  }
  const fail = () => {
    worker.onmessage = worker.onerror = null;
    worker.terminate();
    onFailure();
  };
  worker.onmessage = ({ data }) => {
    if (data) onAnswer(data);
    else fail();
  };
  worker.onerror = fail;
  return {
    post(request, transfer) {
      worker.postMessage(request, transfer);
    },
  };
}
