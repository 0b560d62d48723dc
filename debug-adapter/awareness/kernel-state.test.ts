import { describe, expect, it } from 'vitest';
import { type DescribedKernel, kernelLog, kernelMemory } from './kernel-state.ts';
import { unixGuest } from './unix-guest.ts';

/** A kernel whose numbers and array are these. */
const kernel = (numbers: readonly number[], ring = ''): DescribedKernel => {
  const left = [...numbers];
  const values = {
    number: () => Promise.resolve(left.shift()!),
    bytes: () => Promise.resolve(new TextEncoder().encode(ring)),
  };
  return { description: unixGuest, values: values as unknown as DescribedKernel['values'] };
};

describe('the log of a kernel', () => {
  it('ends where it has been written to', async () => {
    expect(await kernelLog(kernel([4], 'one\n\0\0\0\0'))).toBe('one\n');
  });

  it('that has come round begins with the first whole line, wherever its end is', async () => {
    expect(await kernelLog(kernel([17], 'ee\nXld\ntwo\nthr'))).toBe('two\nthree\n');
  });

  it('has dots for what is no text', async () => {
    expect(await kernelLog(kernel([4], 'a\x01\x7f\n'))).toBe('a··\n');
  });
});

describe('the memory of a kernel', () => {
  it('is what it gives out, and what of that is free', async () => {
    expect(await kernelMemory(kernel([8192, 4096]))).toEqual({ total: 8192, free: 4096 });
  });

  it.each([
    [0, 0],
    [4096, 8192],
  ])('is not known when it says %i and %i', async (total, free) => {
    expect(await kernelMemory(kernel([total, free]))).toBeUndefined();
  });

  it('and the log are not known of a kernel whose description leaves them out', async () => {
    const { name, symbols, type, first, next, id, label, state, current, directory } = unixGuest;
    const { ofKernel, stackPointer, pushed } = unixGuest;
    const description = {
      ...{ name, symbols, type, first, next, id, label, state, current, directory },
      ...{ ofKernel, stackPointer, pushed },
    };
    const bare = { ...kernel([]), description };
    expect(await kernelMemory(bare)).toBeUndefined();
    expect(await kernelLog(bare)).toBeUndefined();
  });
});
