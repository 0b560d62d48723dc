import { expect, it } from 'vitest';
import { callsAt, mayCall } from './caller-frames.ts';
import type { Resolved } from './coroutines.ts';

/** Code that is linked at 1000h and runs 100h behind that. */
const code = (...bytes: number[]): Resolved =>
  ({
    bias: 0x100,
    image: {
      linkedBytes: (at: number, length: number) =>
        at < 0x1000 ? undefined : Uint8Array.from(bytes).subarray(at - 0x1000, at - 0x1000 + length),
    },
  }) as unknown as Resolved;

it.each([
  ['call rel32', [0xe8, 1, 2, 3, 4], true],
  ['call *%eax', [0xff, 0xd0], true],
  ['call *%gs:0x10', [0x65, 0xff, 0x15, 0x10, 0, 0, 0], true],
  ['notrack call *%eax', [0x3e, 0xff, 0xd0], true],
  ['lcall', [0x9a, 0, 0, 0, 0, 8, 0], true],
  ['jmp *%eax', [0xff, 0xe0], false],
  ['push (%eax)', [0xff, 0x30], false],
  ['mov $0xe8,%eax; nop', [0xb8, 0xe8, 0, 0, 0, 0x90], false],
  ['inc %eax, with a call behind it', [0x40, 0xe8, 1, 2, 3, 4], false],
  ['nothing but prefixes', [0x66, 0x66], true],
  ['an opcode without its ModRM', [0xff], true],
])('of %s it is known whether it calls', (_what, bytes, calls) => {
  expect(callsAt(code(...bytes), 0x1100)).toBe(calls);
});

it('takes code for a call whose bytes are not known', () => {
  expect(callsAt(code(0x90), 0x900)).toBe(true);
  expect(mayCall(code(0x90), [[0x900, 0x910]])).toBe(true);
});

it('misses no call in a range, wherever its instructions begin', () => {
  const lines = code(0xb8, 0xe8, 0, 0, 0, 0x90, 0xc3);
  expect(mayCall(lines, [[0x1100, 0x1105]])).toBe(true);
  expect(mayCall(lines, [[0x1105, 0x1107]])).toBe(false);
});
