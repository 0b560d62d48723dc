/** The thread that compiles translations: a worker of the same bundle as the machine's, started by that. */
import {
  type AheadAnswer,
  answerRequest,
  answerWork,
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

/**
 * How many times as long as a request has taken that nothing waits for, the thread rests before the next one, if the machine may come to it soon,
 * and if not: the machine and the engine's own threads, which make hot code fast, have the processors meanwhile.
 */
const REST = { soon: 1, later: 7 };

/** Has its turn with requests that nothing waits for, between others. @returns takes such a request */
function createAhead(
  { performance, setTimeout: wait }: Pick<CompilerScope, 'performance' | 'setTimeout'>,
  answer: (request: CompileRequest) => void,
): (request: CompileRequest) => void {
  const soon: CompileRequest[] = [];
  const later: CompileRequest[] = [];
  let ended = 0;
  let took = 0;
  /** Counts what was to be done next: only the last one is. */
  let turn = 0;
  function goOn(): void {
    const mine = ++turn;
    if (soon.length + later.length === 0) return;
    const rest = took * (soon.length > 0 ? REST.soon : REST.later);
    wait(
      () => {
        if (mine !== turn) return;
        const begin = performance.now();
        answer((soon.shift() ?? later.shift())!);
        ended = performance.now();
        took = ended - begin;
        goOn();
      },
      Math.max(0, ended + rest - performance.now()),
    );
  }
  return (request) => {
    (request.soon === true ? soon : later).push(request);
    goOn();
  };
}

/** Answers requests; one that it cannot do with nothing. */
export function serveCompiler(scope: CompilerScope): void {
  const rehearse = createRehearse();
  const ahead = createAhead(scope, (request) => {
    scope.postMessage(answerRequest(request, rehearse));
  });
  scope.addEventListener('message', ({ data }) => {
    if (data.ahead === undefined) scope.postMessage(answerRequest(data, rehearse));
    else ahead(data);
  });

  /** Requests have their turn in between. */
  function warmUp(left: number): void {
    if (left === 0) return;
    answerWork({ orders: packOrders([warmUpOrder(0)]) }, rehearse);
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
