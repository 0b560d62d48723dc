/** Bus 0 as a driver meets it: configuration mechanism #1, sizing and moving of BARs, interrupt routing, reset. */
import { describe, expect, it } from 'vitest';
import { applyPciFirmwareState } from '../../boot/pci-firmware.ts';
import { createTestBus } from '../../testing/test-bus.ts';
import type { AccessSize } from '../device.ts';
import { createHostBridge } from './host-bridge.ts';
import { IsaBridge } from './isa-bridge.ts';
import { PciBus } from './pci-bus.ts';
import { PciFunction } from './pci-function.ts';

const IDENTITY = {
  vendor: 0x1234,
  device: 0x5678,
  revision: 1,
  classCode: 0x02_0000,
  subsystemVendor: 0x1af4,
  subsystem: 7,
  interruptPin: 1,
};

function start() {
  const test = createTestBus();
  const { bus } = test;
  const irqs: string[] = [];
  let resets = 0;
  const isa = new IsaBridge({
    setIrq: (irq, level) => irqs.push(`${irq}${level ? '+' : '-'}`),
    onReset: () => resets++,
  });
  const pci = new PciBus(bus, isa);
  const handler = (log: string[]) => ({
    read: (offset: number, size: AccessSize) => (log.push(`r${offset}.${size}`), 0x1_2345_6789 + offset),
    write: (offset: number, value: number, size: AccessSize) =>
      void log.push(`w${offset}.${size}=${value.toString(16)}`),
  });
  const io: string[] = [];
  const memory: string[] = [];
  const card = new PciFunction('card', IDENTITY, [
    { index: 0, kind: 'io', size: 64, handler: handler(io) },
    { index: 4, kind: 'memory64', size: 0x4000, handler: handler(memory) },
  ]);
  const other = new PciFunction('other', { ...IDENTITY, interruptPin: 2 });
  pci.attach(0, 0, createHostBridge(32 << 20));
  pci.attach(1, 0, isa.pci);
  pci.attach(3, 0, card);
  pci.attach(6, 0, other);
  pci.reset();
  isa.reset();
  const at = (slot: number, register: number) => {
    bus.write(0xcf8, 0x8000_0000 | (slot << 11) | (register & 0xfc), 4);
    return 0xcfc + (register & 3);
  };
  return {
    ...test,
    pci,
    isa,
    card,
    other,
    io,
    memory,
    irqs,
    resets: () => resets,
    get: (slot: number, register: number, size: AccessSize = 4) => bus.read(at(slot, register), size),
    set: (slot: number, register: number, value: number, size: AccessSize = 4) => {
      bus.write(at(slot, register), value, size);
    },
  };
}

describe('configuration mechanism #1', () => {
  it('reads dwords, words and bytes of a function, and ones where there is none', () => {
    const { get, bus } = start();
    expect(get(0, 0)).toBe(0x1237_8086);
    expect(get(1, 2, 2)).toBe(0x7000);
    expect([get(3, 0, 1), get(3, 1, 1), get(3, 3, 1)]).toEqual([0x34, 0x12, 0x56]);
    expect(get(3, 8)).toBe(0x0200_0001);
    expect([get(2, 0), get(2, 0, 2), get(2, 3, 1)]).toEqual([0xffff_ffff, 0xffff, 0xff]);
    bus.write(0xcf8, 0x8001_0000, 4);
    expect(bus.read(0xcfc, 4)).toBe(0xffff_ffff);
  });

  it('answers only with the enable bit, and takes the address as a dword only', () => {
    const { bus } = start();
    bus.write(0xcf8, 0xffff_ffff, 4);
    expect(bus.read(0xcf8, 4)).toBe(0x80ff_fffc);
    bus.write(0xcf8, 0x0000_0000, 4);
    expect(bus.read(0xcfc, 4)).toBe(0xffff_ffff);
    bus.write(0xcf8, 0x80, 1);
    bus.write(0xcfa, 0x8000, 2);
    expect(bus.read(0xcf8, 4)).toBe(0);
  });

  it('keeps what cannot be written', () => {
    const { get, set } = start();
    set(3, 0, 0);
    set(3, 4, 0xffff_ffff);
    set(3, 0x2c, 0);
    expect([get(3, 0), get(3, 4), get(3, 0x2c)]).toEqual([0x5678_1234, 0x507, 0x0007_1af4]);
    set(3, 0x3c, 0xffff, 2);
    expect(get(3, 0x3c, 2)).toBe(0x01ff);
  });

  it('refuses two functions in one place', () => {
    const { pci, card } = start();
    expect(() => {
      pci.attach(3, 0, card);
    }).toThrow(/3\.0 of card is taken/);
    expect(() => {
      pci.attach(32, 0, card);
    }).toThrow();
  });
});

