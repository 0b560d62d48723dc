/** Which code is news to a client that knows some ranges. */
import { describe, expect, it } from 'vitest';
import { CR0, CR3, Cr0, ESP } from '../cpu/state.ts';
import type { Tier } from '../jit/tier.ts';
import { createMachine } from '../machine/machine.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';
import { HOST } from '../protocol/machine-protocol.ts';
import { createOutsideCode } from './outside-code.ts';

const ignore = () => undefined;
const spec = (id: number, ...known: [number, number][]) => ({
  ...({ id, coroutine: -1, kind: 'execute', pages: 'outside', known } as const),
});

/** A frame, and another one. */
const [FRAME, OTHER] = [5, 6];

describe('code outside of known ranges', () => {
  it('is news once for each page and client, and not where the whole page is known', () => {
    const outside = createOutsideCode();
    const one = spec(1, [0x10_0000, 0x10_2800]);
    outside.replace([one]);
    expect(outside.isNews(one, 0x10_1fff, FRAME, false)).toBe(false);
    expect(outside.isNews(one, 0x10_2000, FRAME, false)).toBe(true);
    outside.tell(one, 0x10_2000, FRAME);
    expect(outside.isNews(one, 0x10_2abc, FRAME, false)).toBe(false);
    expect(outside.isNews(one, 0x10_3000, FRAME, false)).toBe(true);
  });

  it('is news again when other code is there, but not for ever', () => {
    const outside = createOutsideCode();
    const one = spec(1);
    outside.replace([one]);
    let told = 0;
    for (; outside.isNews(one, 0x5000, FRAME, true) && told < 1000; told++) outside.tell(one, 0x5000, FRAME);
    expect(told).toBe(16);
  });

  it('is news again when another frame is there, but not for ever', () => {
    const outside = createOutsideCode();
    const one = spec(1);
    outside.replace([one]);
    outside.tell(one, 0x5000, FRAME);
    expect(outside.isNews(one, 0x5000, FRAME, false)).toBe(false);
    expect(outside.isNews(one, 0x5000, OTHER, false)).toBe(true);
    let told = 1;
    for (; outside.isNews(one, 0x5000, OTHER + told, false) && told < 1000; told++)
      outside.tell(one, 0x5000, OTHER + told);
    expect(told).toBe(256);
    expect(outside.isNews(one, 0x6000, FRAME, false)).toBe(true);
  });

  it('stays told when the ranges change, and is forgotten with its id', () => {
    const outside = createOutsideCode();
    outside.replace([spec(1), spec(2)]);
    outside.tell(spec(1), 0x5000, FRAME);
    outside.replace([spec(1, [0x9000, 0xa000])]);
    expect(outside.isNews(spec(1), 0x5000, FRAME, false)).toBe(false);
    outside.replace([]);
    expect(outside.pagesOf(HOST)).toBeUndefined();
    outside.replace([spec(1)]);
    expect(outside.isNews(spec(1), 0x5000, FRAME, false)).toBe(true);
  });

  it('is looked for on all pages that are not known as a whole to everybody', () => {
    const outside = createOutsideCode();
    outside.replace([spec(1, [0x1000, 0x3000]), spec(2, [0x1800, 0x4000])]);
    const first = () => [...outside.pagesOf(HOST)!.watched.subarray(0, 5)];
    expect(first()).toEqual([3, 3, 0, 3, 3]);
    // Ranges that overlap are of one client all the same.
    outside.replace([spec(1, [0, 0x5000]), spec(2, [0x1000, 0x3000], [0, 0x2000]), spec(3, [0, 0x2000])]);
    expect(first()).toEqual([0, 0, 3, 3, 3]);
    outside.replace([spec(1, [0xffff_e000, 0x1_0000_0000]), spec(2)]);
    expect(outside.pagesOf(HOST)!.watched.every((page) => page === 3)).toBe(true);
    outside.replace([spec(1, [0xffff_e000, 0x1_0000_0000])]);
    expect([...outside.pagesOf(HOST)!.watched.subarray(-3)]).toEqual([3, 0, 0]);
  });

  it('is looked for only while its coroutine owns the CPU', () => {
    const outside = createOutsideCode();
    const guest = HOST + 1;
    const host = { ...spec(1, [0x1000, 0x3000]), coroutine: HOST };
    outside.replace([host, { ...spec(2, [0x2000, 0x4000]), coroutine: guest }]);
    const first = (owner: number) => [...outside.pagesOf(owner)!.watched.subarray(0, 5)];
    expect([first(HOST), first(guest)]).toEqual([
      [3, 0, 0, 3, 3],
      [3, 3, 0, 0, 3],
    ]);
    expect(outside.pagesOf(guest + 1)).toBeUndefined();
    outside.replace([host]);
    expect([first(HOST), outside.pagesOf(guest)]).toEqual([[3, 0, 0, 3, 3], undefined]);
  });

  it('is looked for only in the rings of those who wait', () => {
    const outside = createOutsideCode();
    const kernel = { ...spec(1, [0x1000, 0x3000]), ring: 0 };
    const program = { ...spec(2, [0x2000, 0x4000]), ring: 3 };
    outside.replace([kernel]);
    expect([...outside.pagesOf(HOST)!.watched.subarray(0, 4)]).toEqual([1, 0, 0, 1]);
    outside.replace([kernel, program]);
    expect([...outside.pagesOf(HOST)!.watched.subarray(0, 5)]).toEqual([3, 2, 0, 1, 3]);
  });
});

