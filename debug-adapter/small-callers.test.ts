/** Callers of code of 16 bits, as the words of its stack tell. */
import { describe, expect, it } from 'vitest';
import type { CpuSnapshot } from '../core/protocol/machine-protocol.ts';
import { isSmall, presentPlace, smallCallers } from './small-callers.ts';
import { I386 } from './symbols/constants.ts';

/** CS 1000h, SS 2000h of real mode; SP 100h. */
const CODE = 0x1_0000;
const STACK = 0x2_0000;

function machine(pc: number) {
  const memory = new Uint8Array(0x4_0000);
  const segments = Array.from({ length: 8 }, () => ({ selector: 0, base: 0, limit: 0xffff, attributes: 0 }));
  segments[1] = { ...segments[1]!, selector: 0x1000, base: CODE };
  segments[2] = { ...segments[2]!, selector: 0x2000, base: STACK };
  const cpu = {
    ...{ cr0: 0x10, eflags: 2, eip: pc, linearEip: CODE + pc, segments },
    general: [0, 0, 0, 0, 0x5555_0100, 0, 0, 0],
  } as unknown as CpuSnapshot;
  const callers = (entryOf: (linear: number) => number | undefined = () => undefined) =>
    smallCallers(presentPlace(cpu), (at, length) => memory.slice(at, at + length), { entryOf }).map(
      ({ pc: at, registers }) => [at, registers[I386.eip], registers[I386.esp]],
    );
  return {
    cpu,
    callers,
    code: (at: number, ...bytes: number[]) => {
      memory.set(bytes, at);
    },
    stack: (...words: number[]) => {
      words.forEach((word, n) => memory.set([word & 0xff, word >> 8], STACK + 0x100 + n * 2));
    },
  };
}

/** Of call rel16 to an offset. */
const call = (from: number, to: number) => [0xe8, (to - from - 3) & 0xff, ((to - from - 3) >> 8) & 0xff];

describe('code of 16 bits', () => {
  it('has been called from where its return addresses lead', () => {
    const { cpu, callers, code, stack } = machine(0x210);
    code(CODE + 0x100, ...call(0x100, 0x150));
    code(CODE + 0x160, ...call(0x160, 0x200));
    // A saved BP, the return addresses, and a word between them that is none.
    stack(0x4444, 0x163, 0x0103 + 0x20, 0x103);
    expect(isSmall(cpu)).toBe(true);
    expect(callers()).toEqual([
      [CODE + 0x163, 0x163, 0x5555_0104],
      [CODE + 0x103, 0x103, 0x5555_0108],
    ]);
  });

  it('is not what a call of another function has left on the stack', () => {
    const { callers, code, stack } = machine(0x210);
    code(CODE + 0x100, ...call(0x100, 0x300));
    code(CODE + 0x110, ...call(0x110, 0x180));
    code(CODE + 0x120, ...call(0x120, 0x200));
    stack(0x103, 0x113, 0x123);
    // As symbols tell: functions of 80h bytes.
    expect(callers((linear) => linear & ~0x7f)).toEqual([[CODE + 0x123, 0x123, 0x5555_0106]]);
  });

  it('may have been called from another segment, through a pointer, and with 32 bits', () => {
    const { callers, code, stack } = machine(0x210);
    // lcall $0x1000, $0x200 at 3000:0010; call *2(%bx) before; calll before that
    code(0x3_0010, 0x9a, 0x00, 0x02, 0x00, 0x10);
    code(0x3_0020, 0xff, 0x57, 0x02);
    code(0x3_0030, 0x66, 0xe8, 0x08 - 0x36, 0xff, 0xff, 0xff);
    stack(0x0015, 0x3000, 0x0023, 0x0036, 0x0000);
    expect(callers()).toEqual([
      [0x3_0015, 0x15, 0x5555_0104],
      [0x3_0023, 0x23, 0x5555_0106],
      [0x3_0036, 0x36, 0x5555_010a],
    ]);
  });

  it('is told by the size of its segment in protected mode', () => {
    const { cpu } = machine(0);
    const segments = cpu.segments.map((segment) => ({ ...segment, attributes: 1 << 14 }));
    expect(isSmall({ ...cpu, cr0: 0x11 })).toBe(true);
    expect(isSmall({ ...cpu, cr0: 0x11, segments })).toBe(false);
    expect(isSmall({ ...cpu, cr0: 0x11, segments, eflags: 1 << 17 })).toBe(true);
  });
});
