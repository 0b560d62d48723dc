/** Threads that spin for messages of each other instead of waiting for them: order, ends, and everybody else's turn. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MachinePort } from '../../debug-adapter/adapter-host.ts';
import { createNodeMachineWorker } from '../../debug-adapter/worker-node.ts';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { type Bundle, bundleAdapter } from './support/bundle.ts';
import { type InlineSession, openInline, stopsOf } from './support/inline-session.ts';

describe('a thread', () => {
  let port: MachinePort | undefined;
  afterEach(() => port?.terminate());

  it('hands on what has arrived before its event loop comes round, in its order', async () => {
    const source = `onmessage = ({ data: { flag } }) => {
      for (const text of ['first', 'second', 'third']) postMessage(text);
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    }`;
    port = createNodeMachineWorker(source, 'bundle.js');
    const heard: unknown[] = [];
    port.onMessage((message) => void heard.push(message));
    const flag = new Int32Array(new SharedArrayBuffer(4));
    port.post({ flag });
    Atomics.wait(flag, 0, 0);
    port.spinUntil!(() => heard.length === 2);
    expect(heard).toEqual(['first', 'second']);
    while (heard.length < 3) await turn();
    expect(heard).toEqual(['first', 'second', 'third']);
  });

  it('can take the next message while it handles one', async () => {
    const source = `onmessage = ({ data }) => {
      if (data.text !== 'first') return postMessage([data.text, 'by the event loop']);
      let next;
      do next = receiveMessage(); while (!next);
      postMessage([next.message.text, 'at once']);
    }`;
    port = createNodeMachineWorker(source, 'bundle.js');
    const heard: unknown[] = [];
    port.onMessage((message) => void heard.push(message));
    for (const text of ['first', 'second', 'third']) port.post({ text });
    while (heard.length < 2) await turn();
    expect(heard).toEqual([
      ['second', 'at once'],
      ['third', 'by the event loop'],
    ]);
  });
});

describe('sessions in this process', () => {
  let bundle: Bundle;
  let kernel: string;
  beforeAll(async () => {
    bundle = await bundleAdapter();
    const source = `${C_ENTRY}
volatile int counter, ever = 1;
void kmain(void)
{
	for (int n = 0; n < 100000; n++) {
		counter++;
		counter += 2;
	}
	while (ever) { }
	counter = 0;
}
`;
    kernel = buildImage(bundle, 'spinning', source, { suffix: '.c', flags: ['-O0'] });
  });
  afterAll(() => {
    bundle.dispose();
  });

  const sessions: InlineSession[] = [];
  afterEach(() => {
    for (const session of sessions.splice(0)) session.dispose();
  });

  /** A session that stands at the line of `kmain` with this text. */
  async function stopAt(line: number): Promise<InlineSession> {
    const session = openInline(bundle);
    sessions.push(session);
    const { answered, until, messages } = session;
    await answered('initialize', { adapterID: 'test' });
    await answered('launch', { kernel, memory: 16 });
    const path = bundle.file('spinning.c');
    await answered('setBreakpoints', { source: { path }, breakpoints: [{ line }] });
    await answered('configurationDone');
    await until(({ event }) => event === 'stopped');
    await answered('setBreakpoints', { source: { path }, breakpoints: [] });
    messages.length = 0;
    return session;
  }
  /** Lines of the kernel, behind those of `C_ENTRY`. */
  const COUNTING = C_ENTRY.split('\n').length + 4;
  const FOR_EVER = COUNTING + 3;

  /** Steps whenever it has stopped, in the same breath. */
  function stepOnAndOn({ messages, send, onMessage }: InlineSession, steps: number) {
    const next = (n: number) =>
      send('next', { threadId: 1, ...(n % 2 === 0 && { granularity: 'instruction' }) });
    const done = new Promise<void>((resolve) => {
      onMessage(({ event }) => {
        if (event !== 'stopped') return;
        const made = stopsOf(messages).length;
        if (made < steps) queueMicrotask(() => next(made));
        else resolve();
      });
    });
    next(0);
    return done;
  }

  it('answer each step before they tell of its stop, also many of them at once', async () => {
    const STEPS = 150;
    const all = await Promise.all([COUNTING, COUNTING, COUNTING, COUNTING].map(stopAt));
    await Promise.all(all.map((one) => stepOnAndOn(one, STEPS)));
    for (const { messages } of all) {
      const told = messages.filter(({ event, command }) => event === 'stopped' || command === 'next');
      const expected = Array.from({ length: STEPS }, () => [
        { command: 'next', success: true },
        { event: 'stopped', body: { reason: 'step' } },
      ]);
      expect(told).toMatchObject(expected.flat());
      const numbers = messages.map(({ seq }) => seq);
      expect(numbers).toEqual(numbers.map((_, n) => numbers[0] + n));
    }
  });

  it('let others have their turn between steps without a pause', async () => {
    const one = await stopAt(COUNTING);
    const turnsAt: number[] = [];
    let ended = false;
    const count = () => {
      turnsAt.push(stopsOf(one.messages).length);
      if (!ended) setImmediate(count);
    };
    setImmediate(count);
    const STEPS = 1000;
    await stepOnAndOn(one, STEPS);
    ended = true;
    // A step takes at least some microseconds of a millisecond.
    expect(new Set(turnsAt).size).toBeGreaterThan(STEPS / 200);
  });

  it('can be paused right behind a step that never ends', async () => {
    const { messages, send, until } = await stopAt(FOR_EVER);
    send('next', { threadId: 1 });
    const pause = send('pause', { threadId: 1 });
    await until(({ event }) => event === 'stopped');
    await until(({ request_seq }) => request_seq === pause);
    expect(stopsOf(messages)).toMatchObject([{ body: { reason: 'pause' } }]);
  });

  it('can be paused while a step that never ends is spun for', async () => {
    const { messages, send, until, onMessage } = await stopAt(FOR_EVER);
    onMessage(({ command }) => {
      if (command === 'next') queueMicrotask(() => send('pause', { threadId: 1 }));
    });
    send('next', { threadId: 1 });
    await until(({ event }) => event === 'stopped');
    expect(stopsOf(messages)).toMatchObject([{ body: { reason: 'pause' } }]);
  });

  it('say nothing of a step any more once they have been left', async () => {
    const { messages, send, until } = await stopAt(COUNTING);
    send('next', { threadId: 1 });
    const goodbye = send('disconnect');
    await until(({ request_seq }) => request_seq === goodbye);
    const before = stopsOf(messages).length;
    for (let n = 0; n < 100; n++) await turn();
    expect(stopsOf(messages).length).toBe(before);
  });
});
