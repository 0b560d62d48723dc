/** The profile: who has called whom, and how many ticks each has run itself, through interrupts and switches of stacks. */
import { describe, expect, it } from 'vitest';
import { createMachine, type Machine } from '../machine/machine.ts';
import type { Profile } from '../protocol/debug-protocol.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';

const IDT = 0x5000;
const HANDLER = 0x7000;
const HLT = 0xf4;

function start(code: readonly number[]): Machine {
  const machine = createMachine(tinyKernel(code), {
    serial: () => undefined,
    debugcon: () => undefined,
    log: () => undefined,
  });
  machine.cpu.views.reg32[4] = 0xa000;
  return machine;
}
/** A call at an offset of the code to another offset. */
const call = (at: number, to: number) => [0xe8, ...imm32(to - at - 5)];
const code = (parts: Readonly<Record<number, readonly number[]>>): number[] => {
  const bytes: number[] = [];
  for (const [at, part] of Object.entries(parts)) {
    while (bytes.length < Number(at)) bytes.push(0x90);
    bytes.push(...part);
  }
  return bytes;
};

/** `0>20>30: 5 of 2`: the chain of offsets, ticks and calls. */
function lines({ parents, addresses, vectors, self, calls }: Profile): string[] {
  const chain = (n: number): string => {
    if (parents[n]! < 0) return '';
    const vector = vectors[n]! < 0 ? '' : `#${vectors[n]}`;
    const own = addresses[n]! - TINY_ENTRY;
    return `${chain(parents[n]!)}>${own < 0 ? addresses[n]!.toString(16) : own}${vector}`;
  };
  return Array.from(self, (ticks, n) => `${chain(n)}: ${ticks} of ${calls[n]}`).slice(1);
}
function profile(machine: Machine, ticks = [1000]): string[] {
  machine.debug.profiler.start();
  const before = machine.instructions();
  for (const each of ticks) machine.run(each);
  const found = machine.debug.profiler.stop();
  expect(found.self.reduce((sum, one) => sum + one, 0)).toBe(machine.instructions() - before);
  const { nodes, ticks: spent } = found.history;
  const sums = Array.from(found.self, (_, node) => spent.filter((_ticks, n) => nodes[n] === node));
  expect(sums.map((all) => all.reduce((sum, one) => sum + one, 0))).toEqual([...found.self]);
  return lines(found);
}

describe('a profile', () => {
  // 0: call 20; call 20; hlt. 20: nop; call 30; ret. 30: nop; nop; ret 0
  const nested = code({
    0: [...call(0, 20), ...call(5, 20), HLT],
    20: [0x90, ...call(21, 30), 0xc3],
    30: [0x90, 0x90, 0xc2, 0, 0],
  });

  it.each([[[1000]], [Array.from({ length: 40 }, () => 1)]])(
    'is a tree of calls, in slices of %j',
    (ticks) => {
      expect(profile(start(nested), ticks)).toEqual(['>0: 3 of 0', '>0>20: 6 of 2', '>0>20>30: 6 of 2']);
    },
  );

  it('that begins in the middle has the callers that come back at the root', () => {
    const machine = start(nested);
    machine.run(4);
    expect(profile(machine)).toEqual([
      '>31: 2 of 0',
      '>26: 1 of 0',
      '>5: 2 of 0',
      '>5>20: 3 of 1',
      '>5>20>30: 3 of 1',
    ]);
  });

  it('counts recursion by its depth', () => {
    // mov ecx,3; call 20; hlt. 20: dec ecx; jz 28; call 20; 28: ret
    const machine = start(
      code({ 0: [0xb9, ...imm32(3), ...call(5, 20), HLT], 20: [0x49, 0x74, 0x05, ...call(23, 20), 0xc3] }),
    );
    expect(profile(machine)).toEqual([
      '>0: 3 of 0',
      '>0>20: 4 of 1',
      '>0>20>20: 4 of 1',
      '>0>20>20>20: 3 of 1',
    ]);
  });

  it('has handlers under whom they interrupt, by vector, with an error code too', () => {
    // lidt [4f00h]; call 20; hlt. 20: int 80h; mov ds,ax with a bad selector; ret
    const machine = start(
      code({
        0: [0x0f, 0x01, 0x1d, ...imm32(0x4f00), ...call(7, 20), HLT],
        20: [0xcd, 0x80, 0x66, 0xb8, 0xf8, 0xff, 0x8e, 0xd8, 0xc3],
      }),
    );
    const selector = machine.cpu.views.segSel[1]!;
    machine.memory.writeBytes(0x4f00, Uint8Array.of(0xff, 0x07, ...imm32(IDT)));
    const gate = (vector: number, to: number) => {
      const bytes = [to & 0xff, to >> 8, selector & 0xff, selector >> 8, 0, 0x8e, 0, 0];
      machine.memory.writeBytes(IDT + 8 * vector, Uint8Array.from(bytes));
    };
    gate(0x80, HANDLER);
    gate(13, HANDLER + 0x10);
    machine.memory.writeBytes(HANDLER, Uint8Array.of(0x90, 0xcf));
    // add esp,4; add dword [esp],2; iret: behind the instruction that faulted
    machine.memory.writeBytes(HANDLER + 0x10, Uint8Array.of(0x83, 0xc4, 4, 0x83, 0x04, 0x24, 2, 0xcf));
    expect(profile(machine)).toEqual([
      '>0: 3 of 0',
      '>0>20: 4 of 1',
      `>0>20>7000#128: 2 of 1`,
      `>0>20>7010#13: 3 of 1`,
    ]);
  });

  it('follows a kernel that switches stacks', () => {
    // Two tasks. 0: call 60 (a switch); nop; hlt. The other one begins at 30 and calls 60 to come back.
    // 60: xchg esp,[9000h]; ret
    const machine = start(
      code({
        0: [...call(0, 60), 0x90, HLT],
        30: [0x90, 0x90, ...call(32, 60)],
        60: [0x87, 0x25, ...imm32(0x9000), 0xc3],
      }),
    );
    const stack = 0xb000;
    machine.memory.write(0x9000, stack, 4);
    machine.memory.write(stack, TINY_ENTRY + 30, 4);
    expect(profile(machine)).toEqual(['>0: 3 of 0', '>0>60: 2 of 1', '>30: 3 of 0', '>30>60: 2 of 1']);
  });

  it('tells how long nobody ran', () => {
    const machine = start([0xfb, HLT]);
    machine.debug.profiler.start();
    machine.run(100);
    machine.skipTo(machine.cpu.now() + 50);
    expect(machine.debug.profiler.stop().haltedTicks).toBe(50);
  });
});
