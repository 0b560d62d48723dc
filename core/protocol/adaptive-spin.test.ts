import { beforeEach, describe, expect, it } from 'vitest';
import { createSpin, type Spin } from './adaptive-spin.ts';

const LIMITS = { idle: 3, most: 10 };
const never = () => false;

/** A clock that each look at it moves on, messages by when they arrive, and those that were handled. */
let now: number;
let arriving: { readonly at: number; readonly text: string }[];
let handled: string[];
let spin: Spin;
beforeEach(() => {
  now = 0;
  arriving = [];
  handled = [];
  spin = createSpin(
    () => {
      if (arriving.length === 0 || arriving[0].at > now) return false;
      handled.push(arriving.shift()!.text);
      return true;
    },
    () => ++now,
  );
});

/** How long it spins when nothing comes. */
function inVain(): number {
  const before = now;
  spin.until(never, LIMITS);
  return now - before;
}

describe('spinning', () => {
  it('takes messages in their order until it is done', () => {
    arriving = [
      { at: 2, text: 'first' },
      { at: 2, text: 'second' },
      { at: 3, text: 'third' },
      { at: 3, text: 'of others' },
    ];
    spin.until(() => handled.length === 3, LIMITS);
    expect(handled).toEqual(['first', 'second', 'third']);
  });

  it('does nothing when it is done already', () => {
    arriving = [{ at: 0, text: 'of others' }];
    spin.until(() => true, LIMITS);
    expect(handled).toEqual([]);
  });

  it('ends when no message comes for some time', () => {
    arriving = [
      { at: 4, text: 'in time' },
      { at: 20, text: 'too late' },
    ];
    spin.until(never, LIMITS);
    expect(handled).toEqual(['in time']);
    expect(now).toBeLessThan(12);
  });

  it('ends after some time in all, however many messages come', () => {
    arriving = Array.from({ length: 100 }, (_, at) => ({ at, text: String(at) }));
    spin.until(never, LIMITS);
    expect(now).toBeLessThan(16);
    expect(handled.length).toBeGreaterThan(2);
  });
});

describe('spinning that was in vain', () => {
  it('is left out the next times, ever more of them but not for ever', () => {
    const spun = Array.from({ length: 400 }, () => inVain() > 0);
    const gaps = spun.flatMap((did, n) => (did ? [n] : [])).map((at, n, all) => at - (all[n - 1] ?? at));
    expect(gaps.slice(0, 9)).toEqual([0, 2, 4, 8, 16, 32, 64, 65, 65]);
  });

  it('is forgotten when a message has come', () => {
    while (inVain() > 0);
    while (handled.length === 0) {
      arriving = [{ at: 0, text: 'at last' }];
      spin.until(never, LIMITS);
    }
    expect(inVain()).toBeGreaterThan(0);
  });
});
