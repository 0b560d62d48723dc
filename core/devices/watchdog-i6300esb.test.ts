/** The watchdog as its driver uses it: unlocking, both counters, reloading, locking, and what is left after it has barked. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../testing/test-clock.ts';
import { TICKS_PER_SECOND } from '../time/clock.ts';
import { WatchdogI6300esb } from './watchdog-i6300esb.ts';

/** One count with the slow clock, in seconds: 2^15 cycles of 33 MHz. */
const COUNT = 32768 / 33e6;
const [ENABLE, LOCK, FREE] = [2, 1, 4];

let time: ReturnType<typeof createTestClock>;
let barks: number[];
let dog: WatchdogI6300esb;

beforeEach(() => {
  time = createTestClock();
  barks = [];
  dog = new WatchdogI6300esb(time.clock, () => barks.push(time.clock.now()));
});

const memory = (offset: number, value: number) => {
  dog.pci.bars[0]!.handler.write(offset, value, 2);
};
function unlocked(offset: number, value: number): void {
  memory(0xc, 0x80);
  memory(0xc, 0x86);
  memory(offset, value);
}
const lock = (value: number) => {
  dog.pci.write(0x68, value, 1);
};
const seconds = (count: number) => {
  time.advance(Math.round(count * TICKS_PER_SECOND));
};
function start(first = 100, second = 50, bits = ENABLE): void {
  unlocked(0, first);
  unlocked(4, second);
  lock(bits);
}

describe('the watchdog', () => {
  it('barks when both counters have run out, and is off then', () => {
    start();
    seconds(149 * COUNT);
    expect([barks, dog.running]).toEqual([[], true]);
    seconds(1.01 * COUNT);
    expect(barks.map((at) => at / TICKS_PER_SECOND)[0]).toBeCloseTo(150 * COUNT, 6);
    expect([dog.running, dog.pci.read(0x68, 1)]).toEqual([false, 0]);
    seconds(1000);
    expect(barks).toHaveLength(1);
  });

  it('begins anew when it is reloaded by the whole sequence, and only then', () => {
    start();
    for (let n = 0; n < 10; n++) {
      seconds(120 * COUNT);
      unlocked(0xc, 0x100);
    }
    expect(barks).toEqual([]);
    seconds(120 * COUNT);
    memory(0xc, 0x80);
    memory(0xc, 0x100);
    memory(0xc, 0x86);
    memory(0xc, 0x100);
    seconds(31 * COUNT);
    expect(barks).toHaveLength(1);
  });

  it('counts 1024 times as fast with the fast clock', () => {
    dog.pci.write(0x60, 0x04, 2);
    start(1024, 1024);
    seconds(2 * COUNT - 1e-6);
    expect(barks).toEqual([]);
    seconds(2e-6);
    expect(barks).toHaveLength(1);
  });

  it('stops when it is disabled, but not when it is locked', () => {
    start();
    lock(0);
    seconds(1000);
    start(100, 50, ENABLE | LOCK);
    lock(0);
    expect(dog.pci.read(0x68, 1)).toBe(ENABLE | LOCK);
    expect(barks).toEqual([]);
    seconds(151 * COUNT);
    expect(barks).toHaveLength(1);
  });

  it('says that it has barked until that is acknowledged', () => {
    const status = () => dog.pci.bars[0]!.handler.read(0xc, 2);
    expect(status()).toBe(0);
    start(1, 1);
    seconds(3 * COUNT);
    expect(status()).toBe(0x200);
    unlocked(0xc, 0x200);
    expect(status()).toBe(0);
  });

  it('does nothing with its output off, and goes round when it runs freely', () => {
    dog.pci.write(0x60, 0x20, 2);
    start(0, 0, ENABLE | FREE);
    seconds(100 * COUNT);
    expect([barks, dog.running]).toEqual([[], true]);
    lock(ENABLE);
    seconds(100 * COUNT);
    expect([barks, dog.running]).toEqual([[], false]);
  });

  it('goes on where it was saved', () => {
    start();
    seconds(120 * COUNT);
    const [state, pci, clock] = [dog.save(), dog.pci.save(), time.clock.save()];
    const other = createTestClock(time.clock.now());
    const restored = new WatchdogI6300esb(other.clock, () => barks.push(-1));
    restored.restore(state);
    restored.pci.restore(pci);
    other.clock.restore(clock);
    other.advance(Math.round(31 * COUNT * TICKS_PER_SECOND));
    expect(barks).toEqual([-1]);
  });
});
