/** Who is on their way: a block until the last region that has it is translated, dropped or forgotten. */
import { expect, it } from 'vitest';
import type { Block } from '../cpu/decode/code-cache.ts';
import type { Compiled, Order } from './compile.ts';
import { createQueue } from './queue.ts';
import type { FoundRegion } from './region.ts';

const COMPILED = { bytes: 0, made: [] } as unknown as Compiled;

/** Blocks and regions of letters. @param background the machine runs on while the compiler works @param most batches that it takes */
function createScene(background: boolean, batch = 2, most = 1) {
  const blocks = new Map<string, Block>();
  const block = (name: string): Block => {
    const known = blocks.get(name) ?? ({} as Block);
    blocks.set(name, known);
    return known;
  };
  const names = new Map<FoundRegion, string>();
  const region = (name: string): FoundRegion => {
    const made = {
      blocks: [...name].map((letter) => ({ source: block(letter) })),
    } as unknown as FoundRegion;
    names.set(made, name);
    return made;
  };
  const stale = new Set<string>();
  const log: string[] = [];
  const pending: (() => void)[] = [];
  const join = (orders: readonly Order[]) => orders.map(({ region: one }) => names.get(one)).join(' ');
  const queue = createQueue(
    {
      background,
      get idle() {
        return pending.length === 0;
      },
      get takes() {
        return pending.length < most;
      },
      compile(orders, done) {
        log.push(`compile ${join(orders)}`);
        const finish = () => {
          done(COMPILED);
        };
        if (background) pending.push(finish);
        else finish();
      },
    },
    { urgent: 100, batch },
    {
      isFresh: (one) => !stale.has(names.get(one)!),
      order: (one) => ({ region: one, place: 0 }),
      cancel: (order) => log.push(`cancel ${join([order])}`),
      install: (orders) => log.push(`install ${join(orders)}`),
    },
  );
  return {
    queue,
    log,
    stale,
    add: (name: string, urgent = false) => {
      queue.add(region(name), urgent);
    },
    waits: (letters: string) => [...letters].filter((letter) => queue.has(block(letter))).join(''),
    finish: () => pending.shift()!(),
  };
}

it('compiles a batch when there are enough, when one is urgent, or when they have cost enough', () => {
  const { queue, log, add, waits } = createScene(false);
  add('ab');
  expect(waits('abc')).toBe('ab');
  add('bc');
  expect(waits('abc')).toBe('');
  add('d', true);
  add('e');
  queue.ran(99);
  expect(waits('e')).toBe('e');
  queue.ran(1);
  expect(log.filter((line) => line.startsWith('compile'))).toEqual([
    'compile ab bc',
    'compile d',
    'compile e',
  ]);
});

it('keeps a block that a region behind has, too', () => {
  const { add, waits, finish, log } = createScene(true, 1);
  add('ab');
  add('bc');
  add('cd');
  expect(waits('abcd')).toBe('abcd');
  finish();
  expect(waits('abcd')).toBe('bcd');
  finish();
  expect(waits('abcd')).toBe('cd');
  finish();
  expect(waits('abcd')).toBe('');
  expect(log.filter((line) => line.startsWith('install'))).toEqual([
    'install ab',
    'install bc',
    'install cd',
  ]);
});

it('lets go of what is not so any more', () => {
  const { add, stale, waits, finish, log } = createScene(true, 1);
  add('ab');
  add('bc');
  add('d');
  stale.add('bc');
  finish();
  expect(waits('abcd')).toBe('d');
  finish();
  expect(log).toEqual(['compile ab', 'install ab', 'compile d', 'install d']);
});

it('forgets what is being compiled and what waits, and drops what comes of it', () => {
  const { queue, add, waits, finish, log } = createScene(true, 1);
  add('ab');
  add('c');
  queue.forget();
  expect(waits('abc')).toBe('');
  add('a');
  expect(waits('abc')).toBe('a');
  finish();
  finish();
  expect(waits('abc')).toBe('');
  expect(log).toEqual(['compile ab', 'cancel ab', 'compile a', 'install a']);
});

it('gives the compiler its next batch while it works, if that takes one', () => {
  const { queue, add, stale, waits, finish, log } = createScene(true, 2, 2);
  for (const name of ['a', 'b', 'c', 'd', 'e']) add(name);
  expect([log, waits('abcde')]).toEqual([['compile a', 'compile b'], 'abcde']);
  stale.add('c');
  finish();
  expect(log.slice(2)).toEqual(['install a', 'compile d']);
  finish();
  expect(log.slice(4)).toEqual(['install b', 'compile e']);
  queue.forget();
  finish();
  add('f');
  finish();
  finish();
  expect(log.slice(6)).toEqual(['cancel d', 'compile f', 'cancel e', 'install f']);
});
