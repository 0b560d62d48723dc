/**
 * Code that runs seldom, straight from its bytes: `assembly/` says what it covers. On the way it counts how often blocks begin (`heat.ts`), and
 * keeps where the last indirect branches went.
 */
import { INDIRECT_BASE, INDIRECT_RECORDS, RAM_BASE } from '../../memory/layout.ts';
import { instantiate } from '../../memory/instantiate.ts';
import type { Fetch } from '../decode/fetch.ts';
import type { Block } from '../decode/code-cache.ts';
import type { Mmu } from '../paging/mmu.ts';
import { DIRECT_WASM } from './generated.ts';

/** The exports of `assembly/`. */
interface Run {
  run: DirectRun;
}
export type DirectRun = (limit: number, hot: number, begun: number) => number;

/** Why direct running has ended. */
export const Ended = {
  /** All the instructions that might run have. */
  Limit: 0,
  /** A hot block begins. */
  Hot: 1,
  /** The next instruction is for the interpreter. */
  Stuck: 2,
} as const;
export type Ended = (typeof Ended)[keyof typeof Ended];

export interface Direct {
  /** What other WebAssembly calls, where `run` would be allowed: `assembly/index.ts` has it. */
  readonly exported: DirectRun;
  /** How often a block begins until it is hot. */
  readonly hot: number;
  /**
   * Runs at most so many instructions from EIP on.
   * @param begun the first block has been counted, and runs although it may be hot
   * @returns how many
   */
  run(limit: number, begun: boolean): number;
  /** Why the last run has ended. */
  ended(): Ended;
  /** Tells a block that ends with an indirect branch where that went last. */
  noteTargets(block: Block): void;
  /** Forgets all such places. */
  renew(): void;
}

const compile = instantiate(DIRECT_WASM);

/** @param mmu of the same memory. @param hot how often a block begins until it is hot */
export function createDirect(
  memory: WebAssembly.Memory,
  { refill, refillFetch }: Pick<Mmu, 'refill' | 'refillFetch'>,
  tells: Fetch['tells'],
  hot: number,
): Direct {
  const { run } = compile<Run>({
    memory,
    refill,
    refillFetch: (linear: number, user: number) => refillFetch(linear, user !== 0),
    tell: (linear: number, physical: number) => (tells(linear, physical) ? 1 : 0),
  });
  const indirect = new Int32Array(memory.buffer, INDIRECT_BASE, INDIRECT_RECORDS * 2);
  let ended: Ended = Ended.Limit;
  return {
    exported: run,
    hot,
    run(limit, begun) {
      ended = Ended.Stuck;
      const outcome = run(limit, hot, begun ? 1 : 0);
      const count = outcome >>> 1;
      if ((outcome & 1) !== 0) ended = Ended.Hot;
      else if (count === limit) ended = Ended.Limit;
      return count;
    },
    ended: () => ended,
    noteTargets(block) {
      const site = block.physical + block.lastStart + RAM_BASE;
      for (let n = 0; n < indirect.length; n += 2)
        if (indirect[n] === site) block.noteTarget(indirect[n + 1]!);
    },
    renew() {
      indirect.fill(0);
    },
  };
}
