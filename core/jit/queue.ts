/**
 * Regions on their way to be translated. A module has a price of its own, so they wait until there are enough for one, or until what
 * they cost meanwhile is enough; where the machine runs on while a batch is compiled, they wait for that alone.
 */
import type { Block } from '../cpu/decode/code-cache.ts';
import type { Compiled, Order } from './compile.ts';
import type { Compiler } from './compiler.ts';
import type { FoundRegion } from './region.ts';
import type { TranslatorOptions } from './tier.ts';

export interface Queue {
  /** It is part of a region that is on its way. */
  has(block: Block): boolean;
  /** @param urgent it waits for no others */
  add(region: FoundRegion, urgent: boolean): void;
  /** So many instructions of a region that is on its way have run without its translation. */
  ran(instructions: number): void;
  /** Nothing is on its way any more. */
  forget(): void;
}

export interface QueueEnds {
  /** Is what was found still so? */
  isFresh(region: FoundRegion): boolean;
  order(region: FoundRegion): Order;
  /** Nobody needs it any more. */
  cancel(order: Order): void;
  /** Between two runs of the machine, or while the translator is asked for a translation. */
  install(orders: readonly Order[], compiled: Compiled): void;
}

export function createQueue(
  compiler: Compiler,
  { urgent: mostUrgency, batch }: Pick<TranslatorOptions, 'urgent' | 'batch'>,
  { isFresh, order, cancel, install }: QueueEnds,
): Queue {
  let waiting: FoundRegion[] = [];
  /** What is being compiled, by batches. */
  const underway = new Set<readonly Order[]>();
  /** Of each block, how many regions on their way have it. */
  const counts = new Map<Block, number>();
  let urgency = 0;

  function enter({ blocks }: FoundRegion): void {
    for (const { source } of blocks) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  function leave({ blocks }: FoundRegion): void {
    for (const { source } of blocks) {
      const count = counts.get(source)!;
      if (count === 1) counts.delete(source);
      else counts.set(source, count - 1);
    }
  }
  /** The next ones that are still to be compiled: the others are on their way no more. */
  function next(): FoundRegion[] {
    return waiting.splice(0, batch).filter((region) => {
      const fresh = isFresh(region);
      if (!fresh) leave(region);
      return fresh;
    });
  }

  function compileNext(): void {
    // Nobody tells when it has done what a queue before this one has asked for.
    if (!compiler.takes) return;
    const orders: Order[] = [];
    while (orders.length === 0 && waiting.length > 0) orders.push(...next().map(order));
    urgency = 0;
    if (orders.length === 0) return;
    underway.add(orders);
    compiler.compile(orders, (compiled) => {
      if (underway.delete(orders)) {
        for (const { region } of orders) leave(region);
        install(orders, compiled);
      } else orders.forEach(cancel);
      if (waiting.length > 0 && compiler.background) compileNext();
    });
  }

  return {
    has: (block) => counts.size > 0 && counts.has(block),
    add(region, urgent) {
      waiting.push(region);
      enter(region);
      if (urgent || compiler.background || waiting.length >= batch) compileNext();
    },
    ran(instructions) {
      urgency += instructions;
      if (waiting.length > 0 && (compiler.background || urgency >= mostUrgency)) compileNext();
    },
    forget() {
      waiting = [];
      underway.clear();
      counts.clear();
      urgency = 0;
    },
  };
}
