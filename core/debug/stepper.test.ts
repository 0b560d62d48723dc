/** Steps over machine code made by hand. */
import { describe, expect, it } from 'vitest';
import { CPL } from '../cpu/state.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { COUNTER, HANDLER, instruction, LIDT, range, SPIN, start } from '../testing/stepped-code.ts';
import { imm32, TINY_ENTRY } from '../testing/tiny-kernel.ts';
import { instructionKind } from './instruction-kind.ts';
import { createStepper } from './stepper.ts';

describe('an instruction step', () => {
  it('runs exactly one instruction', () => {
    const { step, offset } = start([0x90, 0x40, ...SPIN]);
    expect([step(instruction(false)), offset()]).toEqual(['done', 1]);
    expect([step(instruction(true)), offset()]).toEqual(['done', 2]);
    expect([step(instruction(true)), offset()]).toEqual(['done', 2]);
  });

  it('enters a call, or runs it to its end', () => {
    // call +1; nop; f: nop; ret
    const code = [0xe8, ...imm32(1), 0x90, 0x90, 0xc3];
    const into = start(code);
    expect([into.step(instruction(false)), into.offset()]).toEqual(['done', 6]);
    const over = start(code);
    expect([over.step(instruction(true)), over.offset()]).toEqual(['done', 5]);
  });

  it('over a recursive call comes back to the same frame', () => {
    // mov ecx,5; call f; spin; f: dec ecx; jz r; call f; r: ret
    const code = [0xb9, ...imm32(5), 0xe8, ...imm32(2), ...SPIN, 0x49, 0x74, 0x05, 0xe8, ...imm32(-8), 0xc3];
    const { step, offset, machine } = start(code);
    step(instruction(false));
    expect([step(instruction(true)), offset()]).toEqual(['done', 10]);
    expect(machine.cpu.views.reg32[1]).toBe(0);
  });

  it('runs REP to its end when stepping over, else one round', () => {
    // mov ecx,100; mov edi,8000h; rep stosb; spin
    const code = [0xb9, ...imm32(100), 0xbf, ...imm32(0x8000), 0xf3, 0xaa, ...SPIN];
    const over = start(code);
    over.step(instruction(true));
    over.step(instruction(true));
    expect([over.step(instruction(true)), over.offset()]).toEqual(['done', 12]);
    const into = start(code);
    into.step(instruction(false));
    into.step(instruction(false));
    expect([into.step(instruction(false)), into.offset()]).toEqual(['done', 10]);
    expect(into.machine.cpu.views.reg32[1]).toBe(99);
  });

  it('over INT n stops behind it, into it goes to the handler', () => {
    const code = [...LIDT, 0xcd, 0x80, ...SPIN];
    const over = start(code);
    over.step(instruction(true));
    expect([over.step(instruction(true)), over.offset(), over.counter()]).toEqual(['done', 9, 1]);
    const into = start(code);
    into.step(instruction(false));
    expect(into.step(instruction(false))).toBe('done');
    expect(into.machine.cpu.linearEip()).toBe(HANDLER);
  });

  it.each([0, 0x7c0])(
    'over INT n of real mode stops behind it too, into it goes where the vector points (CS: %i)',
    (segment) => {
      const over = startReal(segment);
      expect(over.step(instruction(true))).toBe('done');
      expect([over.machine.cpu.linearEip(), over.counter()]).toEqual([0x801b, 1]);
      const into = startReal(segment);
      expect(into.step(instruction(false))).toBe('done');
      expect([into.machine.cpu.linearEip(), into.counter()]).toEqual([HANDLER, 0]);
      const line = startReal(segment);
      expect(line.step({ kind: 'range', ranges: [[0x8019, 0x801b]], over: true })).toBe('done');
      expect([line.machine.cpu.linearEip(), line.counter()]).toEqual([0x801b, 1]);
    },
  );

  it('over a call of real mode comes back, whatever the upper half of ESP is', () => {
    const { step, machine } = startReal(0x7c0);
    const { cpu, memory } = machine;
    // call +2; spin; f: ret
    memory.writeBytes(0x8019, Uint8Array.of(0xe8, 2, 0, ...SPIN, 0xc3));
    cpu.views.reg32[4] |= 0x0123_0000;
    expect(step(instruction(true))).toBe('done');
    expect(cpu.linearEip()).toBe(0x801c);
  });

  it('of real mode runs an interrupt that comes first through to where it was', () => {
    const { step, machine, counter } = startReal(0x7c0);
    machine.cpu.raiseNmi();
    expect(step(instruction(true))).toBe('done');
    expect([machine.cpu.linearEip(), counter()]).toEqual([0x801b, 2]);
  });
});

