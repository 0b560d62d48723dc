/** What a feed fetches: everything once and in order, gaps told, and everything anew after a restart. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SelectedMachine } from '../../views/messages.ts';
import { Feed } from './feed.ts';

const machine = (more: Partial<SelectedMachine> = {}): SelectedMachine => ({
  session: 'a',
  running: false,
  changes: 0,
  threads: [],
  thread: { id: 1, name: 'kernel' },
  ...more,
});

/** A machine that has had `count` events and keeps those from `kept` on. */
function setUp(count: number, kept = 0) {
  const state = { count, kept };
  const [got, gaps]: [number[], number[]] = [[], []];
  const feed = new Feed<{ sequence: number }>(
    (first, most) => {
      const from = Math.max(first, state.kept);
      const length = Math.max(0, Math.min(most, state.count - from));
      const records = Array.from({ length }, (_, n) => ({ sequence: from + n }));
      return Promise.resolve({ records, count: state.count });
    },
    {
      clear: () => void got.splice(0),
      add: ({ sequence }) => void got.push(sequence),
      gap: (missing) => void gaps.push(missing),
      changed: () => undefined,
      failed: (message) => {
        throw new Error(message);
      },
    },
  );
  return { state, feed, got, gaps };
}

const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, n) => from + n);

describe('a feed of records', () => {
  beforeEach(() => {
    vi.stubGlobal('document', { hidden: false });
    return () => void vi.unstubAllGlobals();
  });

  it('fetches all that is kept, in pieces, then only what is new', async () => {
    const { state, feed, got, gaps } = setUp(10_000);
    feed.follow(machine());
    await vi.waitFor(() => expect(got).toEqual(upTo(10_000)));
    state.count = 10_005;
    feed.follow(machine({ changes: 1 }));
    await vi.waitFor(() => expect(got).toEqual(upTo(10_005)));
    expect(gaps).toEqual([]);
  });

  it('tells what was forgotten before it could be fetched', async () => {
    const { feed, got, gaps } = setUp(9000, 3000);
    feed.follow(machine());
    await vi.waitFor(() => expect(got).toEqual(upTo(9000, 3000)));
    expect(gaps).toEqual([3000]);
  });

  it('of a machine that runs fast keeps up by leaving out', async () => {
    const { feed, got, gaps } = setUp(50_000);
    feed.follow(machine({ running: true }));
    await vi.waitFor(() => expect(got.at(-1)).toBe(49_999));
    feed.follow(undefined);
    expect(gaps).toHaveLength(1);
    expect(got.length).toBeLessThan(10_000);
  });

  it('begins anew when another machine is selected and after a restart', async () => {
    const { state, feed, got } = setUp(20);
    feed.follow(machine());
    await vi.waitFor(() => expect(got).toHaveLength(20));
    state.count = 3;
    feed.follow(machine({ changes: 1 }));
    await vi.waitFor(() => expect(got).toEqual([0, 1, 2]));
    feed.follow(machine({ session: 'b' }));
    await vi.waitFor(() => expect(got).toEqual([0, 1, 2]));
  });
});
