/** Consoles of machines side by side are told from each other by their terminals' names. */
import { describe, expect, it } from 'vitest';
import { distinctTitle } from './distinct-title.ts';

describe('the name of a terminal', () => {
  it('is the title of its console', () => {
    expect(distinctTitle('COM1', [])).toBe('COM1');
    expect(distinctTitle('COM1', ['cocon: hello-guest.elf'])).toBe('COM1');
  });

  it('has a number where another machine has a console of that title', () => {
    expect(distinctTitle('COM1', ['COM1'])).toBe('COM1 2');
    expect(distinctTitle('COM1', ['COM1', 'COM1 2'])).toBe('COM1 3');
  });

  it('is the first that is free: a machine that has ended leaves its own', () => {
    expect(distinctTitle('COM1', ['COM1 2'])).toBe('COM1');
    expect(distinctTitle('COM1', ['COM1', 'COM1 3'])).toBe('COM1 2');
  });
});
