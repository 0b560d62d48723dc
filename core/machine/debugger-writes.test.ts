/** What a debugger writes: checked as the processor checks it, and an input that a replay of the run has too. */
import { describe, expect, it } from 'vitest';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';
import { createMachine } from './machine.ts';
import { snapshot } from './snapshot.ts';
import { tell } from '../sentences/say.ts';

/** inc eax; add [5000h], eax; loop: every instruction that is executed shows in the state. */
const COUNT = [0x40, 0x01, 0x05, ...imm32(0x5000), 0xeb, 0xf7];

function start() {
  return createMachine(tinyKernel(COUNT), {
    serial: () => undefined,
    debugcon: () => undefined,
    log: () => undefined,
  });
}

describe('what a debugger writes', () => {
  it('is in the input log, and a replay has it at the same instruction', () => {
    const first = start();
    first.run(1000);
    const { inspector } = first;
    expect(first.writeRegister('eax', 0x1234_5678)).toBeUndefined();
    expect(inspector.write(inspector.currentSpace(), 0x5ffe, Uint8Array.of(1, 2, 3, 4))).toBe(4);
    first.run(777);
    expect(first.writeRegister('eip', TINY_ENTRY)).toBeUndefined();
    first.run(500);
    const second = start();
    second.inputs.replay(first.inputs.entries);
    // Other slices, nobody who writes.
    for (const ticks of [1, 998, 500, 778]) second.run(ticks);
    expect(second.instructions()).toBe(first.instructions());
    expect(second.hash()).toBe(first.hash());
    const untouched = start();
    untouched.run(2277);
    expect(untouched.hash()).not.toBe(first.hash());
  });

  it.each([
    ['cr0', 0x8000_0000, 'The processor refuses 0x80000000 for CR0: it would raise #GP.'],
    ['cr4', 0x8000_0000, 'it would raise #GP'],
    ['ds', 0x0fff, 'The processor refuses 0xfff for DS: it would raise #GP (error code 0xffc).'],
    ['ss', 0, 'it would raise #GP'],
    ['cs', 8, 'CS cannot be set by itself'],
    ['tr', 8, 'TR cannot be set'],
    ['eflags', 0x2_0002, 'EFLAGS.VM cannot be changed'],
    ['cr1', 0, 'no register "cr1"'],
    ['nothing', 0, 'no register "nothing"'],
  ])('is refused for %s = %i as the processor would, and changes nothing', (name, value, reason) => {
    const machine = start();
    machine.run(10);
    const before = snapshot(machine).cpu;
    expect(tell(machine.writeRegister(name, value)!)).toContain(reason);
    expect(snapshot(machine).cpu).toEqual(before);
  });

  it('reaches every register that can be written', () => {
    const machine = start();
    const written = {
      ...{ eax: 1, ecx: 2, edx: 3, ebx: 4, esp: 5, ebp: 6, esi: 7, edi: 8 },
      ...{ eip: 9, eflags: 0x202, cr2: 10, cr3: 0x3000, cr4: 0x10 },
    };
    for (const [name, value] of Object.entries(written))
      expect(machine.writeRegister(name, value)).toBeUndefined();
    expect(machine.writeRegister('fs', 0)).toBeUndefined();
    const { cpu } = snapshot(machine);
    expect(cpu.general).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(cpu).toMatchObject({ eip: 9, eflags: 0x202, cr2: 10, cr3: 0x3000, cr4: 0x10 });
    expect(cpu.segments[4]).toMatchObject({ selector: 0, attributes: 0 });
  });

  it('reaches the registers of x87, MMX and SSE, and model-specific ones', () => {
    const machine = start();
    const bytes = (length: number, first: number) => Uint8Array.from({ length }, (_, n) => first + n);
    const words = { fctrl: 0xffff, fop: 0xffff, fiseg: 1, fioff: 2, foseg: 3, fooff: 4, mxcsr: 0x1f81 };
    for (const [name, value] of Object.entries(words))
      expect(machine.writeRegister(name, value)).toBeUndefined();
    // TOP is 3, an invalid operation is pending and unmasked: the summary bits follow.
    expect(machine.writeRegister('fctrl', 0x37e)).toBeUndefined();
    expect(machine.writeRegister('fstat', 0x1801)).toBeUndefined();
    expect(machine.writeRegister('ftag', 0xffff)).toBeUndefined();
    expect(machine.writeRegister('st1', bytes(10, 0x10))).toBeUndefined();
    expect(machine.writeRegister('mm0', bytes(8, 0x20))).toBeUndefined();
    expect(machine.writeRegister('xmm7', bytes(16, 0x30))).toBeUndefined();
    expect(machine.writeRegister('msr[0x174]', Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0))).toBeUndefined();
    const { fpu } = snapshot(machine).cpu;
    expect(fpu).toMatchObject({
      ...{ control: 0x37e, status: 0x9881, valid: 0b1_0001, mxcsr: 0x1f81 },
      last: { opcode: 0x7ff, cs: 1, ip: 2, ds: 3, dp: 4 },
    });
    expect([...fpu.registers.subarray(64, 74)]).toEqual([...bytes(10, 0x10)]);
    expect([...fpu.registers.subarray(0, 10)]).toEqual([...bytes(8, 0x20), 0xff, 0xff]);
    expect([...fpu.xmm.subarray(112)]).toEqual([...bytes(16, 0x30)]);
    expect(machine.cpu.debugger.readMsr(0x174)).toEqual([8, 0]);
    const second = start();
    second.inputs.replay(machine.inputs.entries);
    for (const one of [machine, second]) one.run(10);
    expect(second.hash()).toBe(machine.hash());
  });

  it.each([
    ['mxcsr', Uint8Array.of(0, 0, 1, 0), 'reserved bits'],
    ['st0', new Uint8Array(8), 'ST0 has 10 bytes, and 8 were given'],
    ['eax', new Uint8Array(2), 'EAX has 4 bytes'],
    ['msr[0x1234]', new Uint8Array(8), 'no MSR 0x1234'],
    ['msr[0xfe]', new Uint8Array(8), 'would raise #GP'],
    ['msr[0x277]', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0), 'it would raise #GP'],
  ])('is refused for %s = %j with a sentence', (name, value, reason) => {
    expect(tell(start().writeRegister(name, value)!)).toContain(reason);
  });

  it.each([0, 1])('of EIP ends a halt, %i bytes behind HLT', (behind) => {
    // cli; hlt; inc eax; spin
    const machine = createMachine(tinyKernel([0xfa, 0xf4, 0x40, 0xeb, 0xfe]), {
      serial: () => undefined,
      debugcon: () => undefined,
      log: () => undefined,
    });
    machine.run(10);
    expect(machine.dead()).toBe(true);
    expect(machine.writeRegister('eip', snapshot(machine).cpu.eip + behind)).toBeUndefined();
    machine.run(10);
    expect([machine.dead(), snapshot(machine).cpu.eip]).toEqual([false, TINY_ENTRY + 3]);
  });

  it('reads model-specific registers that the model has', () => {
    const machine = start();
    expect(machine.cpu.debugger.readMsr(0x1b)).toEqual([0xfee0_0100 | 0, 0]);
    expect(machine.cpu.debugger.readMsr(0x1234)).toBeUndefined();
  });
});
