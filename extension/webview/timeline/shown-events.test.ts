/** The rows of a filter: those of the events that pass, whatever is forgotten meanwhile. */
import { describe, expect, it } from 'vitest';
import { Events } from './events.ts';
import { ShownEvents } from './shown-events.ts';

const CAPACITY = 256;
const even = (events: Events<'n'>) => (n: number) => events.get('n', n) % 2 === 0;

function filled(count: number): Events<'n'> {
  const events = new Events(['n'], 1, CAPACITY);
  for (let n = 0; n < count; n++) events.push(10 * n, 0, { n });
  return events;
}

describe('events that pass a filter', () => {
  it('have rows in the order of time, and are found by time and by event', () => {
    const events = filled(100);
    const shown = new ShownEvents(events as Events<string>);
    shown.look(even(events));
    expect(shown.length).toBe(50);
    expect(shown.event(3)).toBe(6);
    expect(shown.row(6)).toBe(3);
    expect(shown.row(7)).toBe(-1);
    expect(shown.at(60)).toBe(3);
    expect(shown.at(61)).toBe(4);
    expect(shown.at(10_000)).toBe(50);
  });

  it('stay right when the oldest events are forgotten', () => {
    const events = filled(CAPACITY);
    const shown = new ShownEvents(events as Events<string>);
    shown.look(even(events));
    for (let n = CAPACITY; n < CAPACITY + 100; n++) events.push(10 * n, 0, { n });
    shown.look(even(events));
    expect(events.forgotten).toBeGreaterThan(0);
    expect(shown.length).toBe(Math.ceil(events.length / 2));
    for (let row = 0; row < shown.length; row++) {
      expect(events.get('n', shown.event(row)) % 2).toBe(0);
      expect(shown.row(shown.event(row))).toBe(row);
    }
  });

  it('are others with another filter', () => {
    const events = filled(10);
    const shown = new ShownEvents(events as Events<string>);
    shown.look(even(events));
    shown.reset();
    shown.look(() => true);
    expect(shown.length).toBe(10);
  });
});