describe('base address registers', () => {
  it('tell their size and type, and that there is no further one', () => {
    const { get, set } = start();
    for (const register of [0x10, 0x14, 0x20, 0x24, 0x30]) set(3, register, 0xffff_ffff);
    expect([0x10, 0x14, 0x20, 0x24, 0x30].map((register) => get(3, register))).toEqual([
      0xffff_ffc1, 0, 0xffff_c00c, 0xffff_ffff, 0,
    ]);
  });

  it('answer where they were put, while the command register lets them', () => {
    const { bus, set, io, complaints } = start();
    set(3, 0x10, 0xd000);
    expect(bus.read(0xd004, 2)).toBe(0xffff);
    set(3, 4, 1, 2);
    expect(bus.read(0xd004, 2)).toBe(0x678d);
    bus.write(0xd03c, 0x1_2345_6789, 4);
    set(3, 0x10, 0xd100);
    expect(bus.read(0xd004, 1)).toBe(0xff);
    bus.write(0xd13f, 1, 1);
    set(3, 4, 0, 2);
    bus.write(0xd13f, 2, 1);
    expect(io).toEqual(['r4.2', 'w60.4=23456789', 'w63.1=1']);
    expect(complaints).toEqual(['port 0xd004 read 2', 'port 0xd13f write 1']);
  });

  it('answer in memory below 4 GiB only', () => {
    const { pci, set, memory } = start();
    set(3, 4, 2, 2);
    expect(pci.readMemory(0, 4)).toBeUndefined();
    set(3, 0x20, 0xfe00_0000);
    expect(pci.readMemory(0xfe00_3ffc, 4)).toBeDefined();
    expect(pci.readMemory(0xfe00_3ffe, 4)).toBeUndefined();
    expect(pci.writeMemory(0xfe00_0010, 5, 2)).toBe(true);
    set(3, 0x24, 1);
    expect(pci.writeMemory(0xfe00_0010, 5, 2)).toBe(false);
    expect(memory).toEqual(['r16380.4', 'w16.2=5']);
  });

  it('leave the ports of the board alone, and each other in the order of the slots', () => {
    const { bus, set, io } = start();
    bus.register({
      name: 'fixed',
      first: 0xd010,
      count: 1,
      sizes: [1],
      handler: { read: () => 0x55, write: () => undefined },
    });
    set(3, 4, 1, 2);
    set(3, 0x10, 0xd000);
    expect(bus.read(0xd010, 1)).toBe(0x55);
    // Wider than the fixed device: cut into pieces, the rest is the card's.
    expect(bus.read(0xd010, 2)).toBe(0x9a55);
    expect(io).toEqual(['r17.1']);
    set(3, 0x10, 0xcf8);
    set(3, 0x10, 0xffff_ffff);
    expect(bus.read(0xcfc, 4)).toBe(0xffff_ffc1);
  });
});