/** Runs code of 16 bits in real mode, which has come to `int $0x10` at 8019h; its handler counts. @param segment CS of the code */
function startReal(segment: number) {
  // lgdt; lidt; ljmp to a code segment of 16 bits
  const gdt = [0x0f, 0x01, 0x15, ...imm32(0x4e20)];
  const real = start([...gdt, ...LIDT, 0xea, ...imm32(0x7fe0), 8, 0]);
  const { memory, cpu } = real.machine;
  const write = (at: number, ...bytes: number[]) => {
    memory.writeBytes(at, Uint8Array.from(bytes));
  };
  write(0x4e08, 0xff, 0xff, 0, 0, 0, 0x9a, 0, 0);
  write(0x4e10, 0xff, 0xff, 0, 0, 0, 0x92, 0, 0);
  write(0x4e20, 0x17, 0, ...imm32(0x4e00));
  write(0x4f00, 0xff, 0x03, ...imm32(0));
  for (const vector of [2, 0x10]) write(vector * 4, HANDLER & 0xff, HANDLER >> 8, 0, 0);
  // incw COUNTER; iret
  write(HANDLER, 0xff, 0x06, COUNTER & 0xff, COUNTER >> 8, 0xcf);
  // mov $0x10, %ax; mov %ax, %ss; mov %cr0, %eax; and $0xfe, %al; mov %eax, %cr0; ljmp to 8010h
  const offset = 0x8010 - segment * 16;
  const to = [offset & 0xff, offset >> 8, segment & 0xff, segment >> 8];
  write(0x7fe0, 0xb8, 0x10, 0, 0x8e, 0xd0, 0x0f, 0x20, 0xc0, 0x24, 0xfe, 0x0f, 0x22, 0xc0, 0xea, ...to);
  // xor %ax, %ax; mov %ax, %ss; mov %ax, %ds; mov $0x7c00, %sp; int $0x10; nop
  write(0x8010, 0x31, 0xc0, 0x8e, 0xd0, 0x8e, 0xd8, 0xbc, 0x00, 0x7c, 0xcd, 0x10, 0x90, ...SPIN);
  for (let n = 0; n < 20 && cpu.linearEip() !== 0x8019; n++) real.step(instruction(false));
  expect(cpu.linearEip()).toBe(0x8019);
  return real;
}

