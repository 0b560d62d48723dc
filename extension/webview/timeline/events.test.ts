/** The store of a timeline: sums over many events are those of each event by itself. */
import { describe, expect, it } from 'vitest';
import { Events } from './events.ts';

/** Events at irregular times, by a generator that is the same each time. */
function filled(count: number, capacity = 4096): Events<'n'> {
  const events = new Events(['n'], 3, capacity);
  let [state, time] = [1, 0];
  for (let n = 0; n < count; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    time += state % 50;
    events.push(time, (state >>> 8) % 3, { n });
  }
  return events;
}

/** The same by looking at each event. */
function slowShares(events: Events<'n'>, begin: number, end: number): number[] {
  const shares = [0, 0, 0];
  for (let n = 0; n < events.length; n++) {
    const from = Math.max(begin, events.time(n));
    const to = Math.min(end, n + 1 < events.length ? events.time(n + 1) : Infinity);
    if (to > from) shares[events.lane(n)] += to - from;
  }
  return shares;
}

describe('events of a timeline', () => {
  it('share the time between any two moments as each event by itself does', () => {
    const events = filled(3000);
    const end = events.time(2999);
    for (let n = 0; n < 400; n++) {
      const begin = (n * 7919) % end;
      const last = begin + ((n * n * 13) % (end - begin + 100));
      const shares = new Float64Array(3);
      events.shares(begin, last, shares);
      expect([...shares]).toEqual(slowShares(events, begin, last));
    }
  });

  it('before the first one nobody has the time', () => {
    const events = new Events(['n'], 2, 256);
    events.push(100, 1, { n: 0 });
    const shares = new Float64Array(2);
    events.shares(0, 50, shares);
    expect([...shares]).toEqual([0, 0]);
    events.shares(90, 130, shares);
    expect([...shares]).toEqual([0, 30]);
  });

  it('forget the oldest quarter when there is no room, and sum up what is left', () => {
    const events = filled(5000);
    expect(events.length + events.forgotten).toBe(5000);
    expect(events.get('n', 0)).toBe(events.forgotten);
    const [begin, end] = [events.time(10), events.time(events.length - 5)];
    const shares = new Float64Array(3);
    events.shares(begin, end, shares);
    expect([...shares]).toEqual(slowShares(events, begin, end));
  });
});
