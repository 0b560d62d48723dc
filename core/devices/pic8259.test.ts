import { beforeEach, describe, expect, it } from 'vitest';
import { createTestBus } from '../testing/test-bus.ts';
import type { TestBus } from '../testing/test-bus.ts';
import { Pic8259 } from './pic8259.ts';

let io: TestBus;
let pic: Pic8259;

/** ICW1-4 as every PC kernel writes them: master at 0x20, slave at 0x28, everything unmasked. */
function initialise(icw4 = 0x01, icw1 = 0x11): void {
  io.out(0x20, icw1);
  io.out(0xa0, icw1);
  io.out(0x21, 0x20);
  io.out(0xa1, 0x28);
  io.out(0x21, 0x04);
  io.out(0xa1, 0x02);
  io.out(0x21, icw4);
  io.out(0xa1, icw4);
}

function pulse(irq: number): void {
  pic.setIrq(irq, true);
  pic.setIrq(irq, false);
}

/** Acknowledges everything that is offered without any EOI. */
function drain(): number[] {
  const vectors: number[] = [];
  while (pic.hasInterrupt()) {
    vectors.push(pic.acknowledge());
  }
  return vectors;
}

const isr = (port = 0x20): number => {
  io.out(port, 0x0b);
  return io.in(port);
};

beforeEach(() => {
  io = createTestBus();
  pic = new Pic8259(io.bus);
  initialise();
});

