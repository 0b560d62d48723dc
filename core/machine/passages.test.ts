/** What the machine sees of the switcher: announcements, crossings, and records of them. */
import { describe, expect, it } from 'vitest';
import { CO_ANNOUNCE_PORT } from '../abi/abi.ts';
import { CO_PASSAGE_FRAME } from '../abi/decode.ts';
import { layouts } from '../abi/layouts.ts';
import { PhysicalMemory } from '../memory/physical-memory.ts';
import { createTestBus } from '../testing/test-bus.ts';
import { createPassages } from './passages.ts';

const PAGE = 0x5000;
const [HOST_CR3, GUEST_CR3, TEMPORARY] = [0x11000, 0x22000, 0x33000];
const { fields } = layouts.co_passage_page;
const CR3 = layouts.co_state.fields.cr3[0];

function start(monitor = 0) {
  const memory = new PhysicalMemory(1 << 20);
  const { bus } = createTestBus();
  let now = 0;
  const passages = createPassages(memory, bus, () => ++now);
  memory.write(PAGE + fields.host[0] + CR3, HOST_CR3, 4);
  memory.write(PAGE + fields.guest[0] + CR3, GUEST_CR3, 4);
  const announce = (value: number) => {
    bus.write(CO_ANNOUNCE_PORT, value, 4);
  };
  announce(PAGE | (monitor << 4));
  return { memory, passages, announce, bus };
}

describe('passages', () => {
  it('are known by their announcement and gone by their withdrawal', () => {
    const { passages, announce } = start(2);
    expect(passages.all()).toEqual([{ monitor: 2, physical: PAGE }]);
    announce(0x7000 | (2 << 4));
    expect(passages.all()).toEqual([{ monitor: 2, physical: 0x7000 }]);
    announce(0x7000 | (2 << 4) | 1);
    expect(passages.all()).toEqual([]);
  });

  it('outside of RAM, and writes of other sizes, are ignored', () => {
    const { passages, announce, bus } = start();
    announce(0x7fff_f000 | (1 << 4));
    bus.write(CO_ANNOUNCE_PORT, 0x60, 1);
    expect(passages.all()).toHaveLength(1);
    expect(bus.read(CO_ANNOUNCE_PORT, 4) >>> 0).toBe(0xffff_ffff);
  });

  it('record a crossing once, when the other side is loaded from inside the page', () => {
    const { memory, passages } = start(1);
    memory.write(PAGE + fields.operation[0], 4, 4);
    memory.write(PAGE + fields.params[0], 0xabc, 4);
    passages.onCr3Write(GUEST_CR3, 0x9000);
    expect(passages.current()).toBe(0);
    passages.onCr3Write(TEMPORARY, PAGE + 0x500);
    expect(passages.current()).toBe(0);
    passages.onCr3Write(GUEST_CR3, PAGE + 0x500);
    passages.onCr3Write(GUEST_CR3, PAGE + 0x500);
    expect(passages.current()).toBe(2);
    passages.onCr3Write(HOST_CR3, PAGE + 0xfff);
    expect(passages.current()).toBe(0);
    expect(passages.since(0, 10_000)).toMatchObject([
      { instructions: 1, from: 0, to: 2, operation: 4, parameters: [0xabc, 0, 0, 0] },
      { instructions: 2, from: 2, to: 0 },
    ]);
    expect(passages.since(1, 10)).toHaveLength(1);
  });

  it('say who called on both sides: as it was left, or by the stack that the side has been given', () => {
    const { memory, passages } = start();
    const { cr4, esp } = layouts.co_state.fields;
    const stackOf = (side: readonly number[], cr3: number, stack: number, caller: number) => {
      // One identity page of 4 MiB, as CR4.PSE allows.
      memory.write(cr3, 0x83, 4);
      memory.write(PAGE + side[0]! + cr4[0], 0x10, 4);
      memory.write(PAGE + side[0]! + esp[0], stack, 4);
      memory.write(stack + CO_PASSAGE_FRAME.returnEip, caller, 4);
    };
    stackOf(fields.host, HOST_CR3, 0x8000, 0xa1);
    stackOf(fields.guest, GUEST_CR3, 0x9000, 0xb1);
    passages.onCr3Write(GUEST_CR3, PAGE);
    expect(passages.since(0, 1)).toMatchObject([{ fromCaller: 0xa1, toCaller: 0xb1 }]);
    stackOf(fields.guest, GUEST_CR3, 0x9000, 0xb2);
    passages.onCr3Write(HOST_CR3, PAGE);
    expect(passages.since(1, 1)).toMatchObject([{ fromCaller: 0xb2, toCaller: 0xa1 }]);
    stackOf(fields.host, HOST_CR3, 0x8100, 0xa3);
    stackOf(fields.guest, GUEST_CR3, 0x9100, 0xb3);
    passages.onCr3Write(GUEST_CR3, PAGE);
    expect(passages.since(2, 1)).toMatchObject([{ fromCaller: 0xa3, toCaller: 0xb3 }]);
  });

  it('keep the last 65,536 crossings, oldest first', () => {
    const { passages } = start();
    for (let n = 0; n < 70_000; n++) passages.onCr3Write(n % 2 === 0 ? GUEST_CR3 : HOST_CR3, PAGE);
    const all = passages.since(0, 100_000);
    expect(all).toHaveLength(0x1_0000);
    expect(all[0]!.instructions).toBe(70_000 - 0x1_0000 + 1);
    expect(all.at(-1)!.instructions).toBe(70_000);
  });

  it('forget everything at a reset', () => {
    const { passages } = start();
    passages.onCr3Write(GUEST_CR3, PAGE);
    passages.reset();
    expect([passages.current(), passages.all(), passages.since(0, 10_000)]).toEqual([0, [], []]);
  });
});
