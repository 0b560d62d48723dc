/** Which calls a stretch of code has, and where they go. */
import { describe, expect, it } from 'vitest';
import { callsIn } from './calls-in-code.ts';

const BASE = 0x1000;
const POINTERS = 0x2000;

/** Code at BASE, and the pointer 0x3000 at POINTERS. */
const reader = (code: readonly number[]) => (address: number, length: number) => {
  if (address === POINTERS) return Uint8Array.of(0, 0x30, 0, 0);
  return address === BASE ? Uint8Array.from(code).subarray(0, length) : undefined;
};
const calls = (code: readonly number[], registers: readonly number[] = [], pc = BASE) =>
  callsIn(reader(code), { low: BASE, high: BASE + code.length }, pc, [
    ...registers,
    ...(new Array(8 - registers.length).fill(0) as number[]),
  ]).map(({ target }) => target);

describe('calls', () => {
  it('with a fixed target go there', () => {
    // call 1005h+0fbh; nop; call 100bh-0bh
    expect(calls([0xe8, 0xfb, 0, 0, 0, 0x90, 0xe8, 0xf5, 0xff, 0xff, 0xff])).toEqual([0x1100, 0x1000]);
  });

  it('by a register, and through memory, are followed', () => {
    // call *%eax; call *(%ebx); call *0x2000
    expect(calls([0xff, 0xd0], [0x4000])).toEqual([0x4000]);
    expect(calls([0xff, 0x13], [0, 0, 0, POINTERS])).toEqual([0x3000]);
    expect(calls([0xff, 0x15, 0x00, 0x20, 0, 0])).toEqual([0x3000]);
    // call *0x1ff8(,%ecx,4) with ecx = 2
    expect(calls([0xff, 0x14, 0x8d, 0xf8, 0x1f, 0, 0], [0, 2])).toEqual([0x3000]);
  });

  it.each([
    ['a move into the register', [0xb8, 1, 0, 0, 0, 0xff, 0xd0]],
    ['a move into a part of it', [0xb4, 1, 0xff, 0xd0]],
    ['a jump', [0xeb, 0x00, 0xff, 0xd0]],
    ['a call before, which may change eax', [0xe8, 0, 0, 0, 0, 0xff, 0xd0]],
    ['a far call', [0xff, 0x18]],
  ])('are not guessed behind %s', (_what, code) => {
    expect(calls(code, [0x4000]).at(-1)).toBeUndefined();
  });

  it('before the place where execution is have no known registers', () => {
    // call *%eax; call *%eax, at the second
    expect(calls([0xff, 0xd0, 0xff, 0xd0], [0x4000], BASE + 2)).toEqual([undefined, 0x4000]);
  });

  it('keep registers that a call preserves', () => {
    expect(calls([0xe8, 0, 0, 0, 0, 0xff, 0xd3], [0, 0, 0, 0x4000])).toEqual([0x1005, 0x4000]);
  });

  it('in what is no code, or not there, are none', () => {
    expect(calls([0xff, 0xff, 0xff])).toEqual([]);
    expect(callsIn(() => undefined, { low: 0, high: 16 }, 0, [])).toEqual([]);
  });
});
