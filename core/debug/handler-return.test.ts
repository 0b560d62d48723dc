/** Steps over instructions whose handlers do not come back to them. */
import { describe, expect, it } from 'vitest';
import { HANDLER, instruction, LIDT, range, SPIN, start } from '../testing/stepped-code.ts';
import { imm32, TINY_ENTRY } from '../testing/tiny-kernel.ts';

const BEGIN = LIDT.length;

/** Stands before `code`. @param handler what all vectors lead to */
function before(code: readonly number[], handler: readonly number[]) {
  const started = start([...LIDT, ...code]);
  started.machine.memory.writeBytes(HANDLER, Uint8Array.from(handler));
  started.step(instruction(false));
  expect(started.offset()).toBe(BEGIN);
  return started;
}

describe('a fault whose handler skips the instruction', () => {
  // ud2; inc eax; spin
  const code = [0x0f, 0x0b, 0x40, ...SPIN];
  // addl $2,(%esp); iret
  const skipping = [0x83, 0x04, 0x24, 0x02, 0xcf];

  it.each([true, false])('ends a step of its line (over: %s)', (over) => {
    const { step, offset } = before(code, skipping);
    expect([step(range(BEGIN, BEGIN + 2, over)), offset()]).toEqual(['done', BEGIN + 2]);
  });

  it('ends a step over it, and a step into it is in the handler', () => {
    const { step, offset } = before(code, skipping);
    expect([step(instruction(true)), offset()]).toEqual(['done', BEGIN + 2]);
    const into = before(code, skipping);
    expect(into.step(instruction(false))).toBe('done');
    expect(into.machine.cpu.linearEip()).toBe(HANDLER);
  });

  it('lets a step go on in its line, where a breakpoint stops it', () => {
    const { step, offset, machine } = before(code, skipping);
    const eax = machine.cpu.views.reg32[0]!;
    expect([step(range(BEGIN, BEGIN + 3)), offset()]).toEqual(['done', BEGIN + 3]);
    expect(machine.cpu.views.reg32[0]).toBe(eax + 1);
    const stopped = before(code, skipping);
    stopped.breakpoints.replace([{ id: 1, address: TINY_ENTRY + BEGIN + 2, coroutine: -1 }]);
    expect([stopped.step(range(BEGIN, BEGIN + 3)), stopped.offset()]).toEqual(['breakpoint', BEGIN + 2]);
  });

  it('is told from faults of the handler itself', () => {
    // cmpl $0,nested; jne skip; incl nested; ud2; skip: addl $2,(%esp); iret
    const nested = [0x83, 0x3d, ...imm32(0x6100), 0, 0x75, 0x08, 0xff, 0x05, ...imm32(0x6100), 0x0f, 0x0b];
    const { step, offset } = before(code, [...nested, ...skipping]);
    expect([step(range(BEGIN, BEGIN + 2)), offset()]).toEqual(['done', BEGIN + 2]);
  });
});

describe('a fault whose handler goes on at a fixup', () => {
  it('leads the step there, though it takes more than a slice', () => {
    // ud2; spin; fixup: spin
    const fixup = TINY_ENTRY + BEGIN + 4;
    // mov ecx,100000; l: dec ecx; jnz l; movl $fixup,(%esp); iret
    const handler = [0xb9, ...imm32(100_000), 0x49, 0x75, 0xfd, 0xc7, 0x04, 0x24, ...imm32(fixup), 0xcf];
    const { step, offset } = before([0x0f, 0x0b, ...SPIN, ...SPIN], handler);
    expect([step(range(BEGIN, BEGIN + 2)), offset()]).toEqual(['done', BEGIN + 4]);
  });
});

describe('INT n', () => {
  // int $0x80; two bytes of its service; nop; spin
  const code = [0xcd, 0x80, 0xff, 0xff, 0x90, ...SPIN];

  it('that takes what follows it as its argument ends a step behind that', () => {
    const handler = [0x83, 0x04, 0x24, 0x02, 0xcf];
    const { step, offset } = before(code, handler);
    expect([step(instruction(true)), offset()]).toEqual(['done', BEGIN + 4]);
  });

  it('that is to be made again is run until it comes back behind itself', () => {
    // incl 0x6100; cmpl $3,0x6100; jae back; subl $2,(%esp); back: iret
    const handler = [
      ...[0xff, 0x05, ...imm32(0x6100), 0x83, 0x3d, ...imm32(0x6100), 3],
      ...[0x73, 0x04, 0x83, 0x2c, 0x24, 0x02, 0xcf],
    ];
    const { step, offset, machine } = before(code, handler);
    expect([step(instruction(true)), offset()]).toEqual(['done', BEGIN + 2]);
    expect(machine.memory.read(0x6100, 4)).toBe(3);
  });
});
