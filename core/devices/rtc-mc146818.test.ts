import { beforeEach, describe, expect, it } from 'vitest';
import { createTestBus, TestLine } from '../testing/test-bus.ts';
import type { TestBus } from '../testing/test-bus.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { TestClock } from '../testing/test-clock.ts';
import { TICKS_PER_SECOND } from '../time/clock.ts';
import { encodeRtcBase, RtcMc146818 } from './rtc-mc146818.ts';

const MIB = 1 << 20;
/** Friday 2024-02-09 23:59:58 UTC. */
const BASE = 1707523198;

let io: TestBus;
let time: TestClock;
let line: TestLine;
let rtc: RtcMc146818;

const get = (index: number): number => {
  io.out(0x70, index);
  return io.in(0x71);
};
const set = (index: number, value: number): void => {
  io.out(0x70, index);
  io.out(0x71, value);
};
const fields = (): number[] => [0x32, 9, 8, 7, 6, 4, 2, 0].map(get);

beforeEach(() => {
  io = createTestBus();
  time = createTestClock(1000);
  line = new TestLine();
  rtc = new RtcMc146818(io.bus, time.clock, line, { ramBytes: 32 * MIB });
  rtc.receive(encodeRtcBase(BASE + 0.7));
});

describe('RtcMc146818 time', () => {
  it('gives the injected time in BCD, 24 hours, and goes on with the ticks', () => {
    expect(fields()).toEqual([0x20, 0x24, 0x02, 0x09, 0x06, 0x23, 0x59, 0x58]);
    time.advance(TICKS_PER_SECOND - 1);
    expect(get(0)).toBe(0x58);
    time.advance(1 + TICKS_PER_SECOND);
    expect(fields()).toEqual([0x20, 0x24, 0x02, 0x10, 0x07, 0x00, 0x00, 0x00]);
    expect(get(0x37)).toBe(0x20);
  });

  it('gives binary and 12 hours when register B says so', () => {
    set(0x0b, 0x04);
    expect(fields()).toEqual([20, 24, 2, 9, 6, 11 | 0x80, 59, 58]);
    time.advance(2 * TICKS_PER_SECOND);
    expect(get(4)).toBe(12);
  });

  it('stands while SET is on and goes on from what was written', () => {
    set(0x0b, 0x82);
    time.advance(10 * TICKS_PER_SECOND);
    expect(get(0)).toBe(0x58);
    for (const [index, value] of [
      [0x32, 0x19],
      [9, 0x99],
      [8, 0x12],
      [7, 0x31],
      [4, 0x23],
      [2, 0x59],
      [0, 0x59],
    ] as const) {
      set(index, value);
    }
    set(0x0b, 0x02);
    time.advance(TICKS_PER_SECOND);
    expect(fields()).toEqual([0x20, 0x00, 0x01, 0x01, 0x07, 0x00, 0x00, 0x00]);
  });

  it('takes a single field while it runs and keeps the phase of the second', () => {
    time.advance(TICKS_PER_SECOND / 4);
    set(2, 0x10);
    expect(fields()).toEqual([0x20, 0x24, 0x02, 0x09, 0x06, 0x23, 0x10, 0x58]);
    time.advance((TICKS_PER_SECOND * 3) / 4);
    expect(get(0)).toBe(0x59);
  });

  it('shows UIP in the last 244 us before the second only', () => {
    const uip = () => get(0x0a) & 0x80;
    time.advance(TICKS_PER_SECOND - 25000);
    expect(uip()).toBe(0);
    time.advance(1000);
    expect(uip()).toBe(0x80);
    time.advance(24000);
    expect(uip()).toBe(0);
    set(0x0b, 0x82);
    time.advance(TICKS_PER_SECOND - 100);
    expect(uip()).toBe(0);
  });

  it('updates half a second after the divider leaves reset', () => {
    set(0x0a, 0x66);
    time.advance(5 * TICKS_PER_SECOND);
    expect(get(0)).toBe(0x58);
    set(0x0a, 0x26);
    time.advance(TICKS_PER_SECOND / 2 - 1);
    expect(get(0)).toBe(0x58);
    time.advance(1);
    expect(get(0)).toBe(0x59);
  });

  it('ignores a payload that is no time', () => {
    rtc.receive(Uint8Array.of(1, 2, 3));
    rtc.receive(new Uint8Array(8).fill(0xff));
    expect(get(0)).toBe(0x58);
  });
});

