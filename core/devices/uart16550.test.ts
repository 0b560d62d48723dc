import { beforeEach, describe, expect, it } from 'vitest';
import { createTestBus, TestLine } from '../testing/test-bus.ts';
import type { TestBus } from '../testing/test-bus.ts';
import { createTestClock } from '../testing/test-clock.ts';
import type { TestClock } from '../testing/test-clock.ts';
import { Uart16550 } from './uart16550.ts';

const COM1 = 0x3f8;
const THR = 0;
const RBR = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

let io: TestBus;
let time: TestClock;
let line: TestLine;
let uart: Uart16550;
let sent: number[];

const set = (register: number, value: number): void => {
  io.out(COM1 + register, value);
};
const get = (register: number): number => io.in(COM1 + register);
const bytes = (count: number, first = 1): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => first + i);

beforeEach(() => {
  io = createTestBus();
  time = createTestClock();
  line = new TestLine();
  sent = [];
  uart = new Uart16550(io.bus, time.clock, line, { name: 'com1', base: COM1 }, (byte) => sent.push(byte));
});

describe('Uart16550 transmitter', () => {
  it('sends at once and is empty again', () => {
    set(THR, 0x41);
    set(THR, 0x42);
    expect(sent).toEqual([0x41, 0x42]);
    expect(get(LSR)).toBe(0x60);
  });

  it('interrupts when THR empties, until IIR is read or THR written', () => {
    set(IER, 0x02);
    expect([line.level, get(IIR)]).toEqual([true, 0x02]);
    expect([line.level, get(IIR)]).toEqual([false, 0x01]);
    set(THR, 1);
    expect([line.level, line.edges]).toEqual([true, 2]);
    set(THR, 2);
    expect(line.edges).toBe(3);
  });

  it('interrupts again when the enable goes off and on', () => {
    set(IER, 0x02);
    get(IIR);
    set(IER, 0x00);
    set(IER, 0x02);
    expect(line.level).toBe(true);
  });
});

describe('Uart16550 receiver without FIFO', () => {
  it('gives one byte after the other, from any amount of input', () => {
    set(IER, 0x01);
    uart.receive(bytes(200));
    const got: number[] = [];
    while ((get(LSR) & 1) !== 0) {
      expect(get(IIR)).toBe(0x04);
      got.push(get(RBR));
    }
    expect(got).toEqual([...bytes(200)]);
    expect([line.level, get(RBR), get(LSR)]).toEqual([false, 0, 0x60]);
  });
});

describe('Uart16550 receiver with FIFO', () => {
  it.each([
    [0x00, 1],
    [0x40, 4],
    [0x80, 8],
    [0xc0, 14],
  ])('interrupts at the trigger level of FCR %i', (level, count) => {
    set(FCR, 0x01 | level);
    set(IER, 0x01);
    uart.receive(bytes(count - 1));
    expect(line.level).toBe(false);
    uart.receive(bytes(1));
    expect([line.level, get(IIR)]).toEqual([true, 0xc4]);
    get(RBR);
    expect(line.level).toBe(false);
  });

  it('interrupts after four characters of silence below the trigger level', () => {
    set(LCR, 0x83);
    set(0, 1); // 115200 baud
    set(1, 0);
    set(LCR, 0x03);
    set(FCR, 0xc1);
    set(IER, 0x01);
    uart.receive(bytes(3));
    // 8N1 is 10 bits: 40 bits at 115200 baud are 34722.2 ticks of 10 ns.
    time.advance(34722);
    expect(line.level).toBe(false);
    time.advance(1);
    expect([line.level, get(IIR)]).toEqual([true, 0xcc]);
    expect([get(RBR), line.level]).toEqual([1, false]);
    time.advance(34723);
    expect(get(IIR)).toBe(0xcc);
    expect([get(RBR), get(RBR)]).toEqual([2, 3]);
    time.advance(1_000_000);
    expect([line.level, get(IIR)]).toEqual([false, 0xc1]);
  });

  it('holds sixteen bytes and loses none of the rest', () => {
    set(FCR, 0x01);
    uart.receive(bytes(100));
    expect(uart.save().fifo).toEqual(bytes(16));
    const got: number[] = [];
    while ((get(LSR) & 1) !== 0) {
      got.push(get(RBR));
    }
    expect(got).toEqual([...bytes(100)]);
  });

  it('is emptied by FCR, and by switching it on or off', () => {
    for (const fcr of [0x03, 0x00]) {
      set(FCR, 0x00);
      set(FCR, 0x01);
      uart.receive(bytes(5));
      set(FCR, fcr);
      expect(get(LSR)).toBe(0x60);
    }
    set(FCR, 0x01);
    uart.receive(bytes(5));
    set(FCR, 0x01);
    expect(get(RBR)).toBe(1);
  });
});

