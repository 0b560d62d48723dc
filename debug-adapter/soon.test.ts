import { describe, expect, it } from 'vitest';
import { inOrder, type Soon, whenThere } from './soon.ts';

const later = <T>(value: T): Promise<T> => Promise.resolve(value);

describe('what is there or comes', () => {
  it('is worked with at once if it is there', () => {
    expect(whenThere(20, (value) => value + 1)).toBe(21);
  });

  it('is worked with when it has come', async () => {
    const soon = whenThere(later(20), (value) => value + 1);
    expect(soon).toBeInstanceOf(Promise);
    expect(await soon).toBe(21);
  });

  it('makes a list at once if all of it is there', () => {
    expect(inOrder([1, 2, 3], (n) => n * 2)).toEqual([2, 4, 6]);
  });

  it('begins with an item when those before it are done', async () => {
    const begun: number[] = [];
    let settle: (value: number) => void = () => undefined;
    const list = inOrder([1, 2, 3], (n): Soon<number> => {
      begun.push(n);
      return n === 2 ? new Promise((resolve) => (settle = resolve)) : n * 2;
    });
    await later(undefined);
    expect(begun).toEqual([1, 2]);
    settle(40);
    expect(await list).toEqual([2, 40, 6]);
  });

  it('hands on what goes wrong', async () => {
    const fail = () => {
      throw new Error('no');
    };
    expect(() => inOrder([1], fail)).toThrow('no');
    await expect(whenThere(later(1), fail)).rejects.toThrow('no');
  });
});
