/** Who wants to know of every block that runs. A processor without one asks nobody; with one it is some times slower. */
import type { Block } from './decode/code-cache.ts';

/** None of this may change the state of the machine. */
export interface Tracer {
  /** Instructions of a block are about to run, from its beginning. */
  begin(block: Block, linear: number): void;
  /**
   * They have, and time has passed; a fault among them has yet to be delivered.
   * @param count how many were begun: the last one may have faulted
   * @param ticks retired, each round of a REP
   * @param branched the last instruction of the block went elsewhere than behind itself
   */
  end(count: number, ticks: number, branched: boolean): void;
}
