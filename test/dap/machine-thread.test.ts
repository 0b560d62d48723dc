/** The globals of a Web Worker on Node. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Worker } from 'node:worker_threads';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILER_NAME } from '../../core/worker/compiler-thread.ts';
import { startThread } from '../../debug-adapter/worker-node.ts';

describe('a thread', () => {
  let thread: Worker | undefined;
  afterEach(() => thread?.terminate());
  const said = (source: string, name = 'first') =>
    new Promise((resolve, reject) => {
      thread = startThread(source, 'bundle.js', name);
      thread.on('message', resolve);
      thread.on('error', reject);
    });

  it('knows its name', async () => {
    expect(await said('postMessage(self.name)')).toBe('first');
  });

  it('starts others of its own bundle, which know that they are', async () => {
    const source = `
      if (name === 'second') addEventListener('message', ({ data }) => postMessage(data + 1));
      else {
        const other = new Worker(location.href, { name: 'second' });
        other.onmessage = ({ data }) => { postMessage(data); other.terminate(); };
        other.postMessage(41);
      }`;
    expect(await said(source)).toBe(42);
  });

  it('takes those that it has started with it', async () => {
    const source = `
      if (name === 'second') {
        const channel = new BroadcastChannel('alive');
        setInterval(() => channel.postMessage(1), 1);
        addEventListener('message', () => undefined);
      } else new Worker(location.href, { name: 'second' });`;
    const channel = new BroadcastChannel('alive');
    let ticks = 0;
    const alive = new Promise<void>((resolve) => {
      channel.onmessage = () => {
        if (++ticks === 3) resolve();
      };
    });
    thread = startThread(source, 'bundle.js', 'first');
    await alive;
    await thread.terminate();
    // What was on its way comes first.
    const soon = () => new Promise((resolve) => setTimeout(resolve, 100));
    await soon();
    const before = ticks;
    await soon();
    channel.close();
    expect(ticks).toBe(before);
  });

  it('is told when another one fails', async () => {
    const source = `
      if (name === 'second') throw new Error('out of order');
      const other = new Worker(location.href, { name: 'second' });
      other.onerror = () => postMessage('it fails');`;
    expect(await said(source)).toBe('it fails');
  });

  it('compiles, if it is named so, and answers with nothing what it cannot do', async () => {
    const file = join(inject('bundles'), 'machine-worker.js');
    thread = startThread(readFileSync(file, 'utf8'), file, COMPILER_NAME);
    const answer = () => new Promise((resolve) => thread!.once('message', resolve));
    const first = answer();
    // One region, and nothing behind it.
    thread.postMessage({ orders: Int32Array.of(1), pages: 1 });
    expect(await first).toBeUndefined();
    const second = answer();
    thread.postMessage({ orders: Int32Array.of(0), pages: 1 });
    expect(await second).toMatchObject({
      module: expect.any(WebAssembly.Module) as unknown,
      made: new Int32Array(0),
    });
  });
});
