// What views cost: frames of a timeline of a million events while it is panned, and how much slower the machine runs while the
// view of switches is fed.
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

/** More than a million, in as many pieces as are fetched at a stop. */
const PIECE = 73_728;
const EVENTS = 14 * PIECE;
const FRAMES = 240;
const ORIGIN = 'http://views.test';

/** The page of the view of switches, with a machine that has had a million of them. */
async function openPage(browser, root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['extension/webview/switches.ts'],
    bundle: true,
    write: false,
    minify: true,
    outdir: 'pages',
    format: 'iife',
  });
  const files = Object.fromEntries(outputFiles.map(({ path, text }) => [path.replace(/^.*\//, ''), text]));
  const html =
    '<!doctype html><link rel=stylesheet href=switches.css><script type=application/json id=page-data>{"texts":{}}</script>' +
    '<main id=view></main><script src=switches.js></script>';
  const page = await browser.newPage({ viewport: { width: 1280, height: 400 } });
  await page.route(`${ORIGIN}/**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const type = name.endsWith('.js') ? 'text/javascript' : name.endsWith('.css') ? 'text/css' : 'text/html';
    return route.fulfill({ body: files[name] ?? html, contentType: type });
  });
  await page.addInitScript(
    ([count, PIECE]) => {
      const answer = ({ first }) => {
        const length = Math.min(PIECE, count - first);
        const switches = Array.from({ length }, (_, n) => {
          const sequence = first + n;
          return {
            ...{
              sequence,
              instructions: sequence * 700 + ((sequence * 7919) % 600),
              operation: sequence % 12,
            },
            ...{ operationName: `OP${sequence % 12}`, from: sequence % 2, to: (sequence + 1) % 2 },
            ...{ parameters: [sequence % 5, 0, 0, 0], fromCaller: 0, toCaller: 0 },
          };
        });
        return { switches, count };
      };
      globalThis.acquireVsCodeApi = () => ({
        postMessage({ kind, id, arguments: args }) {
          const tell = (data) => setTimeout(() => dispatchEvent(new MessageEvent('message', { data })));
          const threads = [1, 2].map((thread) => ({
            id: thread,
            name: thread === 1 ? 'host kernel' : 'guest 0',
          }));
          if (kind === 'ready')
            tell({
              kind: 'machine',
              machine: { session: 'a', running: false, changes: 1, threads, thread: threads[1] },
            });
          if (kind === 'ask') tell({ kind: 'answer', id, body: answer(args) });
        },
        getState: () => undefined,
        setState: () => undefined,
      });
    },
    [EVENTS, PIECE],
  );
  await page.goto(`${ORIGIN}/index.html`);
  await page.waitForFunction(
    (count) =>
      document.querySelector('[role=status]')?.textContent.includes(`of ${count.toLocaleString('en-US')}`),
    EVENTS,
    { timeout: 120_000 },
  );
  return page;
}

/** Milliseconds between frames while the timeline is dragged, at a zoom in which every column has many events. */
const pan = (page) =>
  page.evaluate(async (frames) => {
    const canvas = document.querySelector('canvas');
    const at = (x) => ({ clientX: x, clientY: 60, pointerId: 1, bubbles: true, buttons: 1 });
    canvas.setPointerCapture = () => undefined;
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -400, bubbles: true, cancelable: true }));
    canvas.dispatchEvent(new PointerEvent('pointerdown', at(600)));
    const times = [];
    for (let n = 0; n < frames; n++) {
      canvas.dispatchEvent(new PointerEvent('pointermove', at(600 + 200 * Math.sin(n / 20))));
      times.push(await new Promise(requestAnimationFrame));
    }
    canvas.dispatchEvent(new PointerEvent('pointerup', at(600)));
    return times.slice(1).map((time, n) => time - times[n]);
  }, FRAMES);

/** Quantiles of the time between two frames, and the longest. */
export async function viewFigures(root) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
  try {
    const page = await openPage(browser, root);
    const sorted = (await pan(page)).sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    const bytes = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
    return { events: EVENTS, medianMs: at(0.5), p95Ms: at(0.95), worstMs: at(1), heapMiB: bytes / 2 ** 20 };
  } finally {
    await browser.close();
  }
}

if (process.argv[1]?.endsWith('views.mjs')) {
  const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
  const { events, medianMs, p95Ms, worstMs, heapMiB } = await viewFigures(root);
  process.stdout.write(
    `panning a timeline of ${events} events: a frame each ${medianMs.toFixed(1)} ms (median), ` +
      `${p95Ms.toFixed(1)} ms (95 %), ${worstMs.toFixed(1)} ms (worst); heap of the page ${heapMiB.toFixed(0)} MiB\n`,
  );
}
