/** The adapter's small parts: the memory cache, configuration files, message framing, stepping rules. */
import { describe, expect, it } from 'vitest';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import { createFramer } from './framing.ts';
import { MachineClient } from './machine-client.ts';
import { MemoryCache } from './memory-cache.ts';
import { type Step, stepLine, type StepHost, type StoppedEvent } from './stepping.ts';

/** A machine with one mapped range; counts what is asked of it. */
function fakeMachine(low: number, high: number) {
  let listener: (message: unknown) => void = () => undefined;
  let died: (error: Error) => void = () => undefined;
  const reads: number[] = [];
  const client = new MachineClient(
    {
      post(message) {
        const { id, params } = message as { id: number; params: { address: number; length: number } };
        reads.push(params.address);
        const end = Math.min(params.address + params.length, high);
        const size = params.address < low ? 0 : Math.max(0, end - params.address);
        const bytes = Uint8Array.from({ length: size }, (_, n) => (params.address + n) & 0xff);
        queueMicrotask(() => {
          listener({ id, result: { bytes } });
        });
      },
      onMessage: (l) => {
        listener = l;
      },
      onError: (l) => {
        died = l;
      },
      terminate: () => undefined,
    },
    () => undefined,
    () => undefined,
  );
  return {
    client,
    reads,
    die: (error: Error) => {
      died(error);
    },
  };
}

describe('the memory cache', () => {
  it('fetches each page once and runs the work again when it has come', async () => {
    const { client, reads } = fakeMachine(0x1000, 0x4000);
    const cache = new MemoryCache(client);
    let runs = 0;
    const bytes = await cache.compute(() => {
      runs++;
      return cache.reader(0)(0x1ffe, 4);
    });
    expect([...(bytes ?? [])]).toEqual([0xfe, 0xff, 0, 1]);
    expect(reads).toEqual([0x1000, 0x2000]);
    expect(runs).toBe(2);
    await cache.compute(() => cache.reader(0)(0x2000, 8));
    expect(reads).toHaveLength(2);
  });

  it('ends a read at a hole', async () => {
    const cache = new MemoryCache(fakeMachine(0x1000, 0x1800).client);
    expect(await cache.compute(() => cache.reader(0)(0x17fc, 8)?.length)).toBe(4);
    expect(await cache.compute(() => cache.reader(0)(0x2000, 8))).toBeUndefined();
  });

  it('passes errors of the work on', async () => {
    const cache = new MemoryCache(fakeMachine(0, 0).client);
    await expect(
      cache.compute(() => {
        throw new AdapterError('evaluate-failed', say`No.`);
      }),
    ).rejects.toThrow('No.');
  });

  it('fails, and does not wait, when the worker has died', async () => {
    const { client, die } = fakeMachine(0, 0x1000);
    const cache = new MemoryCache(client);
    die(new Error('gone'));
    await expect(cache.compute(() => cache.reader(0)(0, 4))).rejects.toThrow(
      "The machine's worker stopped: gone",
    );
  });
});

describe('the framing', () => {
  it('finds messages behind garbage and keeps no more than a header of it', () => {
    const messages: string[] = [];
    const garbage: string[] = [];
    const receive = createFramer(
      (text) => messages.push(text),
      (what) => garbage.push(what),
    );
    receive(Buffer.from('y'.repeat(100_000)));
    receive(Buffer.from('\r\n\r\nContent-Length: 2\r\nX: y\r\n\r\n{}content-length:3\r\n\r\n[1]'));
    expect(messages).toEqual(['{}', '[1]']);
    expect(garbage.length).toBeGreaterThan(0);
  });
});

describe('a line step', () => {
  const stopped = (reason: StoppedEvent['reason']) => ({ event: 'stopped', reason }) as StoppedEvent;
  /** Lines of 4 bytes each; odd ones are no statements. */
  const lineAt = (pc: number) => ({
    line: pc >> 2,
    isStatement: ((pc >> 2) & 1) === 0,
    low: pc & ~3,
    high: (pc & ~3) + 4,
  });
  const image = {
    lineAt,
    rowsAt: (pc: number) => ((pc & 3) === 0 ? [lineAt(pc)] : []),
    lineRanges: (pc: number) => [{ low: pc & ~3, high: (pc & ~3) + 4 }],
    rowsOfFunction: () => [4, 8, 12, 16].map(lineAt),
    functionAt: () => ({ lowPc: 0, ranges: [{ low: 0, high: 0x100 }], inlined: [] }),
    linkedBytes: (_: number, length: number) => new Uint8Array(length),
  };
  /** A machine whose stops are known beforehand, in code without callers. */
  function machine(pcs: number[], reason: StoppedEvent['reason'] = 'step', rows?: number[]) {
    let pc = pcs[0]!;
    const rest = pcs.slice(1);
    const specs: unknown[] = [];
    const host: StepHost = {
      location: () => ({
        ...{ pc, coroutine: 0, passage: undefined },
        resolved: { image: { ...image, cfaRows: () => rows }, bias: 0 } as never,
        cpu: { general: [0, 0, 0, 0, 0x1000] } as never,
      }),
    };
    function run<T>(step: Step<T>): T {
      for (let wish = step.next(); ;) {
        if (wish.done) return wish.value;
        if (wish.value.kind === 'frames') {
          wish = step.next([]);
          continue;
        }
        specs.push(wish.value);
        pc = rest.shift() ?? pc;
        wish = step.next(stopped(rest.length === 0 ? reason : 'step'));
      }
    }
    return { specs, step: (over: boolean) => run(stepLine(host, stopped('step'), over)).stopped.reason };
  }

  it('goes on until a statement begins', () => {
    // Into the middle of a line, to a row that is no statement, to the beginning of one.
    const target = machine([8, 14, 12, 16]);
    const passed = [
      [8, 12],
      [4, 8],
      [12, 16],
    ];
    expect(target.step(true)).toBe('step');
    expect(target.specs).toEqual([
      { kind: 'range', ranges: [[8, 12]], over: true },
      // What is stepped, and all code that is no statement: that of the very line may come next.
      { kind: 'range', ranges: passed, over: true },
      { kind: 'range', ranges: passed, over: true },
    ]);
  });

  it('says which frame it is about, where the code tells', () => {
    const target = machine([8, 16], 'step', [0, 0x20, 4, 12]);
    target.step(true);
    expect(target.specs).toEqual([
      {
        ...{ kind: 'range', ranges: [[8, 12]], over: true },
        frame: { cfa: 0x100c, rows: Uint32Array.of(0, 0x20, 4, 12) },
      },
    ]);
  });

  it('ends at whatever else stops the machine', () => {
    expect(machine([8, 14], 'breakpoint').step(true)).toBe('breakpoint');
    expect(machine([8, 14], 'exit').step(false)).toBe('exit');
  });

  it('ends some time even if no statement ever comes', () => {
    expect(machine([8, 5]).step(true)).toBe('step');
  });
});
