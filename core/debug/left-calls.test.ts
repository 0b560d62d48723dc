/** Steps over calls that are left without a return. */
import { describe, expect, it } from 'vitest';
import { ESP } from '../cpu/state.ts';
import { IN_EXTENT, type StepSpec } from '../protocol/machine-protocol.ts';
import { SPIN, start } from '../testing/stepped-code.ts';
import { imm32, TINY_ENTRY } from '../testing/tiny-kernel.ts';

const CALLEE = 0x10;
const LANDING = 8;

/** call f; inc eax; spin; landing: inc ebx; spin; and f, which goes to the landing when it has done something with the stack */
function before(...callee: number[]) {
  const main = [0xe8, ...imm32(CALLEE - 5), 0x40, ...SPIN, 0x43, ...SPIN];
  const code = [...main, ...new Array<number>(CALLEE - main.length).fill(0x90), ...callee];
  code.push(0xe9, ...imm32(LANDING - (code.length + 5)));
  const started = start(code);
  return { ...started, stack: started.machine.cpu.views.reg32[ESP]! >>> 0 };
}

/** A step over the call in a frame of the code before the callee. */
const over = (register: number, offset: number, cfa: number): StepSpec => ({
  kind: 'instruction',
  over: true,
  callers: Uint32Array.of(TINY_ENTRY, TINY_ENTRY + CALLEE, register, offset, cfa),
});

/** add $4, %esp */
const GIVES_BACK = [0x83, 0xc4, 0x04];

describe('a call that is left', () => {
  it('ends a step over it where the frame goes on, as its canonical frame address tells', () => {
    const { step, offset, stack } = before(...GIVES_BACK);
    expect([step(over(ESP, 12, stack + 12)), offset()]).toEqual(['done', LANDING]);
  });

  it('is told by the extent of the frame where no rule is known', () => {
    const { step, offset, stack } = before(...GIVES_BACK);
    expect([step(over(IN_EXTENT, stack, stack + 64)), offset()]).toEqual(['done', LANDING]);
  });

  it('is told from the same code on another stack', () => {
    // mov $0x9000, %esp
    const elsewhere = before(0xbc, ...imm32(0x9000));
    expect(elsewhere.step(over(ESP, 12, elsewhere.stack + 12), 3)).toBe('more');
    const extent = before(0xbc, ...imm32(0x9000));
    expect(extent.step(over(IN_EXTENT, extent.stack, extent.stack + 64), 3)).toBe('more');
  });

  it('is not left as long as its own frame is there', () => {
    const { step, stack } = before();
    expect(step(over(IN_EXTENT, stack, stack + 64), 3)).toBe('more');
    expect(before().step(over(ESP, 12, stack + 12), 3)).toBe('more');
  });

  it('ends a step of a range in its own frame, and goes on there if that is in the range', () => {
    const rows = Uint32Array.of(TINY_ENTRY, TINY_ENTRY + CALLEE, ESP, 12);
    const range = (from: number, to: number, cfa: number): StepSpec => ({
      ...{ kind: 'range', over: true, frame: { cfa, rows } },
      ranges: [[TINY_ENTRY + from, TINY_ENTRY + to]],
    });
    const out = before(...GIVES_BACK);
    expect([out.step(range(0, 5, out.stack + 12)), out.offset()]).toEqual(['done', LANDING]);
    const within = before(...GIVES_BACK);
    expect([within.step(range(0, LANDING + 1, within.stack + 12)), within.offset()]).toEqual([
      'done',
      LANDING + 1,
    ]);
  });
});
