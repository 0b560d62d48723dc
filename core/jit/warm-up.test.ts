import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { answerWork } from './compiler.ts';
import { liftRegion } from './lift-region.ts';
import { packOrders } from './parcel.ts';
import { structure } from './passes/structure.ts';
import { createRehearsal } from './rehearsal.ts';
import { warmUpOrder } from './warm-up.ts';

describe('the region that warms the compiler up', () => {
  it('is one that translated code does all of by itself: with loops, a call and a return that is known', () => {
    const region = liftRegion(warmUpOrder(0).region);
    const operations = region.blocks.flatMap((block) => block.operations.map(({ op }) => op));
    expect(operations).not.toContain('interpret');
    const ends = region.blocks.map(({ terminator }) => terminator.kind);
    expect(new Set(ends)).toEqual(new Set(['fall', 'branch', 'call', 'jump', 'return']));
    expect(structure(region).loops.size).toBe(2);
  });

  it('goes the way of a request, and leaves at its head', () => {
    const order = warmUpOrder(3);
    const { bytes } = compile([order]);
    const answer = answerWork({ orders: packOrders([order]) }, createRehearsal().run);
    expect(answer.bytes).toBe(bytes);
    expect(WebAssembly.Module.exports(answer.module).map(({ name }) => name)).toEqual(['3']);
  });
});
