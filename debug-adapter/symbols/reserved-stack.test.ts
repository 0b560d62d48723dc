/** Functions without frame information and frame pointer: what earlier calls have left in their locals is no return address. */
import { describe, expect, it } from 'vitest';
import type { MemoryReader } from './location.ts';
import { reservedBy } from './reserved-stack.ts';
import { type UnwindSource, unwindStack } from './unwind-i386.ts';

const ENTRY = 0x1000;
const STACK = 0x8000;

const reader =
  (code: readonly number[], words: readonly number[] = []): MemoryReader =>
  (address, length) => {
    // All code but that of the function ends calls.
    if (length === 7) return Uint8Array.of(0, 0, 0xe8, 0, 0, 0, 0);
    if (address >= ENTRY && address < ENTRY + 0x100)
      return Uint8Array.from({ length }, (_, n) => code[address - ENTRY + n] ?? 0x90);
    const bytes = new Uint8Array(length);
    const stack = new Uint8Array(Uint32Array.from(words).buffer);
    bytes.set(stack.subarray(address - STACK, address - STACK + length));
    return bytes;
  };

const PUSH_ESI = 0x56;
const SUB_12 = [0x83, 0xec, 0x0c];
const SUB_4096 = [0x81, 0xec, 0x00, 0x10, 0x00, 0x00];

describe('what a function reserves', () => {
  it.each([
    ['nothing yet', [PUSH_ESI, ...SUB_12], 0, 0],
    ['a register', [PUSH_ESI, ...SUB_12], 1, 4],
    ['not what is under way', [PUSH_ESI, ...SUB_12], 3, 4],
    ['both', [PUSH_ESI, ...SUB_12], 4, 16],
    ['much', [PUSH_ESI, PUSH_ESI, ...SUB_4096], 0x40, 4104],
    ['nothing that is not at its beginning', [0x90, ...SUB_12], 0x40, 0],
    ['what many registers need', Array.from({ length: 32 }, () => PUSH_ESI), 0x40, 64],
  ] as const)('is %s', (_, code, into, bytes) => {
    expect(reservedBy(ENTRY, ENTRY + into, reader(code))).toBe(bytes);
  });
});

describe('the caller', () => {
  const source: UnwindSource = {
    unwind: () => undefined,
    functionAt: (pc) => (pc < 0x1100 ? { lowPc: ENTRY } : undefined),
    isCode: (pc) => pc >= ENTRY && pc < 0x2000,
  };
  const caller = (words: readonly number[], pc: number) => {
    const registers = [0, 0, 0, 0, STACK, 0, 0, 0, pc];
    return unwindStack(source, registers, reader(SUB_12, words), { limit: 2 }).frames[1]?.pc;
  };

  it('is behind the locals, whatever they hold', () => {
    expect(caller([0x1500, 0x1600, 7, 0x1700], ENTRY + 3)).toBe(0x1700);
  });

  it('is the first on the stack before room is made, and where something else is in its place', () => {
    expect(caller([0x1500, 0x1600, 7, 0x1700], ENTRY)).toBe(0x1500);
    expect(caller([0x1500, 0x1600, 7, 8, 0x1700], ENTRY + 3)).toBe(0x1500);
  });
});
