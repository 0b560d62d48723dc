/** The machine's time for networks outside: it passes with the machine, stands with it, and never goes back. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MachineTime } from './machine-time.ts';

const MILLISECOND = 1_000_000;
const TICKS = 100_000;

let time: MachineTime;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  time = new MachineTime();
});
afterEach(() => {
  time.stop();
  vi.useRealTimers();
});
const now = () => time.clock.now() / TICKS;

it('is what the machine says', () => {
  time.set(5 * MILLISECOND, false);
  expect(now()).toBe(5);
});

it('passes between two words of a machine that runs, but not for long', () => {
  time.set(5 * MILLISECOND, true);
  vi.advanceTimersByTime(50);
  expect(now()).toBe(55);
  vi.advanceTimersByTime(5000);
  expect(now()).toBe(205);
});

it('stands while the machine stands', () => {
  time.set(5 * MILLISECOND, true);
  vi.advanceTimersByTime(20);
  time.set(26 * MILLISECOND, false);
  vi.advanceTimersByTime(60_000);
  expect(now()).toBe(26);
});

it('never goes back when the machine is slower than was guessed', () => {
  time.set(0, true);
  vi.advanceTimersByTime(100);
  time.set(10 * MILLISECOND, true);
  expect(now()).toBe(100);
  vi.advanceTimersByTime(100);
  expect(now()).toBe(110);
});

it('lets what is due happen', () => {
  const due: number[] = [];
  const timer = time.clock.createTimer('test', () => due.push(now()));
  timer.start(30 * TICKS);
  time.set(0, true);
  vi.advanceTimersByTime(20);
  expect(due).toEqual([]);
  vi.advanceTimersByTime(10);
  expect(due).toEqual([30]);
});