describe('interrupts', () => {
  it('go by slot and pin to a PIRQ line and from there where the bridge routes it', () => {
    const { card, irqs, set, get } = start();
    card.setInterrupt(true);
    expect(get(3, 6, 2) & 8).toBe(8);
    expect(irqs).toEqual([]);
    set(1, 0x62, 0x0b, 1); // slot 3 INTA# is PIRQC#
    card.setInterrupt(false);
    card.setInterrupt(true);
    set(1, 0x62, 0x05, 1);
    set(1, 0x62, 0x85, 1);
    expect(irqs).toEqual(['11+', '11-', '11+', '5+', '11-', '5-']);
  });

  it('share a line: it falls with the last', () => {
    const { card, other, irqs, set } = start();
    set(1, 0x62, 10, 1);
    card.setInterrupt(true);
    other.setInterrupt(true); // slot 6 INTB# is PIRQC# too
    card.setInterrupt(false);
    expect(irqs).toEqual(['10+']);
    other.setInterrupt(false);
    expect(irqs).toEqual(['10+', '10-']);
  });

  it('are masked by the command register, and never go to reserved inputs', () => {
    const { card, irqs, set } = start();
    set(1, 0x62, 10, 1);
    set(3, 4, 0x400, 2);
    card.setInterrupt(true);
    expect(irqs).toEqual([]);
    set(3, 4, 0, 2);
    expect(irqs).toEqual(['10+']);
    for (const irq of [0, 1, 2, 8, 13]) set(1, 0x62, irq, 1);
    expect(irqs).toEqual(['10+', '10-']);
  });
});

it('port CF9h resets the machine by its bit 2', () => {
  const { out, in: input, resets } = start();
  out(0xcf9, 0x02);
  expect([input(0xcf9), resets()]).toEqual([2, 0]);
  out(0xcf9, 0x06);
  expect([input(0xcf9), resets()]).toEqual([2, 1]);
});

it('a reset of the bus unmaps everything and lowers the lines', () => {
  const { bus, pci, set, get, card, irqs } = start();
  applyPciFirmwareState(bus);
  card.setInterrupt(true);
  set(3, 4, 7, 2);
  pci.reset();
  expect([get(3, 4), get(3, 0x10), get(1, 0x60)]).toEqual([0, 1, 0x8080_8080]);
  expect(bus.read(0xc000, 1)).toBe(0xff);
  expect(irqs).toEqual(['11+', '11-']);
});

it('saves and restores configuration, mappings and lines', () => {
  const one = start();
  applyPciFirmwareState(one.bus);
  one.card.setInterrupt(true);
  one.bus.write(0xcf8, 0x8000_1810, 4);
  const state = structuredClone([one.pci.save(), one.isa.save()] as const);
  const two = start();
  two.pci.restore(state[0]);
  two.isa.restore(state[1]);
  expect(two.bus.read(0xcf8, 4)).toBe(0x8000_1810);
  two.bus.read(0xc001, 1);
  expect(two.io).toEqual(['r1.1']);
  two.irqs.length = 0;
  two.card.setInterrupt(false);
  expect(two.irqs).toEqual(['11-']);
});

describe('the firmware', () => {
  it('places BARs, routes interrupts and turns decoding on, as SeaBIOS does', () => {
    const { bus, get, complaints } = start();
    applyPciFirmwareState(bus);
    expect([get(3, 0x10), get(3, 0x20), get(3, 0x24)]).toEqual([0xc001, 0xfebf_c00c, 0]);
    expect([0, 1, 3, 6].map((slot) => get(slot, 4, 2))).toEqual([0x103, 0x103, 0x103, 0x103]);
    expect(get(1, 0x60)).toBe(0x0b0b_0a0a);
    expect([get(3, 0x3c, 1), get(6, 0x3c, 1), get(0, 0x3c, 1)]).toEqual([11, 11, 0]);
    expect([get(0, 0x58), get(0, 0x5c), get(0, 0x70)]).toEqual([0x1111_1000, 0x3311_1111, 0x000a_0000]);
    expect(complaints).toEqual([]);
  });
});
