import { describe, expect, it } from 'vitest';
import { english } from '../translate.ts';
import { formatVirtualTime, statusText } from './text.ts';

describe('virtual time', () => {
  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1500, '1.5 µs'],
    [12_345_678, '12.35 ms'],
    [61e9, '61.00 s'],
  ])('%d ns is shown as %s', (nanoseconds, shown) => {
    expect(formatVirtualTime(nanoseconds, 'en')).toBe(shown);
  });
});

describe('the status bar text', () => {
  const status = { running: false, coroutine: 'guest 0', ring: 3, virtualTimeNs: 2e6, instructions: 1234567 };

  it('names coroutine, ring and time', () => {
    expect(statusText(status, english, 'en').text).toBe('$(vm-outline) guest 0 · ring 3 · 2.00 ms');
    expect(statusText({ ...status, running: true }, english, 'en').text).toContain('vm-running');
  });

  it('leaves the name of the file to the tooltip', () => {
    const named = { ...status, coroutine: 'guest 0 (hello.elf)' };
    expect(statusText(named, english, 'en').text).toContain(' guest 0 · ');
    expect(statusText(named, english, 'en').tooltip).toContain('guest 0 (hello.elf) owns');
  });

  it('tells the instructions in the tooltip and is spoken without icons', () => {
    expect(statusText(status, english, 'en').tooltip).toContain('after 1,234,567 instructions');
    expect(statusText(status, english, 'de').tooltip).toMatch(/2,00 ms after 1\.234\.567 instructions/);
    expect(statusText(status, english, 'en').spoken).toBe(
      'coLinux machine stopped: guest 0, ring 3, 2.00 ms',
    );
  });
});