it('stops the machine once before it executes, and whenever the code is another one', () => {
  const page = 0x20_0000;
  const store = (code: number) => [0xc7, 0x05, ...imm32(page), ...imm32(code)];
  // The page returns; then it is written, and returns again.
  const call = (at: number) => [0xe8, ...imm32(page - (TINY_ENTRY + at + 5))];
  const code = [
    ...[0xbc, ...imm32(0x30_0000)], // mov esp
    ...store(0xc3), // ret
    ...call(15),
    ...call(20),
    ...store(0xc390), // nop; ret
    ...call(35),
    ...[0xeb, 0xfe],
  ];
  const machine = createMachine(tinyKernel(code), { serial: ignore, debugcon: ignore, log: ignore });
  machine.debug.catchpoints.replace([spec(7, [0x10_0000, 0x10_1000])]);
  const found: unknown[] = [];
  for (let n = 0; n < 20; n++) {
    const result = machine.run(5);
    if (result.kind === 'event') found.push([machine.cpu.linearEip(), ...result.caught.map(({ id }) => id)]);
  }
  expect(found).toEqual([
    [page, 7],
    [page, 7],
  ]);
});

const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit'];
it.each(TIERS)(
  'stops the machine again when another frame is mapped there, and not when one comes back (%s)',
  (tier) => {
    const page = 0x20_0000;
    const [directory, table] = [0x30_0000, 0x30_1000];
    // L: call the page; jmp L
    const call = [0xe8, ...imm32(page - (TINY_ENTRY + 5)), 0xeb, 0xf9];
    const machine = createMachine(
      { ...tinyKernel(call), tier },
      { serial: ignore, debugcon: ignore, log: ignore },
    );
    const { memory, cpu } = machine;
    const { state, reg32 } = cpu.views;
    const map = (frame: number) => {
      memory.write(table + (page >>> 12) * 4, frame | 3, 4);
      cpu.mmu.flush(true);
    };
    for (let n = 0; n < 1024; n++) memory.write(table + n * 4, (n << 12) | 3, 4);
    memory.write(directory, table | 3, 4);
    reg32[ESP] = 0x31_0000;
    state[CR3] = directory;
    state[CR0] |= Cr0.PG;
    const [one, other] = [0x21_0000, 0x22_0000];
    for (const frame of [one, other]) memory.writeBytes(frame, Uint8Array.of(0xc3));
    machine.debug.catchpoints.replace([spec(7, [0x10_0000, 0x10_1000])]);
    /** Stops in a thousand calls. */
    const stops = () => {
      let events = 0;
      for (let n = 0; n < 30; n++) {
        if (machine.run(100).kind !== 'event') continue;
        expect(cpu.linearEip()).toBe(page);
        events++;
      }
      return events;
    };
    const found = [one, other, one, other].map((frame) => {
      map(frame);
      return stops();
    });
    expect(found).toEqual([1, 1, 0, 0]);
    // Another program comes into the frame, whether it is mapped anew or not.
    for (const again of [false, true]) {
      memory.writeBytes(other, new Uint8Array(0x1000).fill(0xc3));
      if (again) map(other);
      expect([stops(), stops()]).toEqual([1, 0]);
    }
  },
);
