/** Steps that something stops on their way: what nobody has to see of that lets them go on as if nothing had been. */
import { describe, expect, it } from 'vitest';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { HANDLER, instruction, LIDT, range, SPIN, start } from '../testing/stepped-code.ts';
import { imm32, TINY_ENTRY } from '../testing/tiny-kernel.ts';
import { createStepper } from './stepper.ts';

type Started = ReturnType<typeof start>;

/** Runs a step that goes on from every breakpoint. @returns how often there was one, and how it has ended */
function goingOn({ machine }: Started, spec: StepSpec): [stops: number, end: string] {
  const stepper = createStepper(machine, spec);
  let stops = 0;
  for (let n = 0; n < 100; n++) {
    const { kind } = stepper.advance(20_000);
    if (kind === 'breakpoint') {
      stops++;
      machine.cpu.skipBreakpoint(machine.cpu.linearEip());
    } else if (kind !== 'more') {
      stepper.dispose();
      return [stops, kind];
    }
  }
  return [stops, 'more'];
}

// nop; call f; nop; spin; f: inc eax; ret
const CALL = [0x90, 0xe8, ...imm32(3), 0x90, ...SPIN, 0x40, 0xc3];
const FUNCTION = TINY_ENTRY + 9;

describe('a breakpoint that does not hold', () => {
  it('at the first instruction of a function does not end a step over its call', () => {
    const started = start(CALL);
    started.breakpoints.replace([{ id: 1, address: FUNCTION, coroutine: -1 }]);
    expect([goingOn(started, range(0, 6)), started.offset()]).toEqual([[1, 'done'], 6]);
  });

  it.each([
    ['a line', range(LIDT.length, LIDT.length + 1)],
    ['an instruction', instruction(true)],
  ] as [string, StepSpec][])(
    'at the first instruction of a handler does not end a step over %s',
    (_what, spec) => {
      // nop; spin
      const started = start([...LIDT, 0x90, ...SPIN]);
      started.step(instruction(false));
      started.breakpoints.replace([{ id: 1, address: HANDLER, coroutine: -1 }]);
      started.machine.cpu.raiseNmi();
      expect([goingOn(started, spec), started.offset(), started.counter()]).toEqual([
        [1, 'done'],
        LIDT.length + 1,
        1,
      ]);
    },
  );
});

describe('a breakpoint that counts its hits', () => {
  const hit = { kind: 'equal', count: 2 } as const;

  it('at the first instruction of a function is hit once for each call that a line makes', () => {
    const started = start(CALL);
    started.breakpoints.replace([{ id: 1, address: FUNCTION, coroutine: -1, hit }]);
    expect([started.step(range(0, 6)), started.offset()]).toEqual(['done', 6]);
  });

  it('at the first instruction of a handler is hit once for each interrupt', () => {
    const started = start([...LIDT, 0x90, ...SPIN]);
    started.step(instruction(false));
    started.breakpoints.replace([{ id: 1, address: HANDLER, coroutine: -1, hit }]);
    started.machine.cpu.raiseNmi();
    expect(started.step(range(LIDT.length, LIDT.length + 1))).toBe('done');
    expect(started.offset()).toBe(LIDT.length + 1);
  });
});

describe('a breakpoint in the stepped code', () => {
  /** Timer 0: mode 2, every 4 counts; its line alone is open. */
  const timer = [
    0xb0, 0x34, 0xe6, 0x43, 0xb0, 0x04, 0xe6, 0x40, 0xb0, 0x00, 0xe6, 0x40, 0xb0, 0xfe, 0xe6, 0x21, 0xfb,
  ];

  it('stops each round of a loop, though an interrupt comes right before it', () => {
    // l: 50 times nop; inc eax; 49 times nop; jmp l
    const nops = (count: number) => new Array<number>(count).fill(0x90);
    const begin = LIDT.length + timer.length;
    const started = start([...LIDT, ...timer, ...nops(50), 0x40, ...nops(49), 0xeb, 0x9a]);
    const { step, offset, counter, breakpoints, machine } = started;
    breakpoints.replace([{ id: 1, address: TINY_ENTRY + begin + 50, coroutine: -1 }]);
    expect(step(range(0, begin + 102))).toBe('breakpoint');
    const eax = machine.cpu.views.reg32;
    const first = eax[0]!;
    const before = counter();
    for (let n = 1; n <= 1000; n++) {
      expect([step(range(begin, begin + 102)), offset()]).toEqual(['breakpoint', begin + 50]);
      // The handler keeps EAX.
      expect(eax[0]).toBe(first + n);
    }
    expect(counter() - before).toBeGreaterThan(100);
  });
});
