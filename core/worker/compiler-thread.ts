/** The thread that compiles translations: a worker of the same bundle as the machine's, started by that. */
import {
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
  postMessage(message: CompileAnswer | undefined): void;
  addEventListener(type: 'message', listener: (event: { readonly data: CompileRequest }) => void): void;
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
  scope.addEventListener('message', ({ data }) => {
    let answer: CompileAnswer | undefined;
    try {
      answer = answerRequest(data, rehearse);
    } catch {
      // The machine's thread does it instead, and tells what is wrong.
    }
    scope.postMessage(answer);
  });

  /** Requests have their turn in between. */
  function warmUp(left: number): void {
    if (left === 0) return;
    answerRequest({ orders: packOrders([warmUpOrder(0)]) }, rehearse);
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
  onmessage: ((event: { readonly data: CompileAnswer | undefined }) => void) | null;
  onerror: (() => void) | null;
  terminate(): void;
}

/** @param start @throws where no worker can be started */
export function startCompilerThread(
  start: () => OwnWorker,
  onAnswer: (answer: CompileAnswer) => void,
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
