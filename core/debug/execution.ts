/**
 * The record of execution: how often every instruction was begun, and every conditional branch taken and not, exact to the
 * instruction, by coroutine and address space. Counting is done by blocks and costs nothing while nobody records.
 */
import type { ExecutedPage, ExecutedSpace } from '../protocol/debug-protocol.ts';
import type { Recorder, TracedBlock, TracedPage, TracedSpace, Tracing } from './tracing.ts';

export interface Execution {
  /** Begins anew. */
  start(): void;
  stop(): void;
  readonly isOn: () => boolean;
  /** What has run since `start`. */
  read(): { readonly spaces: ExecutedSpace[]; readonly truncated: boolean };
}

export function createExecution(tracing: Tracing): Execution {
  let on = false;
  const recorder: Recorder = {
    end(block, count, _ticks, branched) {
      block.runs++;
      const total = block.starts.length;
      if (count < total) (block.short ??= new Float64Array(total))[count]++;
      else if (branched) block.branches++;
    },
  };
  return {
    start() {
      tracing.clear();
      tracing.add(recorder);
      on = true;
    },
    stop() {
      tracing.remove(recorder);
      on = false;
    },
    isOn: () => on,
    read: () => ({ spaces: tracing.spaces().map(readSpace), truncated: tracing.truncated() }),
  };
}

/** How often each instruction of a block was begun. @param tell is given address and count */
function eachInstruction(block: TracedBlock, tell: (address: number, count: number) => void): void {
  let count = block.runs;
  block.starts.forEach((start, n) => {
    count -= block.short?.[n] ?? 0;
    tell((block.linear + start) >>> 0, count);
  });
}

/** The sum of some blocks. */
function sumOf(blocks: readonly TracedBlock[]): ExecutedPage['executed'] {
  const counts = new Map<number, number>();
  const branches = new Map<number, { taken: number; passed: number }>();
  for (const block of blocks) {
    let last = 0;
    let lastCount = 0;
    eachInstruction(block, (address, count) => {
      counts.set(address, (counts.get(address) ?? 0) + count);
      last = address;
      lastCount = count;
    });
    if (block.ending !== 'conditional') continue;
    const { taken, passed } = branches.get(last) ?? { taken: 0, passed: 0 };
    const more = lastCount - block.branches;
    branches.set(last, { taken: taken + block.branches, passed: passed + more });
  }
  const sorted = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const forks = [...branches].sort(([a], [b]) => a - b);
  return {
    addresses: Uint32Array.from(sorted, ([address]) => address),
    counts: Float64Array.from(sorted, ([, count]) => count),
    branches: Uint32Array.from(forks, ([address]) => address),
    taken: Float64Array.from(forks, ([, { taken }]) => taken),
    passed: Float64Array.from(forks, ([, { passed }]) => passed),
  };
}

function readSpace({ coroutine, cr3, blocks }: TracedSpace): ExecutedSpace {
  const all = [...blocks.values()].flat();
  const byPage = new Map<TracedPage, TracedBlock[]>();
  for (const block of all) {
    const { page } = block;
    const others = page && byPage.get(page);
    if (others) others.push(block);
    else if (page) byPage.set(page, [block]);
  }
  const programs = Array.from(byPage, ([page, own]) => ({ ...page, executed: sumOf(own) }));
  return { coroutine, cr3, ...sumOf(all), programs };
}
