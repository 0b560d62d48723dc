import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { Clock, ClockStateError, NANOSECONDS_PER_TICK, TICKS_PER_SECOND } from './clock.ts';
import { CrystalRatio } from './ratio.ts';

describe('Clock', () => {
  it('counts ten nanoseconds a tick', () => {
    expect(NANOSECONDS_PER_TICK * TICKS_PER_SECOND).toBe(1e9);
  });

  it('runs callbacks by deadline, then rank, then order of starting', () => {
    const { clock, advanceTo } = createTestClock();
    const seen: string[] = [];
    const timer = (name: string, rank: 'device' | 'input' = 'device') =>
      clock.createTimer(name, (deadline) => seen.push(`${name}@${deadline}=${clock.now()}`), rank);
    timer('outside', 'input').start(10);
    timer('late').start(30);
    timer('first').start(10);
    timer('second').start(10);
    timer('early').start(5);
    advanceTo(29);
    expect(seen).toEqual(['early@5=5', 'first@10=10', 'second@10=10', 'outside@10=10']);
    expect(clock.nextDeadline()).toBe(30);
  });

  it('moves a timer that is started again, to the end of its equals', () => {
    const { clock, advanceTo } = createTestClock();
    const seen: string[] = [];
    const a = clock.createTimer('a', () => seen.push('a'));
    const b = clock.createTimer('b', () => seen.push('b'));
    a.start(10);
    b.start(20);
    a.start(20);
    expect(clock.nextDeadline()).toBe(20);
    advanceTo(20);
    expect(seen).toEqual(['b', 'a']);
    expect(a.pending).toBe(false);
  });

  it('does not run a cancelled timer, wherever it stands', () => {
    for (const victim of [0, 1, 2]) {
      const { clock, advanceTo } = createTestClock();
      const seen: number[] = [];
      const timers = [0, 1, 2].map((i) => clock.createTimer(`t${i}`, () => seen.push(i)));
      timers.forEach((timer, i) => {
        timer.start(i + 1);
      });
      timers[victim]!.cancel();
      timers[victim]!.cancel();
      advanceTo(10);
      expect(seen).toEqual([0, 1, 2].filter((i) => i !== victim));
      expect(clock.nextDeadline()).toBe(Infinity);
    }
  });

  it('runs in the same pass what a callback starts for a tick that has come', () => {
    let now = 0;
    const clock = new Clock(() => now);
    const seen: number[] = [];
    const periodic = clock.createTimer('periodic', (deadline) => {
      seen.push(deadline);
      periodic.start(deadline + 10);
    });
    periodic.start(10);
    now = 35;
    clock.runDue();
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.nextDeadline()).toBe(40);
  });

  it('tells the CPU about a new earliest deadline, but not from inside runDue', () => {
    const { clock, advanceTo } = createTestClock();
    const told: number[] = [];
    clock.onDeadlineChanged = (deadline) => told.push(deadline);
    const a = clock.createTimer('a', () => b.start(50));
    const b = clock.createTimer('b', () => undefined);
    a.start(10);
    b.start(20);
    expect(told).toEqual([10]);
    advanceTo(10);
    expect(told).toEqual([10]);
    b.cancel();
    expect(told).toEqual([10, Infinity]);
  });

  it('saves running timers by name and restores them in firing order', () => {
    const build = () => {
      const test = createTestClock();
      const seen: string[] = [];
      const timers = ['x', 'y', 'z'].map((name) => test.clock.createTimer(name, () => seen.push(name)));
      return { ...test, seen, timers };
    };
    const one = build();
    one.timers[2]!.start(7);
    one.timers[0]!.start(7);
    const state = one.clock.save();
    expect(state).toEqual({
      timers: [
        { name: 'z', deadline: 7 },
        { name: 'x', deadline: 7 },
      ],
    });
    const two = build();
    two.timers[1]!.start(3);
    two.clock.restore(state);
    two.advanceTo(7);
    expect(two.seen).toEqual(['z', 'x']);
  });

  it('refuses a state with an unknown timer and stays as it was', () => {
    const { clock } = createTestClock();
    clock.createTimer('a', () => undefined).start(5);
    expect(() => {
      clock.restore({ timers: [{ name: 'ghost', deadline: 1 }] });
    }).toThrow(ClockStateError);
    expect(clock.nextDeadline()).toBe(5);
  });

  it('refuses two timers of one name and a deadline that is no whole tick', () => {
    const { clock } = createTestClock();
    const a = clock.createTimer('a', () => undefined);
    expect(() => clock.createTimer('a', () => undefined)).toThrow(/two timers named a/);
    expect(() => {
      a.start(1.5);
    }).toThrow(RangeError);
    expect(() => {
      a.start(Infinity);
    }).toThrow(RangeError);
  });

  it('agrees with a sorted list over random operations', () => {
    const { clock, advance } = createTestClock();
    const random = createRandom(12345);
    const seen: number[] = [];
    const timers = Array.from({ length: 8 }, (_, i) => clock.createTimer(`t${i}`, () => seen.push(i)));
    let model: { id: number; deadline: number; order: number }[] = [];
    const expected: number[] = [];
    for (let order = 0; order < 2000; order++) {
      const id = random(8);
      if (random(4) === 0) {
        timers[id]!.cancel();
        model = model.filter((entry) => entry.id !== id);
      } else {
        const deadline = clock.now() + 1 + random(20);
        timers[id]!.start(deadline);
        model = model.filter((entry) => entry.id !== id);
        model.push({ id, deadline, order });
      }
      if (random(3) === 0) {
        advance(random(10));
        const due = model.filter((entry) => entry.deadline <= clock.now());
        due.sort((a, b) => a.deadline - b.deadline || a.order - b.order);
        expected.push(...due.map((entry) => entry.id));
        model = model.filter((entry) => entry.deadline > clock.now());
      }
    }
    expect(seen).toEqual(expected);
    expect(seen.length).toBeGreaterThan(500);
  });
});

describe('CrystalRatio', () => {
  const exactCycles = (ticks: number, hertz: number) =>
    Number((BigInt(ticks) * BigInt(hertz)) / 100_000_000n);

  it.each([1193182, 32768])('is exact for %i Hz up to the end of time', (hertz) => {
    const ratio = new CrystalRatio(hertz);
    let seed = 1;
    for (let i = 0; i < 5000; i++) {
      seed = (seed * 48271) % 2147483647;
      const ticks = Math.floor((seed / 2147483647) * 2 ** (10 + (i % 43)));
      const cycles = ratio.cyclesIn(ticks);
      expect(cycles).toBe(exactCycles(ticks, hertz));
      const back = ratio.ticksFor(cycles);
      expect(back).toBeLessThanOrEqual(ticks);
      expect(ratio.cyclesIn(back)).toBe(cycles);
      expect(back === 0 || ratio.cyclesIn(back - 1) === cycles - 1).toBe(true);
    }
  });

  it('makes one second of one second', () => {
    expect(new CrystalRatio(1193182).ticksFor(1193182)).toBe(TICKS_PER_SECOND);
  });

  it('refuses a frequency it cannot convert exactly', () => {
    expect(() => new CrystalRatio(0.5)).toThrow(RangeError);
  });
});
