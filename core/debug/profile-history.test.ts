/** The history of a profile keeps every tick, in order and in bounded memory. */
import { describe, expect, it } from 'vitest';
import { History } from './profile-history.ts';

/** Entries by slice, as `node: ticks`. */
function slicesOf(history: History): string[][] {
  const { nodes, ticks, slices } = history.read();
  return Array.from(slices, (start, n) =>
    Array.from(nodes.subarray(start, slices[n + 1]), (node, at) => `${node}: ${ticks[start + at]}`),
  );
}

describe('the history of a profile', () => {
  it('has who ran in each slice, and when nobody did', () => {
    const history = new History();
    history.note(1, 600);
    history.note(2, 300);
    history.note(1, 200);
    history.note(-1, 5000);
    history.note(2, 10);
    expect(slicesOf(history)).toEqual([['1: 800', '2: 300'], ['-1: 5000'], ['2: 10']]);
  });

  it('is of the same ticks by node and in the same order when slices have become longer', () => {
    const history = new History(64);
    const sums = new Map<number, number>();
    for (let n = 0; n < 10_000; n++) {
      const node = Math.floor(n / 1000) * 3 + (n % 3);
      history.note(node, 100 + (n % 7));
      sums.set(node, (sums.get(node) ?? 0) + 100 + (n % 7));
    }
    const { nodes, ticks, slices } = history.read();
    expect(nodes.length).toBeLessThanOrEqual(64);
    expect(slices.length).toBeGreaterThan(5);
    const found = new Map<number, number>();
    nodes.forEach((node, n) => found.set(node, (found.get(node) ?? 0) + ticks[n]!));
    expect(found).toEqual(sums);
    // What ran first comes first, from slice to slice.
    const first = Array.from(slices, (start) => Math.floor(nodes[start]! / 3));
    expect(first).toEqual([...first].sort((a, b) => a - b));
    expect(new Set(first).size).toBeGreaterThan(3);
  });

  it('takes as many nodes in a slice as a large kernel has', () => {
    const history = new History(1000);
    const nodes = 1 << 20;
    for (let turn = 0; turn < 2; turn++) for (let node = 0; node < nodes; node++) history.note(node, 1);
    const read = history.read();
    expect(read.nodes.length).toBe(nodes);
    expect(read.ticks.every((ticks) => ticks === 2)).toBe(true);
  });
});