describe('a range step', () => {
  it('goes on until the ranges are left, calls included', () => {
    // nop; call f; nop | nop; spin; f: ret
    const code = [0x90, 0xe8, ...imm32(4), 0x90, 0x90, ...SPIN, 0xc3];
    const over = start(code);
    expect([over.step(range(0, 7)), over.offset()]).toEqual(['done', 7]);
    const into = start(code);
    expect([into.step(range(0, 7, false)), into.offset()]).toEqual(['done', 10]);
  });

  it.each(['instruction', 'range'] as const)(
    'of one %s runs it, though an interrupt comes first and a breakpoint stands on it',
    (kind) => {
      // inc eax; spin
      const code = [...LIDT, 0x40, 0x40, ...SPIN];
      const at = LIDT.length;
      const { machine, breakpoints, step, offset, counter } = start(code);
      breakpoints.replace([{ id: 1, address: TINY_ENTRY + at, coroutine: -1 }]);
      machine.run(100);
      expect(offset()).toBe(at);
      machine.cpu.raiseNmi();
      expect(step(kind === 'range' ? range(at, at + 1) : instruction(true))).toBe('done');
      expect([offset(), counter()]).toEqual([at + 1, 1]);
    },
  );

  it('may begin with any instruction', () => {
    // call f; spin; f: ret
    const call = start([0xe8, ...imm32(2), ...SPIN, 0xc3]);
    expect([call.step(range(0, 5)), call.offset()]).toEqual(['done', 5]);
    const into = start([0xe8, ...imm32(2), ...SPIN, 0xc3]);
    expect([into.step(range(0, 5, false)), into.offset()]).toEqual(['done', 7]);
    const int = start([...LIDT, 0xcd, 0x80, ...SPIN]);
    int.step(instruction(true));
    expect([int.step(range(7, 9)), int.offset(), int.counter()]).toEqual(['done', 9, 1]);
    // rep stosb with 100 in ECX
    const rep = start([0xb9, ...imm32(100), 0xbf, ...imm32(0x8000), 0xf3, 0xaa, ...SPIN]);
    rep.step(range(0, 10));
    expect([rep.step(range(10, 12)), rep.offset()]).toEqual(['done', 12]);
    expect(rep.machine.cpu.views.reg32[1]).toBe(0);
    // jmp to behind the range
    const jump = start([0xeb, 0x01, 0x90, ...SPIN]);
    expect([jump.step(range(0, 3)), jump.offset()]).toEqual(['done', 3]);
  });

  it('runs an instruction of a place that is in no range', () => {
    const { step, offset } = start([0x90, 0x90, ...SPIN]);
    expect([step(range(8, 9)), offset()]).toEqual(['done', 1]);
    expect([step({ kind: 'range', ranges: [], over: true }), offset()]).toEqual(['done', 2]);
  });

  it('passes the breakpoint that it begins at, and stops when it comes back to it', () => {
    // l: inc eax; jmp l
    const { step, offset, breakpoints, machine } = start([0x40, 0xeb, 0xfd]);
    const before = machine.cpu.views.reg32[0]!;
    breakpoints.replace([{ id: 1, address: TINY_ENTRY, coroutine: -1 }]);
    expect([step(range(0, 3)), offset()]).toEqual(['breakpoint', 0]);
    expect(machine.cpu.views.reg32[0]).toBe(before + 1);
  });

  it('does not see interrupts that come meanwhile', () => {
    const loop = [0xb9, ...imm32(60_000), 0x49, 0x75, 0xfd];
    // Timer 0: mode 2, every 256 counts; its line alone is open.
    const timer = [
      0xb0, 0x34, 0xe6, 0x43, 0xb0, 0x00, 0xe6, 0x40, 0xb0, 0x01, 0xe6, 0x40, 0xb0, 0xfe, 0xe6, 0x21,
    ];
    const code = [...LIDT, ...timer, 0xfb, ...loop, ...SPIN];
    const { step, offset, counter, breakpoints } = start(code);
    const begin = LIDT.length + timer.length + 1;
    breakpoints.replace([{ id: 1, address: TINY_ENTRY + begin, coroutine: -1 }]);
    expect(step(range(0, begin))).toBe('breakpoint');
    breakpoints.replace([]);
    expect([step(range(begin, begin + loop.length)), offset()]).toEqual(['done', begin + loop.length]);
    expect(counter()).toBeGreaterThan(1);
  });

  /** Timer 0: mode 2, every 4 counts; its line alone is open. */
  const FAST_TIMER = [
    ...[0xb0, 0x34, 0xe6, 0x43, 0xb0, 0x04, 0xe6, 0x40, 0xb0, 0x00, 0xe6, 0x40, 0xb0, 0xfe, 0xe6, 0x21],
    0xfb,
  ];

  it.each([true, false])('ends with its range when an interrupt comes right behind it (over: %s)', (over) => {
    // l: 100 times nop; jmp l
    const nops = new Array<number>(100).fill(0x90);
    const code = [...LIDT, ...FAST_TIMER, ...nops, 0xeb, 0x9a];
    const begin = LIDT.length + FAST_TIMER.length;
    const { step, offset, counter, breakpoints } = start(code);
    breakpoints.replace([{ id: 1, address: TINY_ENTRY + begin, coroutine: -1 }]);
    expect(step(range(0, begin))).toBe('breakpoint');
    breakpoints.replace([]);
    const before = counter();
    for (let n = 0; n < 1000; n++) {
      const at = offset();
      const next = at === begin + 100 ? begin : at + 1;
      expect([step(range(at, at === begin + 100 ? at + 2 : next, over)), offset()]).toEqual(['done', next]);
    }
    expect(counter() - before).toBeGreaterThan(1);
  });

  it('runs a call to its end when an interrupt comes right behind it', () => {
    // l: call f; jmp l; f: inc eax; ret
    const code = [...LIDT, ...FAST_TIMER, 0xe8, ...imm32(2), 0xeb, 0xf9, 0x40, 0xc3];
    const begin = LIDT.length + FAST_TIMER.length;
    const { step, offset, counter, breakpoints } = start(code);
    breakpoints.replace([{ id: 1, address: TINY_ENTRY + begin, coroutine: -1 }]);
    step(range(0, begin));
    breakpoints.replace([]);
    const before = counter();
    for (let n = 0; n < 2000; n++) {
      expect([step(range(begin, begin + 5)), offset()]).toEqual(['done', begin + 5]);
      expect([step(range(begin + 5, begin + 7)), offset()]).toEqual(['done', begin]);
    }
    expect(counter() - before).toBeGreaterThan(20);
  });

  it('stops at a breakpoint inside of a call that it steps over', () => {
    const code = [0xe8, ...imm32(2), ...SPIN, 0x90, 0xc3];
    const { step, offset, breakpoints } = start(code);
    breakpoints.replace([{ id: 1, address: TINY_ENTRY + 7, coroutine: -1 }]);
    expect([step(range(0, 5)), offset()]).toEqual(['breakpoint', 7]);
  });

  it('that never ends can be given up', () => {
    const { step, offset } = start(SPIN);
    expect([step(range(0, 2), 3), offset()]).toEqual(['more', 0]);
  });

  it('ends at HLT, exit and a triple fault like any run', () => {
    expect(start([0xfa, 0xf4]).step(range(0, 9))).toBe('halted');
    expect(start([0xb0, 0, 0xe6, 0xf4]).step(range(0, 9))).toBe('exit');
  });
});

