/**
 * Which addresses are known to lie in a page that the TLB has let through.
 *
 * Code touches the same few pages again and again: its stack frame, a structure, its globals. An access at a register plus a constant
 * leaves behind, in locals, where its page lies; another one at the same register's value plus another constant then only
 * has to see that it stays in this page. For that, the values of the registers are followed symbolically: a value is a number that
 * stands for it, plus a known distance, so PUSH, POP and ADD of constants keep it.
 *
 * What is known holds from one block to those that it dominates, as long as the registers keep their values on every way there and no
 * handler of the interpreter runs, for these may change the TLB.
 */
import { FS, GS, ZERO } from '../../cpu/state.ts';
import type { Memory } from '../ir.ts';

/** Pages that are remembered at a time: each takes three locals. */
const PLACES = 4;

/** An operand that lies so many bytes from another one is looked up by itself: the next page may well be its own. */
const FAR = 256;

/** A value that a register or an address has: equal numbers and distances are equal values. */
export interface Sum {
  readonly value: number;
  readonly distance: number;
}

export const plus = ({ value, distance }: Sum, more: number): Sum => ({
  value,
  distance: (distance + more) | 0,
});

/** What `ZERO` holds. */
const NOTHING: Sum = { value: 0, distance: 0 };

/** An address without its distance: two values, one of them shifted. */
interface Base {
  readonly value: number;
  readonly index: number;
  readonly scale: number;
}

/** Locals of a page that is remembered. */
export interface Place {
  /** The linear address of the first access to it, the TLB's word then, and the address of the machine's memory. */
  readonly linear: number;
  readonly entry: number;
  readonly host: number;
  /** Which of its uses is the present one. */
  use: number;
}

/** What is known of a page, on the way that the code has taken. */
export interface Known {
  readonly base: Base;
  /** The distance of the first access. */
  readonly distance: number;
  readonly place: Place;
  readonly use: number;
  /** From where to where it has been found to reach, in distances from the first access. */
  readonly from: number;
  readonly to: number;
  readonly writable: boolean;
}

/** All that is known at a place in the code. */
export interface Snapshot {
  readonly registers: readonly Sum[];
  readonly pages: readonly Known[];
  readonly time: number;
}

export interface Pages {
  /** A register gets a value that nothing is known of. */
  changed(register: number): void;
  /** What a register holds. */
  sumOf(register: number): Sum;
  /** A register, which has just been written, holds a known value. */
  is(register: number, sum: Sum): void;
  /** A handler of the interpreter has run. */
  forget(): void;
  /** A memory operand's page, if it is remembered, and how far from the first access the operand is. */
  find(memory: Memory): { readonly page: Known; readonly distance: number } | undefined;
  /** Its page has been found to reach further, or to be writable. */
  learn(page: Known, more: Pick<Known, 'from' | 'to' | 'writable'>): void;
  /** Makes room to remember the page of an operand. @returns undefined if the operand is none that could be followed */
  remember(memory: Memory, size: number, writable: boolean): Place | undefined;
  snapshot(): Snapshot;
  /** The code that follows is reached from where a snapshot was taken, and from nowhere else. */
  restore(snapshot: Snapshot): void;
  /** The same by several ways, all of which have been written since. */
  merge(snapshot: Snapshot | undefined): void;
}

export function createPages(newLocal: () => number): Pages {
  let values = 0;
  let time = 0;
  const unknown = (): Sum => ({ value: ++values, distance: 0 });
  /** The eight registers, and `ZERO`, which is value 0. */
  let registers: Sum[] = [];
  let pages: readonly Known[] = [];
  const changes = new Array<number>(ZERO).fill(0);
  let forgotten = 0;
  const places: Place[] = [];
  let next = 0;

  const isPresent = ({ place, use }: Known) => place.use === use;

  function baseOf({ base, index, scale, disp, seg, mask, bit }: Memory) {
    if (mask !== -1 || bit !== undefined || seg === FS || seg === GS) return undefined;
    const first = registers[base]!;
    const second = registers[index]!;
    return {
      base: { value: first.value, index: second.value, scale: second.value === 0 ? 0 : scale },
      distance: (first.distance + (second.distance << scale) + disp) | 0,
    };
  }
  const isSame = (a: Base, b: Base) => a.value === b.value && a.index === b.index && a.scale === b.scale;

  function takePlace(): Place {
    const place = places[next] ?? { linear: newLocal(), entry: newLocal(), host: newLocal(), use: 0 };
    places[next] = place;
    next = (next + 1) % PLACES;
    place.use++;
    return place;
  }

  const self: Pages = {
    changed(register) {
      registers[register] = unknown();
      changes[register] = ++time;
    },
    sumOf: (register) => registers[register]!,
    is(register, sum) {
      registers[register] = sum;
    },
    forget() {
      pages = [];
      forgotten = ++time;
    },
    find(memory) {
      const wanted = baseOf(memory);
      if (!wanted) return undefined;
      for (const page of pages) {
        if (!isPresent(page) || !isSame(page.base, wanted.base)) continue;
        const distance = (wanted.distance - page.distance) | 0;
        if (Math.abs(distance) < FAR) return { page, distance };
      }
      return undefined;
    },
    learn(page, { from, to, writable }) {
      if (from === page.from && to === page.to && writable === page.writable) return;
      const { base, distance, place, use } = page;
      const learnt = { base, distance, place, use, from, to, writable };
      pages = pages.map((one) => (one === page ? learnt : one));
    },
    remember(memory, size, writable) {
      const at = baseOf(memory);
      if (!at) return undefined;
      const { base, distance } = at;
      const place = takePlace();
      const kept: Known[] = [];
      for (const one of pages) if (isPresent(one) && !isSame(one.base, base)) kept.push(one);
      kept.push({ base, distance, place, use: place.use, from: 0, to: size, writable });
      pages = kept;
      return place;
    },
    snapshot: () => ({ registers: [...registers], pages, time }),
    restore(snapshot) {
      registers = [...snapshot.registers];
      ({ pages } = snapshot);
    },
    merge(snapshot) {
      registers = [];
      for (let register = 0; register < ZERO; register++)
        registers.push(
          snapshot && changes[register]! <= snapshot.time ? snapshot.registers[register]! : unknown(),
        );
      registers.push(NOTHING);
      pages = snapshot && forgotten <= snapshot.time ? snapshot.pages : [];
    },
  };
  self.merge(undefined);
  return self;
}
