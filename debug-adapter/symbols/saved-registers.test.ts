/** Call stacks through the entries of Linux: registers that a frame pointer stands for, and stacks of the kernel's own for interrupts. */
import { describe, expect, it } from 'vitest';
import { I386 } from './constants.ts';
import type { MemoryReader } from './location.ts';
import { type UnwindSource, unwindStack } from './unwind-i386.ts';

/** The stack of a task, and one for interrupts, below it or above. */
const TASK = 0xc210_0000;
const BELOW = 0xc20f_6000;
const ENCODED = TASK - 0x8000_0000;
/** Functions at each 100h, with frame pointers but for the entry. */
const CODE = 0xc100_0000;
const ENTRY = CODE + 0x1000;

function machine(...stacks: readonly (readonly [at: number, words: readonly number[]])[]): MemoryReader {
  return (address, length) => {
    // Every address lies behind a call.
    if (address >>> 24 === CODE >>> 24) {
      const code = address >= ENTRY - 16 ? [0xe8, 0xe8, 0xe8, 0xe8, 0xe8, 0xe8, 0xe8] : [0x55, 0x89, 0xe5];
      if (length === 7) return Uint8Array.from([0, 0, 0xe8, 0, 0, 0, 0]);
      return Uint8Array.from(code).subarray(0, length);
    }
    for (const [at, words] of stacks) {
      const bytes = new Uint8Array(Uint32Array.from(words).buffer);
      if (address >= at && address + length <= at + bytes.length)
        return bytes.subarray(address - at, address - at + length);
    }
    return undefined;
  };
}

const source: UnwindSource = {
  unwind: () => undefined,
  functionAt: (pc) => (pc >>> 24 === CODE >>> 24 ? { lowPc: (pc & ~0xff) >>> 0 } : undefined),
  isCode: (pc) => pc >>> 24 === CODE >>> 24 || pc < 0x8000_0000,
};

/** @returns the words of `struct pt_regs` */
const saved = (ip: number, cs: number, flags: number, sp: number, ss: number) => [
  ...[0xb0, 0xc0, 0xd0, 0x51, 0xd1, 0xb9, 0xa0, 0x7b, 0x7b, 0xd8, 0, 0xffff_ffff],
  ...[ip, cs, flags, sp, ss],
];

/** Of the innermost function at CODE + 20h, whose caller is the entry. */
const walk = (regs: readonly number[], more: readonly number[] = []) =>
  unwindStack(
    source,
    [1, 2, 3, 4, TASK, TASK, 7, 8, CODE + 0x20, 0],
    machine([TASK, [ENCODED + 8, ENTRY + 0x40, ...regs, ...more]]),
  );

describe('an entry of Linux', () => {
  it('has the program below it, with its registers and where they are', () => {
    const { frames } = walk(saved(0x0809_c129, 0x73, 0x246, 0xbfaa_7530, 0x7b));
    expect(frames.map(({ pc }) => pc)).toEqual([CODE + 0x20, ENTRY + 0x40, 0x0809_c129]);
    const [, , program] = frames;
    // Interrupted, not in a call.
    expect(program!.lookupPc).toBe(0x0809_c129);
    expect([I386.ebx, I386.ebp, I386.eax, I386.esp].map((one) => program!.registers[one])).toEqual([
      ...[0xb0, 0xb9, 0xa0],
      0xbfaa_7530,
    ]);
    expect(program!.homes[I386.eax]).toEqual({ kind: 'memory', address: TASK + 8 + 24 });
  });

  it('has the code of the kernel that it has interrupted, on the same stack', () => {
    const frame = [TASK + 0x100, CODE + 0x280];
    // EBP of the interrupted function points to its frame behind the registers; its ESP is behind EFLAGS.
    const regs = saved(CODE + 0x130, 0x60, 0x246, 0, 0);
    regs[5] = TASK + 8 + regs.length * 4;
    const { frames } = walk(regs, frame);
    expect(frames.map(({ pc }) => pc).slice(0, 4)).toEqual([
      ...[CODE + 0x20, ENTRY + 0x40, CODE + 0x130],
      CODE + 0x280,
    ]);
    expect(frames[2]!.registers[I386.esp]).toBe(TASK + 8 + 60);
    // Where the entry has moved what was pushed, it has kept ESP.
    regs[15] = TASK + 8 + 60 + 28;
    expect(walk(regs, frame).frames[2]!.registers[I386.esp]).toBe(TASK + 8 + 60 + 28);
  });

  it('is the end of the stack of a thread that has no program', () => {
    const { frames, stop } = walk(saved(0, 0, 0, 0, 0));
    expect(frames.map(({ pc }) => pc)).toEqual([CODE + 0x20, ENTRY + 0x40]);
    expect(stop.reason).toBe('end-of-stack');
  });

  it('tells where virtual-8086 mode goes on', () => {
    const { frames, stop, below } = walk(saved(0x123, 0x1000, 0x2_0246, 0xffe, 0x2000));
    expect(frames.length).toBe(2);
    expect(stop.reason).toBe('virtual-8086');
    expect(below?.place).toEqual({ cs: 0x1000, eip: 0x123, ss: 0x2000, esp: 0xffe, ring: 3, v86: true });
  });

  it('is none where the frame pointer is anything else', () => {
    const stack = unwindStack(
      source,
      [1, 2, 3, 4, TASK, ENCODED + 0x4000, 7, 8, ENTRY + 0x40, 0],
      machine([TASK, saved(0x0809_c129, 0x73, 0x246, 0xbfaa_7530, 0x7b)]),
    );
    expect(stack.frames.length).toBe(1);
  });
});

describe('a stack of the kernel’s own for interrupts', () => {
  it.each([
    ['below', TASK, BELOW],
    ['above', BELOW, TASK],
  ])('that lies %s that of the task goes on there', (_where, task, interrupts) => {
    const { frames, stop } = unwindStack(
      source,
      [1, 2, 3, 4, interrupts, interrupts, 7, 8, CODE + 0x20, 0],
      machine([interrupts, [task + 8, CODE + 0x180]], [task, [0, 0, task + 16, CODE + 0x280, 0, 0]]),
    );
    expect(frames.map(({ pc }) => pc)).toEqual([CODE + 0x20, CODE + 0x180, CODE + 0x280]);
    expect(stop.reason).toBe('end-of-stack');
  });

  it('ends where a damaged one leads back again and again', () => {
    const { frames, stop } = unwindStack(
      source,
      [1, 2, 3, 4, TASK, TASK, 7, 8, CODE + 0x20, 0],
      machine([TASK, [BELOW, CODE + 0x180]], [BELOW, [TASK, CODE + 0x280]]),
    );
    expect(stop.reason).toBe('cfa-did-not-grow');
    expect(frames.length).toBeLessThan(32);
  });
});