describe('with the trap flag of the guest set', () => {
  // pushf; orl $100h,(%esp); popf; nop; inc eax; call f; inc ebx; spin; f: inc edx; ret
  const trapped = [0x9c, 0x81, 0x0c, 0x24, ...imm32(0x100), 0x9d];
  const code = [...LIDT, ...trapped, 0x90, 0x40, 0xe8, ...imm32(3), 0x43, ...SPIN, 0x42, 0xc3];
  const begin = LIDT.length + trapped.length;
  const lines = [1, 2, 7, 8].map((end) => begin + end);
  const begun = () => {
    const started = start(code);
    for (let n = 0; n < 4; n++) started.step(instruction(false));
    expect(started.offset()).toBe(begin);
    return started;
  };

  it('each range ends behind the handler of its last trap', () => {
    const { step, offset, counter } = begun();
    for (const end of lines) expect([step(range(offset(), end)), offset()]).toEqual(['done', end]);
    // nop, inc, call, inc and ret of the function, inc
    expect(counter()).toBe(6);
  });

  it('each step over an instruction, too', () => {
    const { step, offset, counter } = begun();
    for (const end of lines) expect([step(instruction(true)), offset()]).toEqual(['done', end]);
    expect(counter()).toBe(6);
  });

  it('a step into an instruction is in the handler', () => {
    const { step, machine } = begun();
    expect(step(instruction(false))).toBe('done');
    expect(machine.cpu.linearEip()).toBe(HANDLER);
  });
});

describe('SYSENTER and SYSEXIT', () => {
  const USER = 0x8000;
  const KERNEL = 0x9000;
  const STACK = 0xa000;
  /** A program in ring 3 that calls the kernel, which counts, and spends more time than a slice has. */
  function inProgram() {
    // mov edx,USER; mov ecx,STACK; sysexit
    const one = start([0xba, ...imm32(USER), 0xb9, ...imm32(STACK), 0x0f, 0x35]);
    const { machine } = one;
    // mov ecx,esp; mov edx,behind; sysenter; behind: nop; spin
    const program = [0x8b, 0xcc, 0xba, ...imm32(USER + 9), 0x0f, 0x34, 0x90, ...SPIN];
    // mov eax,100000; wait: dec eax; jnz wait; inc [COUNTER]; sysexit
    const kernel = [0xb8, ...imm32(100_000), 0x48, 0x75, 0xfd, 0xff, 0x05, ...imm32(COUNTER), 0x0f, 0x35];
    machine.memory.writeBytes(USER, Uint8Array.from(program));
    machine.memory.writeBytes(KERNEL, Uint8Array.from(kernel));
    const msr = (index: number, value: number) =>
      machine.writeRegister(`msr[0x${index.toString(16)}]`, Uint8Array.of(...imm32(value), 0, 0, 0, 0));
    [msr(0x174, 8), msr(0x175, 0xb000), msr(0x176, KERNEL)].forEach((refusal) => {
      expect(refusal).toBeUndefined();
    });
    const eip = () => machine.cpu.linearEip();
    for (let n = 0; n < 3; n++) one.step(instruction(true));
    expect(eip()).toBe(USER);
    return { ...one, eip };
  }
  const inUser = (from: number, to: number, over = true): StepSpec => ({
    kind: 'range',
    ranges: [[USER + from, USER + to]],
    over,
  });

  it('a step of the kernel over SYSEXIT is in the program', () => {
    expect(inProgram().machine.cpu.views.state[CPL]).toBe(3);
  });

  it.each([
    ['an instruction step over it is behind it, in the program', [0, 7], instruction(true), USER + 9],
    ['an instruction step into it is in the kernel', [0, 7], instruction(false), KERNEL],
    ['a range step that begins there', [0, 7], inUser(7, 9), USER + 9],
    ['a range step that has it in the middle', [0, 2], inUser(2, 10), USER + 10],
    ['a range step into it is in the kernel', [0, 2], inUser(2, 10, false), KERNEL],
  ] as [string, [number, number], StepSpec, number][])('%s', (_what, before, spec, expected) => {
    const { step, eip, counter } = inProgram();
    step(inUser(...before));
    expect([step(spec), eip(), counter()]).toEqual(['done', expected, expected === KERNEL ? 0 : 1]);
  });

  it('a breakpoint in the kernel stops the step, which can go on', () => {
    const { machine, breakpoints, step, eip } = inProgram();
    step(inUser(0, 7));
    breakpoints.replace([{ id: 1, address: KERNEL + 14, coroutine: -1 }]);
    const stepper = createStepper(machine, instruction(true));
    const kinds: string[] = [];
    for (let n = 0; n < 30 && kinds.at(-1) !== 'done'; n++) {
      const { kind } = stepper.advance(20_000);
      if (kind !== 'more') kinds.push(kind);
      if (kind === 'breakpoint') machine.cpu.skipBreakpoint(eip());
    }
    expect([kinds, eip()]).toEqual([['breakpoint', 'done'], USER + 9]);
  });
});