describe('Pic8259', () => {
  it('gives the vector of a master input and keeps it in service until EOI', () => {
    pulse(3);
    expect(pic.acknowledge()).toBe(0x23);
    expect(isr()).toBe(0x08);
    pulse(3);
    expect(pic.hasInterrupt()).toBe(false);
    io.out(0x20, 0x20);
    expect(pic.hasInterrupt()).toBe(true);
  });

  it('lets a higher input interrupt a lower one, not the other way', () => {
    pulse(5);
    expect(pic.acknowledge()).toBe(0x25);
    pulse(6);
    expect(pic.hasInterrupt()).toBe(false);
    pulse(1);
    expect(pic.acknowledge()).toBe(0x21);
    io.out(0x20, 0x20); // ends 1
    io.out(0x20, 0x20); // ends 5
    expect(pic.acknowledge()).toBe(0x26);
  });

  it('cascades the slave through input 2', () => {
    pulse(12);
    expect(pic.acknowledge()).toBe(0x2c);
    expect([isr(), isr(0xa0)]).toEqual([0x04, 0x10]);
    pulse(9);
    // The slave offers 9 over 12, but the master has its input 2 in service.
    expect(pic.hasInterrupt()).toBe(false);
    io.out(0x20, 0x20);
    expect(pic.acknowledge()).toBe(0x29);
  });

  it('lets a higher slave input through in special fully nested mode', () => {
    initialise(0x11);
    pulse(12);
    expect(pic.acknowledge()).toBe(0x2c);
    pulse(9);
    expect(pic.acknowledge()).toBe(0x29);
  });

  it('latches an edge and takes one request from a held line', () => {
    pic.setIrq(4, true);
    expect(drain()).toEqual([0x24]);
    io.out(0x20, 0x20);
    pic.setIrq(4, true);
    expect(pic.hasInterrupt()).toBe(false);
    pic.setIrq(4, false);
    pic.setIrq(4, true);
    expect(pic.hasInterrupt()).toBe(true);
  });

  it('repeats a level input until its line falls, on inputs that ELCR can make level', () => {
    io.out(0x4d0, 0xff);
    io.out(0x4d1, 0xff);
    expect([io.in(0x4d0), io.in(0x4d1)]).toEqual([0xf8, 0xde]);
    pic.setIrq(11, true);
    expect(pic.acknowledge()).toBe(0x2b);
    io.out(0xa0, 0x20);
    io.out(0x20, 0x20);
    expect(pic.acknowledge()).toBe(0x2b);
    pic.setIrq(11, false);
    io.out(0xa0, 0x20);
    io.out(0x20, 0x20);
    expect(pic.hasInterrupt()).toBe(false);
  });

  it('makes every input level triggered with ICW1.LTIM', () => {
    initialise(0x01, 0x19);
    pic.setIrq(1, true);
    pic.setIrq(1, false);
    expect(pic.hasInterrupt()).toBe(false);
  });

  it('masks with OCW1 and reads the mask back', () => {
    io.out(0x21, 0xfe);
    pulse(1);
    expect(pic.hasInterrupt()).toBe(false);
    expect(io.in(0x21)).toBe(0xfe);
    io.out(0x21, 0x00);
    expect(pic.acknowledge()).toBe(0x21);
  });

  it('reads IRR or ISR as OCW3 selects', () => {
    pulse(4);
    io.out(0x20, 0x0a);
    expect(io.in(0x20)).toBe(0x10);
    pic.acknowledge();
    expect(io.in(0x20)).toBe(0x00);
    io.out(0x20, 0x0b);
    expect(io.in(0x20)).toBe(0x10);
  });

  it('ends the named input with a specific EOI', () => {
    pulse(5);
    pic.acknowledge();
    pulse(1);
    pic.acknowledge();
    io.out(0x20, 0x65);
    expect(isr()).toBe(0x02);
  });

  it('rotates priorities on EOI and by set priority', () => {
    pulse(0);
    pic.acknowledge();
    io.out(0x20, 0xa0); // rotate on non-specific EOI: 0 is now the lowest
    pulse(0);
    pulse(7);
    expect(pic.acknowledge()).toBe(0x27);
    io.out(0x20, 0xe7); // rotate on specific EOI
    io.out(0x20, 0xc3); // 3 is the lowest, 4 the highest
    pulse(3);
    pulse(4);
    io.out(0x21, 0x01); // without the pending 0
    expect(pic.acknowledge()).toBe(0x24);
    io.out(0x20, 0x20);
    expect(pic.acknowledge()).toBe(0x23);
  });

  it('ends by itself in AEOI mode, rotating if asked to', () => {
    initialise(0x03);
    pulse(2 + 1);
    expect(pic.acknowledge()).toBe(0x23);
    expect(isr()).toBe(0);
    io.out(0x20, 0x80);
    pulse(3);
    pic.acknowledge();
    pulse(3);
    pulse(4);
    expect(pic.acknowledge()).toBe(0x24);
    io.out(0x20, 0x00);
  });

  it('ignores masked inputs in service in special mask mode', () => {
    pulse(3);
    pic.acknowledge();
    io.out(0x21, 0x08);
    pulse(6);
    expect(pic.hasInterrupt()).toBe(false);
    io.out(0x20, 0x68);
    expect(pic.acknowledge()).toBe(0x26);
    io.out(0x20, 0x66);
    io.out(0x20, 0x48);
    pulse(6);
    expect(pic.hasInterrupt()).toBe(false);
  });

  it('answers a poll with the input and takes it into service', () => {
    pulse(6);
    io.out(0x20, 0x0c);
    expect(io.in(0x20)).toBe(0x86);
    expect(isr()).toBe(0x40);
    io.out(0x20, 0x0c);
    expect(io.in(0x20)).toBe(0x00);
  });

  it('gives spurious 7 of the master when the request is gone, not in service', () => {
    io.out(0x4d0, 0x20);
    pic.setIrq(5, true);
    pic.setIrq(5, false);
    expect(pic.acknowledge()).toBe(0x27);
    expect(isr()).toBe(0);
  });

  it('gives spurious 15 when the slave has nothing left, with the cascade in service', () => {
    pulse(10);
    io.out(0xa1, 0xff); // the edge on input 2 is latched already
    expect(pic.acknowledge()).toBe(0x2f);
    expect([isr(), isr(0xa0)]).toEqual([0x04, 0x00]);
  });

  it('reports every change of INTR, once', () => {
    const seen: boolean[] = [];
    pic.onIntrChange = (level) => seen.push(level);
    pulse(4);
    pulse(5);
    pic.acknowledge();
    io.out(0x20, 0x20);
    expect(seen).toEqual([true, false, true]);
  });

  it('forgets requests, masks and service on ICW1', () => {
    pulse(4);
    io.out(0x21, 0xff);
    initialise();
    expect([pic.hasInterrupt(), io.in(0x21), isr()]).toEqual([false, 0, 0]);
  });

  it('hands out one line for each input but the cascade', () => {
    pic.line(14).set(true);
    expect(pic.acknowledge()).toBe(0x2e);
    expect(() => pic.line(2)).toThrow(RangeError);
    expect(() => pic.line(16)).toThrow(RangeError);
  });

  it('goes on from a saved state as the original does', () => {
    pulse(5);
    pic.acknowledge();
    pulse(12);
    pulse(1);
    const state = structuredClone(pic.save());
    const other = createTestBus();
    const copy = new Pic8259(other.bus);
    copy.restore(state);
    expect(copy.hasInterrupt()).toBe(true);
    expect([copy.acknowledge(), copy.acknowledge()]).toEqual([pic.acknowledge(), pic.acknowledge()]);
    expect(copy.save()).toEqual(pic.save());
    expect(state).not.toEqual(pic.save());
  });
});
