/** A timeline of a million events: it is fetched as any other, and a frame of it costs what one of a thousand events does. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SelectedMachine } from '../../extension/views/messages.ts';
import type { Session } from '../dap/support/session.ts';
import { buildPages, openView, startBrowser } from './view-page.ts';

const MILLION = 1_000_000;
const FRAMES = 120;
const thread = { id: 1, name: 'kernel' };
const machine: SelectedMachine = { session: 'a', running: false, changes: 1, threads: [thread], thread };

/** What the machine keeps, and so what a view can fetch at a stop. */
const KEPT = 0x1_0000;
const nobody = { client: {} } as unknown as Pick<Session, 'client'>;

/** Makes the page answer its own questions: entries of handlers and returns from them, at irregular times, `globalThis.recorded` of them. */
function answerInside(): void {
  const side = (ring: number) => ({ ring, cs: 8, eip: 0xc010_0000 + ring, esp: 0xc000_0000 });
  const transition = (sequence: number) => {
    const enters = sequence % 2 === 0;
    return {
      ...{ sequence, instructions: sequence * 100 + ((sequence * 7919) % 97), coroutine: 0, cr3: 0, cr2: 0 },
      ...{ kind: enters ? 'software-interrupt' : 'interrupt-return', vector: enters ? 0x80 : -1 },
      ...{ errorCode: -1, from: side(enters ? 3 : 0), to: side(enters ? 0 : 3) },
    };
  };
  Object.assign(globalThis, {
    recorded: 0,
    fromView({
      id,
      command,
      arguments: args,
    }: {
      id: number;
      command: string;
      arguments: { first: number; most: number };
    }) {
      const count = (globalThis as unknown as { recorded: number }).recorded;
      const length = Math.max(0, Math.min(args.most, count - args.first));
      const transitions = Array.from({ length }, (_, n) => transition(args.first + n));
      const data =
        command === 'colinux/transitions'
          ? { kind: 'answer', id, body: { transitions, count } }
          : { kind: 'failure', id, message: 'none' };
      setTimeout(() => dispatchEvent(new MessageEvent('message', { data })));
    },
  });
}

/** Milliseconds that frames cost while the timeline is panned and zoomed: the median, and the time between frames. */
async function costOf(browser: Browser, pages: ReadonlyMap<string, string>, count: number) {
  const view = await openView(browser, pages, 'rings', nobody);
  const { page } = view;
  await page.evaluate(answerInside);
  for (let changes = 1, now = 0; now < count; changes++) {
    now = Math.min(count, now + KEPT);
    await page.evaluate((recorded) => Object.assign(globalThis, { recorded }), now);
    await view.select({ ...machine, changes });
    await expect
      .poll(async () => (await page.getByRole('status').innerText()).replace(/,/g, ''), { timeout: 30_000 })
      .toContain(` of ${String(now)}`);
  }
  const found = await page.evaluate(async (frames) => {
    const costs: number[] = [];
    const starts: number[] = [];
    const original = requestAnimationFrame;
    globalThis.requestAnimationFrame = (callback) =>
      original((time) => {
        const began = performance.now();
        callback(time);
        costs.push(performance.now() - began);
        starts.push(time);
      });
    const canvas = document.querySelector('canvas')!;
    for (let n = 0; n < frames; n++) {
      const move = { deltaX: n % 2 === 0 ? 40 : -25, deltaY: n % 30 === 0 ? -60 : 0, cancelable: true };
      canvas.dispatchEvent(new WheelEvent('wheel', move));
      await new Promise((resolve) => original(resolve));
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
    return { cost: median(costs), between: median(starts.slice(1).map((time, n) => time - starts[n]!)) };
  }, FRAMES);
  await view.close();
  return found;
}

describe('a timeline', () => {
  let browser: Browser;
  let pages: Map<string, string>;
  beforeAll(async () => {
    [browser, pages] = await Promise.all([startBrowser(), buildPages(['rings'])]);
  });
  afterAll(() => browser.close());

  it('of a million events is drawn as fast as one of a thousand', async () => {
    const few = await costOf(browser, pages, 1000);
    const many = await costOf(browser, pages, MILLION);
    const text = ({ cost, between }: typeof few) => `${cost.toFixed(1)} ms, every ${between.toFixed(1)} ms`;
    console.log(`figure: a frame of 1,000 events ${text(few)}; of 1,000,000 ${text(many)}`);
    expect(many.cost).toBeLessThan(8 * few.cost + 4);
  }, 180_000);
});
