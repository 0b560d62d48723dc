import { beforeEach, describe, expect, it } from 'vitest';
import { createTestBus, TestLine } from '../testing/test-bus.ts';
import type { TestBus } from '../testing/test-bus.ts';
import { DebugconE9 } from './debugcon-e9.ts';
import { IsaDebugExit } from './isa-debug-exit.ts';
import { PostPorts } from './post-ports.ts';
import { SystemControl } from './system-control.ts';

let io: TestBus;
let events: string[];
let line: TestLine;
let control: SystemControl;

beforeEach(() => {
  io = createTestBus();
  events = [];
  line = new TestLine();
  control = new SystemControl(io.bus, line, {
    onReset: () => events.push('reset'),
    onA20: (enabled) => events.push(`a20 ${enabled}`),
    onFpuErrorCleared: () => events.push('fpu'),
  });
});

/** Everything the keyboard controller has to say. */
function answers(): number[] {
  const bytes: number[] = [];
  while ((io.in(0x64) & 1) !== 0) {
    bytes.push(io.in(0x60));
  }
  return bytes;
}

describe('DebugconE9', () => {
  it('passes bytes on and shows that it is there', () => {
    const seen: number[] = [];
    new DebugconE9(io.bus, (byte) => seen.push(byte));
    io.out(0xe9, 0x48);
    io.out(0xe9, 0x69);
    expect([seen, io.in(0xe9)]).toEqual([[0x48, 0x69], 0xe9]);
  });
});

describe('IsaDebugExit', () => {
  it.each([
    [0, 1, 1],
    [0x10, 1, 0x21],
    [0x12345678, 4, 0x2468acf1],
    [0xffffffff, 4, 0xffffffff],
    [0x8001, 2, 0x10003],
  ] as const)('turns a write of %i (%i bytes) into status %i', (value, size, status) => {
    const seen: number[] = [];
    new IsaDebugExit(io.bus, (exit) => seen.push(exit));
    io.bus.write(0xf4, value, size);
    expect([seen, io.in(0xf4)]).toEqual([[status], 0]);
  });
});

describe('SystemControl', () => {
  it('switches A20 by port 92, by output port and by command', () => {
    expect(io.in(0x92)).toBe(0x02);
    io.out(0x92, 0x00);
    io.out(0x92, 0x00);
    expect(io.in(0x92)).toBe(0x00);
    io.out(0x64, 0xd1);
    io.out(0x60, 0xdf);
    io.out(0x64, 0xdd);
    io.out(0x64, 0xd0);
    expect(answers()).toEqual([0x01]);
    io.out(0x64, 0xdf);
    io.out(0x64, 0xd0);
    expect(answers()).toEqual([0x03]);
    expect(events).toEqual(['a20 false', 'a20 true', 'a20 false', 'a20 true']);
  });

  it('resets by port 92, by pulse and by output port', () => {
    io.out(0x92, 0x03);
    io.out(0x64, 0xfe);
    io.out(0x64, 0xd1);
    io.out(0x60, 0x02);
    io.out(0x64, 0xff); // pulses nothing
    expect(events).toEqual(['reset', 'reset', 'reset']);
  });

  it('passes its self-test and the test of its only port', () => {
    expect(io.in(0x64) & 0x04).toBe(0);
    for (const command of [0xaa, 0xab, 0xa9]) {
      io.out(0x64, command);
    }
    expect(answers()).toEqual([0x55, 0x00, 0x01]);
    expect(io.in(0x64)).toBe(0x1c);
  });

  it('keeps the mode byte', () => {
    io.out(0x64, 0x60);
    io.out(0x60, 0x45);
    io.out(0x64, 0xad);
    io.out(0x64, 0x20);
    expect(answers()).toEqual([0x75]);
    io.out(0x64, 0xae);
    io.out(0x64, 0x20);
    expect(answers()).toEqual([0x65]);
  });

  it('shows kernels that there is no second port: its clock stays off', () => {
    io.out(0x64, 0x60);
    io.out(0x60, 0x00);
    io.out(0x64, 0xa8);
    io.out(0x64, 0x20);
    expect(answers()).toEqual([0x20]);
  });

  it('sends a byte back as if from a mouse, before what waits, and not as a keyboard would', () => {
    io.out(0x64, 0x20);
    const { edges } = line;
    io.out(0x64, 0xd3);
    io.out(0x60, 0x5a);
    expect([io.in(0x64), line.edges]).toEqual([0x39, edges]);
    const state = structuredClone(control.save());
    expect([io.in(0x60), io.in(0x64)]).toEqual([0x5a, 0x19]);
    expect(answers()).toEqual([0x23]);
    control.restore(state);
    expect([io.in(0x64), io.in(0x60), io.in(0x64)]).toEqual([0x39, 0x5a, 0x19]);
    io.out(0x64, 0xd3);
    io.out(0x60, 0x5a);
    control.reset();
    expect(io.in(0x64)).toBe(0x18);
  });

  it('answers a kernel that initialises its keyboard, with an edge for each byte', () => {
    io.out(0x60, 0xff);
    expect(line.edges).toBe(1);
    expect(answers()).toEqual([0xfa, 0xaa]);
    expect([line.edges, line.level]).toEqual([2, false]);
    io.out(0x60, 0xed);
    io.out(0x60, 0x02);
    io.out(0x60, 0xf2);
    expect(answers()).toEqual([0xfa, 0xfa, 0xfa, 0xab, 0x83]);
  });

  it('raises no interrupt when the mode byte forbids it', () => {
    io.out(0x64, 0x60);
    io.out(0x60, 0x00);
    io.out(0x60, 0xff);
    expect([line.edges, answers()]).toEqual([0, [0xfa, 0xaa]]);
  });

  it('passes on the FPU error clear', () => {
    io.out(0xf0, 0);
    io.out(0xf1, 0);
    expect([events, io.complaints]).toEqual([['fpu'], []]);
  });

  it('goes back to A20 on with an empty buffer at reset', () => {
    io.out(0x92, 0);
    io.out(0x64, 0xaa);
    control.reset();
    expect([io.in(0x64), io.in(0x92), line.level]).toEqual([0x18, 0x02, false]);
  });

  it('saves and restores, a command half given included', () => {
    io.out(0x64, 0xaa);
    io.out(0x64, 0xd1);
    const state = structuredClone(control.save());
    answers();
    io.out(0x60, 0x00);
    control.restore(state);
    expect(control.save()).toEqual(state);
    events.length = 0;
    io.out(0x60, 0x01);
    expect([events, answers()]).toEqual([['a20 false'], [0x55]]);
  });
});

describe('PostPorts', () => {
  it('passes on what is written, and is silent about it', () => {
    const io = createTestBus();
    const seen: [number, number][] = [];
    new PostPorts(io.bus, (port, value) => void seen.push([port, value]));
    io.out(0x80, 0x12);
    io.out(0x84, 0x34);
    io.out(0x190, 0xff);
    expect(seen).toEqual([
      [0x80, 0x12],
      [0x84, 0x34],
      [0x190, 0xff],
    ]);
    expect([io.in(0x80), io.complaints]).toEqual([0xff, []]);
  });
});
