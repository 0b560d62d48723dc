/** The events that pass a filter, in rows: what the list has, and what the timeline draws as single events, counts and chooses. */
import type { Events } from './events.ts';

export class ShownEvents {
  /** By their number since boot: it stays theirs when older ones are forgotten. */
  private numbers: number[] = [];
  private looked = 0;

  constructor(private readonly events: Events<string>) {}

  get length(): number {
    return this.numbers.length;
  }

  /** The filter is another one: all events are looked at again, with the next call of `look`. */
  reset(): void {
    this.numbers = [];
    this.looked = 0;
  }

  /** Looks at the events that have come. @param passes of an event */
  look(passes: (n: number) => boolean): void {
    const { events } = this;
    this.looked = Math.max(this.looked, events.forgotten);
    for (; this.looked < events.forgotten + events.length; this.looked++)
      if (passes(this.looked - events.forgotten)) this.numbers.push(this.looked);
    const gone = this.lowerBound((number) => number >= events.forgotten);
    if (gone > 0) this.numbers.splice(0, gone);
  }

  /** The event of a row. */
  event(row: number): number {
    return (this.numbers[row] ?? 0) - this.events.forgotten;
  }

  /** The row of an event, -1 for one that does not pass. */
  row(n: number): number {
    const number = n + this.events.forgotten;
    const row = this.lowerBound((other) => other >= number);
    return this.numbers[row] === number ? row : -1;
  }

  /** The first row at or after a time. */
  at(time: number, from = 0): number {
    const { events } = this;
    return this.lowerBound((number) => events.time(number - events.forgotten) >= time, from);
  }

  /** The first row whose number is `late`, as all behind it are. */
  private lowerBound(late: (number: number) => boolean, from = 0): number {
    let [low, high] = [from, this.numbers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (late(this.numbers[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
