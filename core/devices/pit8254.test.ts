import { beforeEach, describe, expect, it } from 'vitest';
import { createTestBus, TestLine } from '../testing/test-bus.ts';
import type { TestBus } from '../testing/test-bus.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { TestClock } from '../testing/test-clock.ts';
import { CrystalRatio } from '../time/ratio.ts';
import { TICKS_PER_SECOND } from '../time/clock.ts';
import { PIT_HERTZ, Pit8254 } from './pit8254.ts';

const crystal = new CrystalRatio(PIT_HERTZ);

let io: TestBus;
let time: TestClock;
let line: TestLine;
let pit: Pit8254;
let began = 0;

/** Writes a control word and a 16-bit count; the count begins now. */
function program(channel: number, mode: number, count: number, bcd = 0): void {
  io.out(0x43, (channel << 6) | 0x30 | (mode << 1) | bcd);
  io.out(0x40 + channel, count & 0xff);
  io.out(0x40 + channel, count >> 8);
  began = time.clock.now();
}

/** Moves to the first tick at which `clocks` clocks of the last programmed count have passed. */
function atClock(clocks: number): void {
  time.advanceTo(began + crystal.ticksFor(clocks));
}

function latched(channel: number): number {
  io.out(0x43, channel << 6);
  return io.in(0x40 + channel) | (io.in(0x40 + channel) << 8);
}

function status(channel: number): number {
  io.out(0x43, 0xe0 | (2 << channel));
  return io.in(0x40 + channel);
}

const out = (channel: number): number => status(channel) >> 7;
const out2 = (): number => (io.in(0x61) >> 5) & 1;

beforeEach(() => {
  io = createTestBus();
  time = createTestClock(777);
  line = new TestLine();
  pit = new Pit8254(io.bus, time.clock, line);
});

describe('Pit8254 interrupt', () => {
  it('ticks a thousand times in a thousand periods of mode 2, without drift over an hour', () => {
    program(0, 2, 11932);
    const periods = Math.floor((3600 * PIT_HERTZ) / 11932);
    time.advanceTo(began + 3600 * TICKS_PER_SECOND);
    expect(line.edges).toBe(periods);
  }, 20000);

  it('fires mode 2 at the exact tick of the end of each period', () => {
    program(0, 2, 100);
    time.advanceTo(began + crystal.ticksFor(100) - 1);
    expect(line.edges).toBe(0);
    time.advance(1);
    expect([line.edges, line.level]).toEqual([1, true]);
    atClock(101);
    expect(line.level).toBe(false);
    atClock(200);
    expect(line.edges).toBe(2);
  });

  it('is a square wave in mode 3, one clock longer high for an odd count', () => {
    program(0, 3, 5);
    const levels: boolean[] = [];
    for (let clock = 0; clock < 10; clock++) {
      atClock(clock);
      levels.push(line.level);
    }
    const period = [true, true, true, false, false];
    expect(levels).toEqual([...period, ...period]);
  });

  it('fires mode 0 once and stays high, low again with the next count', () => {
    program(0, 0, 50);
    atClock(49);
    expect(line.level).toBe(false);
    atClock(50);
    expect(line.level).toBe(true);
    atClock(100000);
    expect([line.edges, time.clock.nextDeadline()]).toEqual([1, Infinity]);
    io.out(0x40, 10);
    io.out(0x40, 0);
    expect(line.level).toBe(false);
    time.advance(crystal.ticksFor(10));
    expect(line.edges).toBe(2);
  });

  it('fires mode 4 once, as a pulse', () => {
    program(0, 4, 50);
    atClock(50);
    expect(line.level).toBe(true);
    atClock(51);
    expect(line.level).toBe(false);
    atClock(200000);
    expect(line.edges).toBe(1);
  });

  it('raises nothing when it is programmed, and runs at 18.2 Hz after reset', () => {
    program(0, 2, 0);
    expect(line.edges).toBe(0);
    pit.reset();
    expect(line.level).toBe(false);
    time.advance(TICKS_PER_SECOND);
    expect(line.edges).toBe(18);
  });

  it('stops when a control word awaits its count', () => {
    program(0, 2, 100);
    io.out(0x43, 0x34);
    time.advance(TICKS_PER_SECOND);
    expect(line.edges).toBe(0);
  });

  it('survives the shortest counts', () => {
    for (const mode of [2, 3]) {
      program(0, mode, 1);
      time.advance(1000);
      program(0, mode, 2);
      const before = line.edges;
      atClock(20);
      expect(line.edges - before).toBe(10);
    }
  });
});

