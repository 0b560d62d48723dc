/** The way back from a call is that of the frame which has called. */
import { describe, expect, it } from 'vitest';
import { ESP } from '../cpu/state.ts';
import { instruction, range, SPIN, start } from '../testing/stepped-code.ts';
import { imm32, TINY_ENTRY } from '../testing/tiny-kernel.ts';

const SAVED = 0x6200;
const STACK = 0x9000;

describe('a step over a switch to another task', () => {
  it.each([0x40, 0x100, 0x400, -0x40])(
    'comes back to its own, though the other one runs the same code on a stack %i bytes away',
    (distance) => {
      // l: call switch; nop; jmp l; switch: xchg SAVED,%esp; ret
      const code = [0xe8, ...imm32(3), 0x90, 0xeb, 0xf8, 0x87, 0x25, ...imm32(SAVED), 0xc3];
      const { machine, step, offset } = start(code);
      const { memory, cpu } = machine;
      // The other one has called it, too.
      const other = STACK + distance - 4;
      memory.writeBytes(SAVED, Uint8Array.from(imm32(other)));
      memory.writeBytes(other, Uint8Array.from(imm32(TINY_ENTRY + 5)));
      cpu.views.reg32[ESP] = STACK;
      for (const spec of [range(0, 5), instruction(true)]) {
        expect([step(spec), offset(), cpu.views.reg32[ESP]]).toEqual(['done', 5, STACK]);
        step(instruction(true));
        step(instruction(true));
        expect(offset()).toBe(0);
      }
    },
  );
});

describe('a step over a function', () => {
  it.each([0, 4, 64])('that takes %i bytes of arguments from the stack is behind it', (size) => {
    // call f; spin; f: ret $size
    const { step, offset, machine } = start([0xe8, ...imm32(2), ...SPIN, 0xc2, size, 0]);
    machine.cpu.views.reg32[ESP] = STACK;
    expect([step(range(0, 5)), offset()]).toEqual(['done', 5]);
    expect(machine.cpu.views.reg32[ESP]).toBe(STACK + size);
  });

  it('that takes them before it jumps back is behind it, too', () => {
    // call f; spin; f: pop %ecx; add $8,%esp; jmp *%ecx
    const { step, offset, machine } = start([0xe8, ...imm32(2), ...SPIN, 0x59, 0x83, 0xc4, 8, 0xff, 0xe1]);
    machine.cpu.views.reg32[ESP] = STACK;
    expect([step(range(0, 5)), offset()]).toEqual(['done', 5]);
  });
});