describe('RtcMc146818 interrupts', () => {
  it('interrupts at each update when UIE is on, until C is read', () => {
    set(0x0b, 0x12);
    time.advance(TICKS_PER_SECOND);
    expect(line.level).toBe(true);
    expect(get(0x0c) & 0xb0).toBe(0x90);
    expect([line.level, get(0x0c)]).toEqual([false, 0]);
    time.advance(3 * TICKS_PER_SECOND);
    expect(line.edges).toBe(2);
  });

  it('sets UF without an interrupt when UIE is off', () => {
    time.advance(TICKS_PER_SECOND);
    expect(get(0x0c) & 0x90).toBe(0x10);
    expect(line.edges).toBe(0);
  });

  it('needs no deadline while nothing can interrupt, and knows the alarms that went by', () => {
    const time = createTestClock();
    const { bus, out, in: read } = createTestBus();
    const quiet = new RtcMc146818(bus, time.clock, new TestLine(), { ramBytes: 1 << 20 });
    quiet.receive(encodeRtcBase(0));
    expect(time.clock.nextDeadline()).toBe(Infinity);
    const flags = () => (out(0x70, 0x0c), read(0x71) & 0x30);
    const alarm = (index: number, value: number) => (out(0x70, index), out(0x71, value));
    alarm(1, 0x00);
    alarm(3, 0x00);
    alarm(5, 0x12);
    time.jump(11 * 3600 * TICKS_PER_SECOND);
    expect(flags()).toBe(0x10);
    time.jump(13 * 3600 * TICKS_PER_SECOND);
    expect(flags()).toBe(0x30);
    expect(flags()).toBe(0);
    time.jump(100 * 24 * 3600 * TICKS_PER_SECOND);
    expect(flags()).toBe(0x30);
  });

  it("rings at the alarm time, with don't-care bytes", () => {
    set(1, 0x05);
    set(3, 0xff);
    set(5, 0xc0);
    set(0x0b, 0x22);
    time.advance(6 * TICKS_PER_SECOND);
    expect(line.level).toBe(false);
    time.advance(TICKS_PER_SECOND);
    expect(line.level).toBe(true);
    expect(get(0x0c) & 0xa0).toBe(0xa0);
    time.advance(60 * TICKS_PER_SECOND);
    expect(line.edges).toBe(2);
  });

  it('does not ring at another hour', () => {
    set(1, 0x00);
    set(3, 0x00);
    set(5, 0x01);
    set(0x0b, 0x22);
    time.advance(100 * TICKS_PER_SECOND);
    expect(line.edges).toBe(0);
  });

  it.each([
    [6, 1024],
    [1, 256],
    [2, 128],
    [3, 8192],
    [15, 2],
  ])('interrupts periodically at rate %i: %i Hz', (rate, hertz) => {
    set(0x0a, 0x20 | rate);
    set(0x0b, 0x42);
    get(0x0c);
    let count = 0;
    const start = time.clock.now();
    while (time.clock.nextDeadline() <= start + TICKS_PER_SECOND) {
      time.advanceTo(time.clock.nextDeadline());
      if (line.level) {
        count++;
        expect(get(0x0c) & 0xc0).toBe(0xc0);
      }
    }
    expect(count).toBe(hertz);
  });

  it('shows PF to a guest that polls, without timers', () => {
    get(0x0c);
    expect(get(0x0c) & 0x40).toBe(0);
    time.advance(TICKS_PER_SECOND / 1000);
    expect(get(0x0c)).toBe(0x40);
    expect(get(0x0c)).toBe(0);
  });

  it('loses enables and flags at reset, not time and memory', () => {
    set(0x40, 0xab);
    set(0x0b, 0x72);
    time.advance(TICKS_PER_SECOND);
    rtc.reset();
    expect([line.level, get(0x0b), get(0x0c) & 0xb0, get(0x40), get(0)]).toEqual([
      false,
      0x02,
      0,
      0xab,
      0x59,
    ]);
    time.advance(TICKS_PER_SECOND);
    expect(line.level).toBe(false);
  });
});

describe('RtcMc146818 memory', () => {
  it('describes the machine as QEMU does for 32 MiB', () => {
    const words = [0x15, 0x17, 0x30, 0x34].map((at) => get(at) | (get(at + 1) << 8));
    expect(words).toEqual([0x0280, 0x7c00, 0x7c00, 0x0100]);
    expect([get(0x0a) & 0x7f, get(0x0b), get(0x0d), get(0x14)]).toEqual([0x26, 0x02, 0x80, 0x06]);
  });

  it('saturates the sizes of a large machine', () => {
    const big = createTestBus();
    new RtcMc146818(big.bus, createTestClock().clock, line, { ramBytes: 2048 * MIB });
    const word = (at: number) => {
      big.out(0x70, at);
      const low = big.in(0x71);
      big.out(0x70, at + 1);
      return low | (big.in(0x71) << 8);
    };
    expect([word(0x17), word(0x34)]).toEqual([0xffff, 0x7f00]);
  });

  it('keeps the NMI mask apart from the index, and reads its index port as ones', () => {
    io.out(0x70, 0x80 | 0x0d);
    expect([rtc.nmiMasked, io.in(0x71), io.in(0x70)]).toEqual([true, 0x80, 0xff]);
  });

  it('does not let C and D be written', () => {
    set(0x0c, 0xff);
    set(0x0d, 0x00);
    expect([get(0x0c) & 0xb0, get(0x0d)]).toEqual([0, 0x80]);
  });

  it('goes on from a saved state as the original does', () => {
    set(0x0b, 0x52);
    time.advance(33_333_333);
    get(0x0c);
    const copyIo = createTestBus();
    const copyTime = createTestClock(time.clock.now());
    const copyLine = new TestLine();
    const copy = new RtcMc146818(copyIo.bus, copyTime.clock, copyLine, { ramBytes: MIB });
    copy.restore(structuredClone(rtc.save()));
    copyTime.clock.restore(structuredClone(time.clock.save()));
    time.advance(2 * TICKS_PER_SECOND);
    copyTime.advance(2 * TICKS_PER_SECOND);
    copyIo.out(0x70, 0x0c);
    expect(copyIo.in(0x71)).toBe(get(0x0c));
    copyIo.out(0x70, 0);
    expect(copyIo.in(0x71)).toBe(get(0));
    expect(copy.save()).toEqual(rtc.save());
  });
});
