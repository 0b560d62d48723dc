/** The thread that compiles, on a scope whose time the test makes. */
import { describe, expect, it } from 'vitest';
import type { AheadAnswer, CompileAnswer, CompileRequest } from '../jit/compiler.ts';
import { packOrders } from '../jit/parcel.ts';
import { warmUpOrder } from '../jit/warm-up.ts';
import { type CompilerScope, serveCompiler } from './compiler-thread.ts';

/** How long the thread takes for each answer, in milliseconds. */
const TAKES = 10;

function startThread() {
  let time = 0;
  let receive: (data: CompileRequest) => void = () => undefined;
  const timers: { readonly at: number; readonly callback: () => void }[] = [];
  const answers: { readonly at: number; readonly message: AheadAnswer | CompileAnswer | undefined }[] = [];
  const scope: CompilerScope = {
    performance: { now: () => time },
    postMessage(message) {
      answers.push({ at: time, message });
      time += TAKES;
    },
    addEventListener(_type, listener) {
      receive = (data) => {
        listener({ data });
      };
    },
    setTimeout(callback, milliseconds) {
      timers.push({ at: time + milliseconds, callback });
    },
  };
  serveCompiler(scope);
  /** Runs the timers that are due until then. */
  function passUntil(end: number): void {
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers.splice(timers.indexOf(next), 1);
      time = Math.max(time, next.at);
      next.callback();
    }
    time = Math.max(time, end);
  }
  const numbers = () =>
    answers.map(({ at, message }) => [message && 'ahead' in message ? message.ahead : -1, at]);
  return { receive: (data: CompileRequest) => receive(data), passUntil, answers, numbers };
}

const work = () => ({ orders: packOrders([warmUpOrder(0)]) });

describe('the thread that compiles', () => {
  it('answers what somebody waits for at once', () => {
    const { receive, answers } = startThread();
    receive({ work: work() });
    expect(answers).toHaveLength(1);
    expect(answers[0]?.message).toMatchObject({ bytes: expect.any(Number) as number });
  });

  it('rests as long as it has worked before what may be needed soon, and seven times as long before other things', () => {
    const { receive, passUntil, numbers } = startThread();
    for (const ahead of [1, 2]) receive({ work: work(), ahead, soon: false });
    for (const ahead of [3, 4]) receive({ work: work(), ahead, soon: true });
    passUntil(1000);
    expect(numbers()).toEqual([
      [3, 0],
      [4, 2 * TAKES],
      [1, 2 * TAKES + 8 * TAKES],
      [2, 2 * TAKES + 16 * TAKES],
    ]);
  });

  it('takes what may be needed soon out of a long rest', () => {
    const { receive, passUntil, numbers } = startThread();
    for (const ahead of [1, 2]) receive({ work: work(), ahead, soon: false });
    passUntil(3 * TAKES);
    receive({ work: work(), ahead: 3, soon: true });
    passUntil(1000);
    expect(numbers()).toEqual([
      [1, 0],
      [3, 3 * TAKES],
      [2, 11 * TAKES],
    ]);
  });

  it('answers what cannot be compiled with nothing, by its number where nothing waits for it', () => {
    const { receive, passUntil, answers } = startThread();
    receive({ work: { orders: Int32Array.of(1, 2, 3) } });
    expect(answers.map(({ message }) => message)).toEqual([undefined]);
    receive({ work: { orders: Int32Array.of(1, 2, 3) }, ahead: 9, soon: true });
    passUntil(1000);
    expect(answers.at(-1)?.message).toEqual({ ahead: 9, answer: undefined });
  });
});