describe('Uart16550 interrupts', () => {
  it('reaches the CPU only with OUT2, which is set at reset', () => {
    set(IER, 0x01);
    set(MCR, 0x03);
    uart.receive(bytes(1));
    expect([line.level, get(IIR)]).toEqual([false, 0x04]);
    set(MCR, 0x0b);
    expect(line.level).toBe(true);
  });

  it('offers received data before an empty transmitter', () => {
    set(IER, 0x03);
    uart.receive(bytes(1));
    expect(get(IIR)).toBe(0x04);
    get(RBR);
    expect(get(IIR)).toBe(0x02);
  });
});

describe('Uart16550 loop-back', () => {
  it('receives what it sends, and keeps the outside waiting', () => {
    set(MCR, 0x1e);
    uart.receive(Uint8Array.of(0x99));
    set(THR, 0xae);
    expect([get(LSR) & 1, get(RBR), sent.length, get(LSR) & 1]).toEqual([1, 0xae, 0, 0]);
    set(MCR, 0x0f);
    expect(get(RBR)).toBe(0x99);
  });

  it('wires the modem outputs to the inputs, as Linux probes it', () => {
    set(MCR, 0x1a);
    expect(get(MSR) & 0xf0).toBe(0x90);
    set(MCR, 0x15);
    expect(get(MSR) & 0xf0).toBe(0x60);
    set(MCR, 0x08);
    expect(get(MSR) & 0xf0).toBe(0xb0);
  });

  it('reports changed inputs once, with an interrupt', () => {
    set(IER, 0x08);
    set(MCR, 0x18); // DSR and CTS fall, DCD stays
    expect([line.level, get(IIR), get(MSR)]).toEqual([true, 0x00, 0x83]);
    expect([line.level, get(MSR)]).toEqual([false, 0x80]);
  });

  it('reports the ring indicator when it falls, not when it rises', () => {
    set(MCR, 0x1c);
    expect(get(MSR) & 0x04).toBe(0);
    set(MCR, 0x18);
    expect(get(MSR) & 0x04).toBe(0x04);
  });

  it('overruns when nobody reads, and says so once', () => {
    set(MCR, 0x18);
    set(IER, 0x04);
    set(THR, 1);
    set(THR, 2);
    expect([line.level, get(IIR)]).toEqual([true, 0x06]);
    expect([get(LSR), get(LSR), line.level]).toEqual([0x63, 0x61, false]);
    expect(get(RBR)).toBe(2);
    set(FCR, 0x01);
    for (let i = 0; i < 17; i++) {
      set(THR, i);
    }
    expect(get(LSR) & 0x02).toBe(0x02);
    expect(Array.from({ length: 16 }, () => get(RBR))).toEqual([...bytes(16, 0)]);
  });
});

describe('Uart16550 registers', () => {
  it('keeps the divisor behind DLAB, and the scratch register', () => {
    set(SCR, 0x5a);
    set(IER, 0xff);
    set(LCR, 0x80);
    set(0, 0x34);
    set(1, 0x12);
    expect([get(0), get(1), get(LCR)]).toEqual([0x34, 0x12, 0x80]);
    set(LCR, 0x03);
    expect([get(IER), get(SCR), sent.length]).toEqual([0x0f, 0x5a, 0]);
  });

  it('is a 16550A by its FIFO bits', () => {
    set(FCR, 0x01);
    expect(get(IIR) >> 6).toBe(3);
    set(FCR, 0x00);
    expect(get(IIR) >> 6).toBe(0);
  });

  it('drops its line at reset but keeps what waits outside', () => {
    set(IER, 0x01);
    uart.receive(bytes(3));
    uart.reset();
    expect([line.level, get(IER), get(RBR)]).toEqual([false, 0, 2]);
  });

  it('goes on from a saved state as the original does', () => {
    set(FCR, 0xc1);
    set(IER, 0x01);
    uart.receive(bytes(3));
    time.advance(100);
    const copyIo = createTestBus();
    const copyTime = createTestClock(time.clock.now());
    const copyLine = new TestLine();
    const copy = new Uart16550(
      copyIo.bus,
      copyTime.clock,
      copyLine,
      { name: 'com1', base: COM1 },
      () => undefined,
    );
    copy.restore(structuredClone(uart.save()));
    copyTime.clock.restore(structuredClone(time.clock.save()));
    time.advance(1_000_000);
    copyTime.advance(1_000_000);
    expect([copyLine.level, copyIo.in(COM1 + IIR)]).toEqual([true, 0xcc]);
    expect(copy.save()).toEqual(uart.save());
  });
});
