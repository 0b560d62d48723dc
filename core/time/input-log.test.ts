import { describe, expect, it } from 'vitest';
import { createTestClock } from '../testing/test-clock.ts';
import { decodeInputLog, encodeInputLog } from './input-log-format.ts';
import { InputLog, InputLogError } from './input-log.ts';
import type { InputEntry } from './input-log.ts';

/** A machine that notes what happens when: two channels and a timer of one device. */
function machine() {
  const test = createTestClock();
  const seen: string[] = [];
  const log = new InputLog(test.clock, () => test.clock.now() - 1);
  const device = test.clock.createTimer('device', (deadline) => seen.push(`timer ${deadline}`));
  test.jump(1);
  log.register('keys', (payload) => {
    seen.push(`keys ${payload.join()} at ${test.clock.now()}`);
    if (payload[0] === 9) {
      device.start(test.clock.now());
    }
  });
  log.register('wire', (payload) => seen.push(`wire ${payload.join()} at ${test.clock.now()}`));
  return { ...test, seen, log, device };
}

function run(m: ReturnType<typeof machine>, live: boolean): void {
  m.device.start(50);
  m.advanceTo(20);
  if (live) m.log.inject('keys', Uint8Array.of(1, 2));
  m.advanceTo(50);
  if (live) {
    m.log.inject('keys', Uint8Array.of(9));
    m.log.inject('wire', Uint8Array.of(7));
  }
  m.advanceTo(100);
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputLogError) {
      return error.code;
    }
    throw error;
  }
  return 'no error';
}

describe('InputLog', () => {
  it('stamps and delivers at once while recording', () => {
    const m = machine();
    run(m, true);
    expect(m.log.entries).toEqual([
      { ticks: 20, retired: 19, channel: 'keys', payload: Uint8Array.of(1, 2) },
      { ticks: 50, retired: 49, channel: 'keys', payload: Uint8Array.of(9) },
      { ticks: 50, retired: 49, channel: 'wire', payload: Uint8Array.of(7) },
    ]);
    expect(m.seen).toEqual(['keys 1,2 at 20', 'timer 50', 'keys 9 at 50', 'timer 50', 'wire 7 at 50']);
  });

  it('replays the same events in the same order, through the file format', () => {
    const recorded = machine();
    run(recorded, true);
    const replayed = machine();
    let ended = 0;
    replayed.log.onReplayEnd = () => ended++;
    replayed.log.replay(decodeInputLog(encodeInputLog(recorded.log.entries)));
    run(replayed, false);
    expect(replayed.seen).toEqual(recorded.seen);
    expect(ended).toBe(1);
    expect(replayed.log.replaying).toBe(false);
  });

  it('runs timers that are due before it delivers', () => {
    const m = machine();
    m.device.start(30);
    m.jump(30);
    m.log.inject('wire', Uint8Array.of(1));
    expect(m.seen).toEqual(['timer 30', 'wire 1 at 30']);
  });

  it('keeps its own copy of a payload', () => {
    const m = machine();
    const payload = Uint8Array.of(1);
    m.log.inject('wire', payload);
    payload[0] = 5;
    expect(m.log.entries[0]!.payload).toEqual(Uint8Array.of(1));
  });

  it('refuses an unknown channel, live and in a recording', () => {
    const m = machine();
    expect(codeOf(() => m.log.inject('mouse', Uint8Array.of(1)))).toBe('input-unknown-channel');
    const entry = { ticks: 5, retired: 5, channel: 'mouse', payload: new Uint8Array() };
    expect(codeOf(() => m.log.replay([entry]))).toBe('input-unknown-channel');
    expect(m.log.entries).toEqual([]);
  });

  it('refuses live input during a replay until the rest is truncated', () => {
    const m = machine();
    m.log.replay([{ ticks: 50, retired: 49, channel: 'keys', payload: Uint8Array.of(1) }]);
    expect(codeOf(() => m.log.inject('keys', Uint8Array.of(2)))).toBe('input-replaying');
    m.log.truncate();
    m.log.inject('keys', Uint8Array.of(2));
    m.advanceTo(100);
    expect(m.seen).toEqual(['keys 2 at 1']);
  });

  it('refuses a recording that begins in the past', () => {
    const m = machine();
    m.advanceTo(60);
    expect(
      codeOf(() => m.log.replay([{ ticks: 50, retired: 49, channel: 'keys', payload: Uint8Array.of(1) }])),
    ).toBe('input-late');
  });

  it('stops a replay whose instruction count differs', () => {
    const m = machine();
    m.log.replay([{ ticks: 50, retired: 48, channel: 'keys', payload: Uint8Array.of(1) }]);
    expect(
      codeOf(() => {
        m.advanceTo(60);
      }),
    ).toBe('input-replay-diverged');
  });

  it('replays the same list again from an earlier position', () => {
    const m = machine();
    m.advanceTo(10);
    m.log.inject('keys', Uint8Array.of(1));
    const clockState = m.clock.save();
    const state = m.log.save();
    m.advanceTo(30);
    m.log.inject('keys', Uint8Array.of(2));
    m.advanceTo(40);
    m.jump(10);
    m.clock.restore(clockState);
    m.log.restore(state);
    expect(m.log.replaying).toBe(true);
    m.advanceTo(40);
    expect(m.seen).toEqual(['keys 1 at 10', 'keys 2 at 30', 'keys 2 at 30']);
    expect(codeOf(() => m.log.restore({ position: 3 }))).toBe('input-bad-position');
  });
});

describe('input log format', () => {
  const entries: InputEntry[] = [
    { ticks: 0, retired: 0, channel: 'rtc', payload: Uint8Array.of(1, 2, 3) },
    { ticks: 2 ** 52 + 1, retired: 7, channel: 'com1', payload: new Uint8Array() },
    { ticks: 2 ** 52 + 1, retired: 7, channel: 'rtc', payload: Uint8Array.of(255) },
  ];

  it('gives back what it was given', () => {
    expect(decodeInputLog(encodeInputLog(entries))).toEqual(entries);
    expect(decodeInputLog(encodeInputLog([]))).toEqual([]);
  });

  it('refuses every truncation and anything behind the end', () => {
    const bytes = encodeInputLog(entries);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodeInputLog(bytes.subarray(0, length)))).toBe('input-log-malformed');
    }
    expect(codeOf(() => decodeInputLog(Uint8Array.of(...bytes, 0)))).toBe('input-log-malformed');
  });

  it('refuses another version', () => {
    const bytes = encodeInputLog(entries);
    bytes[8] = 2;
    expect(codeOf(() => decodeInputLog(bytes))).toBe('input-log-version');
  });

  it('answers any damage with a typed error or with entries in order', () => {
    const bytes = encodeInputLog(entries);
    let errors = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [0, 3, 7]) {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        if (codeOf(() => decodeInputLog(damaged)) !== 'no error') {
          errors++;
        }
      }
    }
    expect(errors).toBeGreaterThan(bytes.length);
  });

  it('refuses stamps that go back', () => {
    const back = [entries[1]!, entries[0]!];
    expect(codeOf(() => decodeInputLog(encodeInputLog(back)))).toBe('input-log-malformed');
  });
});
