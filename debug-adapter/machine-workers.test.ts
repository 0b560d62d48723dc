import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Posted, Response } from '../core/protocol/machine-protocol.ts';
import { createMachineServer } from '../core/worker/server.ts';
import { tinyKernel } from '../core/testing/tiny-kernel.ts';
import type { MachinePort } from './adapter-host.ts';
import { MachineWorkers } from './machine-workers.ts';

/** A worker on this thread; `mute` has it answer nothing any more. */
function createWorker() {
  const listeners: ((message: unknown) => void)[] = [];
  const failures: ((error: Error) => void)[] = [];
  const asked: string[] = [];
  let mute = false;
  let now = 0;
  const post = (message: Posted) => {
    if (!mute) queueMicrotask(() => listeners.forEach((listener) => listener(message)));
  };
  const server = createMachineServer({
    post,
    now: () => ++now,
    yield: () => undefined,
    sleep: () => () => undefined,
  });
  const port: MachinePort = {
    post: (message) => {
      asked.push((message as { kind: string }).kind);
      server.receive(message);
    },
    onMessage: (listener) => void listeners.push(listener),
    onError: (listener) => void failures.push(listener),
    terminate: vi.fn(),
  };
  return {
    ...{ port, asked },
    fall: () => failures.forEach((failure) => failure(new Error('out of memory'))),
    silence: () => (mute = true),
  };
}

/** The endless loop of a kernel, and the same with other RAM. */
const small = tinyKernel([0xeb, 0xfe]);
const large = { ...small, memoryBytes: small.memoryBytes * 2 };

function start() {
  const made: ReturnType<typeof createWorker>[] = [];
  const workers = new MachineWorkers(() => {
    made.push(createWorker());
    return made.at(-1)!.port;
  });
  return { made, workers };
}

/** Asks a worker that was taken, as its session does. */
function ask(port: MachinePort, kind: string, params: object = {}): Promise<Response> {
  return new Promise((resolve) => {
    port.onMessage((message) => {
      const posted = message as Posted;
      for (const one of 'length' in posted ? posted : [posted])
        if ('id' in one && one.id === 7) resolve(one as Response);
    });
    port.post({ id: 7, kind, params });
  });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('workers for machines', () => {
  it('serve one session after the other, each with a machine of its own', async () => {
    const { made, workers } = start();
    const first = await workers.take(small);
    await ask(first, 'boot', small);
    await ask(first, 'resume');
    first.terminate();
    const second = await workers.take(small);
    expect(made).toHaveLength(1);
    // The machine of before is gone, and what the session of before still asks is heard by nobody.
    expect(await ask(second, 'snapshot')).toMatchObject({ error: { code: 'machine-not-booted' } });
    first.post({ id: 7, kind: 'boot', params: small });
    expect(made[0]!.asked.filter((kind) => kind === 'boot')).toHaveLength(1);
    expect(await ask(second, 'boot', small)).toHaveProperty('result');
  });

  it('are not for a machine with another processor', async () => {
    const { made, workers } = start();
    (await workers.take(small)).terminate();
    await workers.take(large);
    expect(made).toHaveLength(2);
    expect(made[0]!.port.terminate).toHaveBeenCalledOnce();
  });

  it('are not used again when they have died or do not answer', async () => {
    const { made, workers } = start();
    (await workers.take(small)).terminate();
    made[0]!.fall();
    const second = await workers.take(small);
    made[1]!.silence();
    second.terminate();
    const third = workers.take(small);
    await vi.advanceTimersByTimeAsync(1000);
    await third;
    expect(made).toHaveLength(3);
    for (const { port } of made.slice(0, 2)) expect(port.terminate).toHaveBeenCalledOnce();
  });

  it('are warmed up by a machine that nobody sees, and can be taken meanwhile', async () => {
    const { made, workers } = start();
    workers.warm(small);
    const early = await workers.take(small);
    expect(await ask(early, 'boot', small)).toHaveProperty('result');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await ask(early, 'snapshot')).toHaveProperty('result');
    expect(made[0]!.asked).toEqual(['boot', 'resume', 'end', 'boot', 'snapshot']);
  });

  it('end the machine that has warmed them up', async () => {
    const { made, workers } = start();
    workers.warm(small);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(made[0]!.asked).toEqual(['boot', 'resume', 'end']);
    expect(await ask(await workers.take(small), 'snapshot')).toHaveProperty('error');
  });

  it('are not kept for long, nor with much memory, nor behind the end', async () => {
    const { made, workers } = start();
    (await workers.take(small)).terminate();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(made[0]!.port.terminate).toHaveBeenCalledOnce();
    (await workers.take({ memoryBytes: 1 << 30 })).terminate();
    expect(made[1]!.port.terminate).toHaveBeenCalledOnce();
    const last = await workers.take(small);
    workers.dispose();
    last.terminate();
    expect(made[2]!.port.terminate).toHaveBeenCalledOnce();
  });
});