describe('a slice of a step', () => {
  it('single-steps no more than a few thousand instructions, however long it may be', () => {
    // mov ecx,100000; mov edi,8000h; rep stosb; spin
    const { machine } = start([0xb9, ...imm32(100_000), 0xbf, ...imm32(0x8000), 0xf3, 0xaa, ...SPIN]);
    machine.run(2);
    const stepper = createStepper(machine, instruction(true));
    const begin = machine.cpu.now();
    expect(stepper.advance(1e9).kind).toBe('more');
    expect(machine.cpu.now() - begin).toBeLessThanOrEqual(20_000);
    let kind = 'more';
    while (kind === 'more') ({ kind } = stepper.advance(1e9));
    expect([kind, machine.cpu.now() - begin]).toEqual(['done', 100_000]);
  });

  it('is as long as it may be where the code of its ranges runs', () => {
    // dec ecx; jnz -3; spin
    const { machine } = start([0xb9, ...imm32(1_000_000), 0x49, 0x75, 0xfd, ...SPIN]);
    machine.run(1);
    const stepper = createStepper(machine, range(5, 8));
    const begin = machine.cpu.now();
    expect(stepper.advance(500_000).kind).toBe('more');
    expect(machine.cpu.now() - begin).toBe(500_000);
    expect(stepper.advance(1e9).kind).toBe('done');
  });
});

describe('a step to an address', () => {
  it('waits for a stack that is high enough', () => {
    // mov ecx,3; f: push eax; dec ecx; jnz f; g: pop eax; jmp g
    const code = [0xb9, ...imm32(3), 0x50, 0x49, 0x75, 0xfc, 0x58, 0xeb, 0xfd];
    const { step, offset, machine } = start(code);
    machine.cpu.views.reg32[4] = 0x9000;
    const spec: StepSpec = { kind: 'until', address: TINY_ENTRY + 9, stack: 0x8ffc, coroutine: 0 };
    expect([step(spec), offset()]).toEqual(['done', 9]);
    expect(machine.cpu.views.reg32[4]).toBe(0x8ffc);
  });
});

describe('breakpoints', () => {
  it('match by address and by who owns the CPU, and stop before the instruction', () => {
    const { machine, breakpoints, offset } = start([0x40, 0x40, 0x40, ...SPIN]);
    breakpoints.replace([
      { id: 1, address: TINY_ENTRY + 1, coroutine: 1 },
      { id: 2, address: TINY_ENTRY + 2, coroutine: 0 },
      { id: 3, address: TINY_ENTRY + 2, coroutine: -1 },
    ]);
    expect(machine.run(1000)).toEqual({ kind: 'breakpoint' });
    expect([offset(), breakpoints.hits()]).toEqual([2, [2, 3]]);
    expect(breakpoints.visit(TINY_ENTRY + 1)).toBe(false);
  });
});

