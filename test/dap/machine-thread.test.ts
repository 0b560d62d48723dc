/** The globals of a Web Worker on Node. */
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import type { Worker } from 'node:worker_threads';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPILER_NAME, MACHINE_NAME } from '../../core/protocol/thread-names.ts';
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
    thread.postMessage({ work: { orders: Int32Array.of(1) } });
    expect(await first).toBeUndefined();
    const second = answer();
    thread.postMessage({ work: { orders: Int32Array.of(0) } });
    expect(await second).toMatchObject({
      module: expect.any(WebAssembly.Module) as unknown,
      objects: new Int32Array(0),
    });
  });

  describe('whose bundle has been compiled before', () => {
    const folder = mkdtempSync(join(tmpdir(), 'thread-code-'));
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });
    const sizes = () =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));
    const [machine, compiler] = ['machine', 'compiler'].map((name) => `bundle.js.coLinux-${name}.code`);
    /** Two threads of a bundle with many functions, of which the machine's calls so many; what the last one has given. */
    function run(calls: number): Promise<unknown> {
      const functions = Array.from(
        { length: 200 },
        (_, n) => `(a) => { let b = a; for (let i = 0; i < 3; i++) b += ${String(n)}; return b; }`,
      );
      const source = `
        const functions = [${functions.join(',\n')}];
        const call = (count) => functions.slice(0, count).reduce((_, one) => one(1), 0);
        if (name === '${COMPILER_NAME}') addEventListener('message', ({ data }) => postMessage(call(data)));
        else {
          call(${String(calls).padStart(3)});
          const other = new Worker(location.href, { name: '${COMPILER_NAME}' });
          other.onmessage = ({ data }) => postMessage(data);
          other.postMessage(200);
        }`;
      return new Promise((resolve, reject) => {
        thread = startThread(source, 'bundle.js', MACHINE_NAME, { codeFolder: folder });
        thread.on('message', resolve);
        thread.on('error', reject);
      });
    }

    it('keeps that for each kind of thread, once', async () => {
      expect(await run(2)).toBe(598);
      await expect.poll(sizes, { timeout: 20_000 }).toEqual({
        [machine!]: expect.any(Number) as unknown,
        [compiler!]: expect.any(Number) as unknown,
      });
      const first = sizes();
      expect(first[compiler!]).toBeGreaterThan(2 * first[machine!]!);
      await thread!.terminate();
      // What is kept is taken: a thread that has it does not ask for more.
      expect(await run(2)).toBe(598);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(sizes()).toEqual(first);
    });

    it('takes nothing that is damaged, and keeps what takes its place', async () => {
      expect(await run(3)).toBe(598);
      await expect.poll(() => Object.keys(sizes()).length, { timeout: 20_000 }).toBe(2);
      await thread!.terminate();
      const path = join(folder, compiler!);
      const good = readFileSync(path);
      const damage = Buffer.alloc(64, 0x55);
      writeFileSync(path, Buffer.from(good).fill(damage, good.length >> 1, (good.length >> 1) + 64));
      expect(await run(3)).toBe(598);
      await expect.poll(() => readFileSync(path).includes(damage), { timeout: 20_000 }).toBe(false);
      await expect.poll(() => sizes()[compiler!], { timeout: 20_000 }).toBeGreaterThan(good.length / 2);
    });
  });
});
