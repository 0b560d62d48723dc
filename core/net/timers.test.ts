import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { NetTimers } from './timers.ts';

describe('NetTimers', () => {
  it('runs timers at their deadlines, in order', () => {
    const test = createTestClock();
    const timers = new NetTimers(test.clock, 't');
    const seen: string[] = [];
    const make = (name: string) => timers.create(() => seen.push(`${name}@${timers.now()}`));
    const [a, b, c] = [make('a'), make('b'), make('c')];
    a.startAfter(30);
    b.startAfter(10);
    c.startAfter(10);
    test.advance(100);
    expect(seen).toEqual(['b@10', 'c@10', 'a@30']);
    expect(a.pending).toBe(false);
  });

  it('puts off, brings forward and cancels', () => {
    const test = createTestClock();
    const timers = new NetTimers(test.clock, 't');
    const seen: number[] = [];
    const timer = timers.create(() => seen.push(timers.now()));
    timer.startAfter(10);
    test.advance(5);
    timer.startAfter(10);
    test.advance(9);
    expect(seen).toEqual([]);
    test.advance(1);
    expect(seen).toEqual([15]);
    timer.startAfter(100);
    timer.startAfter(5);
    test.advance(200);
    expect(seen).toEqual([15, 20]);
    timer.startAfter(5);
    timer.cancel();
    test.advance(200);
    expect(seen.length).toBe(2);
  });

  it('agrees with a plain list of deadlines under random use', () => {
    const test = createTestClock();
    const timers = new NetTimers(test.clock, 't');
    const random = createRandom(3);
    const expected: (number | undefined)[] = new Array<number | undefined>(20).fill(undefined);
    let fired = 0;
    const all = expected.map((_, index) =>
      timers.create(() => {
        expect(expected[index]).toBe(timers.now());
        expected[index] = undefined;
        fired++;
      }),
    );
    for (let round = 0; round < 5000; round++) {
      const index = random(20);
      if (random(4) === 0) {
        all[index]!.cancel();
        expected[index] = undefined;
      } else {
        const ticks = 1 + random(50);
        all[index]!.startAfter(ticks);
        expected[index] = timers.now() + ticks;
      }
      test.advance(random(6));
      expect(all.map((timer) => timer.pending)).toEqual(expected.map((deadline) => deadline !== undefined));
    }
    expect(fired).toBeGreaterThan(500);
  });
});