describe('Pit8254 reading', () => {
  it('latches a count that does not move while it is read', () => {
    program(2, 0, 0);
    program(0, 2, 0x1234);
    atClock(0x34);
    io.out(0x43, 0x00);
    time.advance(10000);
    io.out(0x43, 0x00); // a second latch is ignored
    expect(io.in(0x40) | (io.in(0x40) << 8)).toBe(0x1200);
    expect(latched(0)).toBeLessThan(0x1200);
  });

  it('reads low then high without a latch, and only the half that is selected', () => {
    program(0, 4, 0x1234);
    expect([io.in(0x40), io.in(0x40), io.in(0x40)]).toEqual([0x34, 0x12, 0x34]);
    io.out(0x43, 0x28); // high byte only
    io.out(0x40, 0x12);
    expect([io.in(0x40), io.in(0x40)]).toEqual([0x12, 0x12]);
    io.out(0x43, 0x18); // low byte only
    io.out(0x40, 0x77);
    expect([io.in(0x40), io.in(0x40)]).toEqual([0x77, 0x77]);
  });

  it('reads back status with null count, access, mode and BCD, before the count', () => {
    io.out(0x43, 0x35);
    expect(status(0)).toBe(0x80 | 0x40 | 0x35);
    io.out(0x40, 0x10);
    io.out(0x40, 0x00);
    expect(status(0)).toBe(0x80 | 0x35);
    io.out(0x43, 0xc2); // both, counter 0
    expect([io.in(0x40), io.in(0x40), io.in(0x40)]).toEqual([0x80 | 0x35, 0x10, 0x00]);
  });

  it('counts in BCD', () => {
    program(0, 2, 0x1000, 1);
    atClock(1);
    expect(latched(0)).toBe(0x0999);
    atClock(1000);
    expect(line.edges).toBe(1);
    program(0, 0, 0x0000, 1);
    atClock(1);
    expect(latched(0)).toBe(0x9999);
    atClock(10000);
    expect([latched(0), line.level]).toEqual([0x0000, true]);
  });

  it('counts through zero in mode 0 and by two in mode 3', () => {
    program(0, 0, 5);
    atClock(7);
    expect(latched(0)).toBe(0xfffe);
    program(0, 3, 100);
    atClock(10);
    expect(latched(0)).toBe(80);
  });

  it('takes modes 6 and 7 for 2 and 3 and reads its command port as 0', () => {
    program(0, 6, 100);
    expect((status(0) >> 1) & 7).toBe(2);
    expect(io.in(0x43)).toBe(0);
  });
});

describe('Pit8254 counter 2 and port 0x61', () => {
  it('times mode 0 as kernels calibrate with it', () => {
    io.out(0x61, 0x01);
    program(2, 0, 11932);
    atClock(11931);
    expect(out2()).toBe(0);
    atClock(11932);
    expect([out2(), io.in(0x61) & 3]).toEqual([1, 1]);
  });

  it('stands still while the gate is low and goes on after', () => {
    io.out(0x61, 0x01);
    program(2, 0, 1000);
    atClock(400);
    io.out(0x61, 0x00);
    time.advance(TICKS_PER_SECOND);
    expect([latched(2), out2()]).toEqual([600, 0]);
    io.out(0x61, 0x01);
    time.advance(crystal.ticksFor(599));
    expect(out2()).toBe(0);
    time.advance(crystal.ticksFor(2));
    expect(out2()).toBe(1);
  });

  it('does not begin a count that is written with the gate low', () => {
    program(2, 0, 100);
    time.advance(TICKS_PER_SECOND);
    expect([latched(2), out2()]).toEqual([100, 0]);
    io.out(0x61, 0x01);
    time.advance(crystal.ticksFor(100));
    expect(out2()).toBe(1);
  });

  it('waits for the gate in mode 1: high, low for the count, high', () => {
    program(2, 1, 100);
    time.advance(100000);
    expect([out2(), latched(2)]).toEqual([1, 100]);
    io.out(0x61, 0x01);
    expect(out2()).toBe(0);
    time.advance(crystal.ticksFor(99));
    io.out(0x61, 0x00);
    io.out(0x61, 0x01); // triggers again
    time.advance(crystal.ticksFor(99));
    expect(out2()).toBe(0);
    time.advance(crystal.ticksFor(1) + 1);
    expect(out2()).toBe(1);
  });

  it('strobes low for one clock after the gate in mode 5', () => {
    program(2, 5, 100);
    time.advance(100000);
    expect(out(2)).toBe(1);
    io.out(0x61, 0x01);
    began = time.clock.now();
    atClock(100);
    expect(out(2)).toBe(0);
    atClock(101);
    expect(out(2)).toBe(1);
  });

  it('restarts modes 2 and 3 when the gate rises', () => {
    io.out(0x61, 0x01);
    program(2, 2, 100);
    atClock(50);
    io.out(0x61, 0x00);
    expect(out2()).toBe(1);
    time.advance(1000);
    io.out(0x61, 0x01);
    expect(latched(2)).toBe(100);
    began = time.clock.now();
    atClock(99);
    expect(out2()).toBe(0);
    atClock(100);
    expect(out2()).toBe(1);
  });

  it('keeps the speaker bit and toggles the refresh bit every 18 clocks', () => {
    io.out(0x61, 0x02);
    expect(io.in(0x61) & 3).toBe(2);
    let toggles = 0;
    let last = io.in(0x61) & 0x10;
    const clocksBefore = crystal.cyclesIn(time.clock.now());
    for (let i = 0; i < 10000; i++) {
      time.advance(100);
      const bit = io.in(0x61) & 0x10;
      toggles += bit === last ? 0 : 1;
      last = bit;
    }
    const clocks = crystal.cyclesIn(time.clock.now()) - clocksBefore;
    expect(Math.abs(toggles - clocks / 18)).toBeLessThan(1.01);
  });
});

describe('Pit8254 state', () => {
  it('goes on from a saved state as the original does', () => {
    io.out(0x61, 0x01);
    program(2, 0, 5000);
    program(0, 2, 300);
    time.advance(50_123);
    const copyIo = createTestBus();
    const copyTime = createTestClock(time.clock.now());
    const copyLine = new TestLine();
    const copy = new Pit8254(copyIo.bus, copyTime.clock, copyLine);
    copy.restore(structuredClone(pit.save()));
    copyTime.clock.restore(structuredClone(time.clock.save()));
    copyLine.edges = line.edges;
    time.advance(1_000_000);
    copyTime.advance(1_000_000);
    expect(copyLine.edges).toBe(line.edges);
    expect(copyIo.in(0x61)).toBe(io.in(0x61));
    expect(copy.save()).toEqual(pit.save());
    expect(copyTime.clock.save()).toEqual(time.clock.save());
  });
});
