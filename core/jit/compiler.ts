/**
 * Who compiles regions: the thread that runs the machine, which waits for it, or another one, while the machine goes on without them.
 * When a translation comes to be is not part of what a machine does: it makes no difference to that.
 */
import { compile, type Compiled, type Order } from './compile.ts';
import { link } from './link.ts';
import { codeOf, joinObjects, madeOf, packObject, splitObjects } from './object-words.ts';
import { packOrders, splitOrders, unpackOrders } from './parcel.ts';
import type { Rehearsal } from './rehearsal.ts';

export interface Compiler {
  /** The machine runs meanwhile. */
  readonly background: boolean;
  /** Nothing is being compiled. */
  readonly idle: boolean;
  /** It may be given another batch now. */
  readonly takes: boolean;
  /**
   * Compiles a batch, if it takes one. Batches are done in their order.
   * @param done is called once, before this returns or between two runs of the machine
   */
  compile(orders: readonly Order[], done: (compiled: Compiled) => void): void;
  /**
   * Compiles what nothing waits for, in another thread when that has nothing else to do. That does not count for `idle` and
   * `takes`.
   * @param soon the machine may come to it soon
   * @param done as for `compile`; it gets nothing where that cannot be done
   */
  readonly ahead?: (work: Work, soon: boolean, done: (answer: CompileAnswer | undefined) => void) => void;
}

/** In the thread that runs the machine. */
export const AT_ONCE: Compiler = {
  background: false,
  idle: true,
  takes: true,
  compile(orders, done) {
    done(compile(orders));
  },
};

/** What is to be made a module: packed orders, or the objects that were made of orders before and where each goes. */
export type Work =
  | { readonly orders: Int32Array<ArrayBuffer> }
  | { readonly objects: Int32Array<ArrayBuffer>; readonly places: readonly number[] };

/** What goes to the other thread. */
export interface CompileRequest {
  readonly work: Work;
  /** Nothing waits for it: its number among such requests, and whether the machine may come to it soon. */
  readonly ahead?: number;
  readonly soon?: boolean;
}
/** And what comes back. */
export interface CompileAnswer {
  readonly module: WebAssembly.Module;
  readonly bytes: number;
  /** Where orders were asked: these as they were, and the objects that were made of them, as in `joinObjects`. */
  readonly orders?: Int32Array<ArrayBuffer>;
  readonly objects?: Int32Array<ArrayBuffer>;
}
/** The same for what nothing waits for, by its number: no answer where it could not be done. */
export interface AheadAnswer {
  readonly ahead: number;
  readonly answer: CompileAnswer | undefined;
}

/** What the other thread does. @param rehearse as in `Rehearsal` */
export function answerWork(work: Work, rehearse: Rehearsal['run']): CompileAnswer {
  if ('orders' in work) {
    const orders = unpackOrders(work.orders);
    const compilation = compile(orders);
    rehearse(orders, compilation);
    const { module, bytes, translated } = compilation;
    const objects = joinObjects(translated.map((one, n) => packObject(orders[n]!.region, one)));
    return { module, bytes, orders: work.orders, objects };
  }
  const parts = splitObjects(work.objects).map((object, n) => ({
    code: codeOf(object),
    place: work.places[n]!,
  }));
  const linked = link(parts);
  rehearse(parts, linked);
  return { module: linked.module, bytes: linked.bytes };
}

/** What orders have become by such an answer. */
function compiledOf(orders: readonly Order[], { module, bytes, ...words }: CompileAnswer): Compiled {
  const objects = splitObjects(words.objects!);
  const asked = splitOrders(orders, words.orders!);
  return {
    ...{ module, bytes },
    made: orders.map(({ region }, n) => madeOf(region, objects[n]!)),
    records: {
      length: orders.length,
      at: (n) => orders[n] && { order: asked[n]!, object: objects[n]! },
    },
  };
}

/** And with a request. @returns undefined where it cannot be done: the machine's thread does it instead, and tells what is wrong */
export function answerRequest(
  { work, ahead }: CompileRequest,
  rehearse: Rehearsal['run'],
): CompileAnswer | AheadAnswer | undefined {
  let answer: CompileAnswer | undefined;
  try {
    answer = answerWork(work, rehearse);
  } catch {
    // Of what nothing waits for, nothing is told: it may not even have been made here.
  }
  return ahead === undefined ? answer : { ahead, answer };
}

const wordsOf = (work: Work) => ('orders' in work ? work.orders : work.objects);

/** In another thread, which begins with the first batch, or before that. */
export interface BackgroundCompiler extends Compiler {
  /** There will be something to compile soon. */
  prepare(): void;
}

/** Another thread that answers requests: in their order, but for those that nothing waits for. */
export interface CompilerThread {
  post(request: CompileRequest, transfer: ArrayBuffer[]): void;
}

/**
 * So many batches are on their way at most. What the other thread takes up next lies there already when it is done with one: otherwise it would wait
 * until the machine comes by, takes the answer and sends more.
 */
const MOST_UNDERWAY = 2;

/**
 * @param start begins another thread, when there is something for it, or will be; it calls `onAnswer` for each request, or `onFailure` when it
 * cannot go on, or never could. @returns undefined where there is none
 */
export function createBackgroundCompiler(
  start: (
    onAnswer: (answer: CompileAnswer | AheadAnswer) => void,
    onFailure: () => void,
  ) => CompilerThread | undefined,
): BackgroundCompiler {
  let thread: CompilerThread | undefined;
  let failed = false;
  const ahead = new Map<number, (answer: CompileAnswer | undefined) => void>();
  let numbers = 0;
  const underway: { finish: (answer: CompileAnswer) => void; instead: () => void }[] = [];

  /** What it has not answered is done here, and all else from now on. */
  function fail(): void {
    failed = true;
    for (const { instead } of underway.splice(0)) instead();
    for (const done of ahead.values()) done(undefined);
    ahead.clear();
  }
  function onAnswer(answer: CompileAnswer | AheadAnswer): void {
    if (!('ahead' in answer)) {
      underway.shift()?.finish(answer);
      return;
    }
    const done = ahead.get(answer.ahead);
    ahead.delete(answer.ahead);
    done?.(answer.answer);
  }

  function prepare(): void {
    if (!failed) thread ??= start(onAnswer, fail);
    if (!thread) failed = true;
  }

  return {
    get background() {
      return !failed;
    },
    get idle() {
      return underway.length === 0;
    },
    get takes() {
      return underway.length < MOST_UNDERWAY;
    },
    prepare,
    ahead(work, soon, done) {
      prepare();
      if (!thread || failed) {
        done(undefined);
        return;
      }
      ahead.set(numbers, done);
      thread.post({ work, ahead: numbers++, soon }, [wordsOf(work).buffer]);
    },
    compile(orders, done) {
      const instead = () => {
        done(compile(orders));
      };
      prepare();
      if (!thread || failed) {
        instead();
        return;
      }
      underway.push({
        instead,
        finish(answer) {
          done(compiledOf(orders, answer));
        },
      });
      const work = { orders: packOrders(orders) };
      thread.post({ work }, [work.orders.buffer]);
    },
  };
}