describe('a hit is counted', () => {
  const hit = { kind: 'equal', count: 2 } as const;
  // inc eax; jmp to it
  const LOOP = [0x40, 0xeb, 0xfd];

  it('when an instruction step ends at the breakpoint', () => {
    const { step, offset, breakpoints } = start(LOOP);
    breakpoints.replace([{ id: 1, address: TINY_ENTRY, coroutine: -1, hit }]);
    const stops = [1, 2, 3, 4].map(() => `${step(instruction(false))} ${offset()}`);
    expect(stops).toEqual(['done 1', 'done 0', 'done 1', 'breakpoint 0']);
  });

  it.each([
    ['a range step', range(1, 3)],
    ['a step to an address', { kind: 'until', address: TINY_ENTRY, stack: 0, coroutine: 0 }],
  ] as [string, StepSpec][])('when %s ends there', (_what, spec) => {
    const { step, offset, breakpoints } = start(LOOP);
    breakpoints.replace([{ id: 1, address: TINY_ENTRY, coroutine: -1, hit }]);
    step(instruction(false));
    expect(`${step(spec)} ${offset()}`).toBe('done 0');
    step(instruction(false));
    expect(`${step(spec)} ${offset()}`).toBe('breakpoint 0');
  });

  it('and a step that goes on from there is over', () => {
    const { machine, breakpoints } = start(LOOP);
    breakpoints.replace([{ id: 1, address: TINY_ENTRY + 1, coroutine: -1 }]);
    const stepper = createStepper(machine, instruction(false));
    expect([stepper.advance(10).kind, stepper.advance(10).kind]).toEqual(['breakpoint', 'done']);
    expect(machine.instructions()).toBe(1);
  });

  it.each(['runs', 'steps'])(
    'once for an instruction that faults and is executed again, if the machine %s',
    (how) => {
      // div ecx, by zero until the handler has been there
      const code = [...LIDT, 0x33, 0xc9, 0x33, 0xd2, 0xf7, 0xf1, ...SPIN];
      const at = LIDT.length + 4;
      const { machine, breakpoints, step, offset } = start(code);
      machine.memory.writeBytes(HANDLER, Uint8Array.of(0xb9, ...imm32(1), 0xcf));
      breakpoints.replace([{ id: 1, address: TINY_ENTRY + at, coroutine: -1, hit }]);
      if (how === 'runs') {
        expect(machine.run(1000)).toEqual({ kind: 'slice' });
        expect(offset()).toBe(at + 2);
        return;
      }
      expect([step(range(0, at)), step(instruction(true)), offset()]).toEqual(['done', 'done', at + 2]);
    },
  );

  it('when it was set while the fault was handled', () => {
    const code = [...LIDT, 0x33, 0xc9, 0xf7, 0xf1, ...SPIN];
    const { machine, breakpoints, offset } = start(code);
    machine.memory.writeBytes(HANDLER, Uint8Array.of(0xb9, ...imm32(1), 0xcf));
    breakpoints.replace([{ id: 1, address: HANDLER, coroutine: -1 }]);
    expect(machine.run(1000)).toEqual({ kind: 'breakpoint' });
    breakpoints.replace([{ id: 2, address: TINY_ENTRY + LIDT.length + 2, coroutine: -1 }]);
    expect(machine.run(1000)).toEqual({ kind: 'breakpoint' });
    expect([offset(), breakpoints.hits()]).toEqual([LIDT.length + 2, [2]]);
  });
});

describe('instructions are told apart', () => {
  it.each([
    [[0xe8], 'call'],
    [[0x66, 0xe8], 'call'],
    [[0xff, 0xd0], 'call'],
    [[0xff, 0x1d], 'call'],
    [[0xff, 0xe0], 'plain'],
    [[0x9a], 'call'],
    [[0xcd, 0x80], 'interrupt'],
    [[0xcc], 'interrupt'],
    [[0xf3, 0xa4], 'repeat'],
    [[0xf2, 0xae], 'repeat'],
    [[0xf3, 0x90], 'plain'],
    [[0xf3, 0xa8], 'plain'],
    [[0xf3, 0x66, 0x6d], 'repeat'],
    [[0xa4], 'plain'],
    [[0x0f, 0x34], 'sysenter'],
  ])('%j is %s', (bytes, kind) => {
    expect(instructionKind(Uint8Array.from([...bytes, 0, 0]))).toBe(kind);
  });
});
