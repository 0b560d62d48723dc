/** NMI: comes whatever IF says, one at a time until IRET, and at most one waits. */
import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine, HANDLERS, STACK } from '../testing/bare-machine.ts';
import { EIP, Flag, HALTED } from '../state.ts';

const NMI = HANDLERS + 2 * 16;
const [CLI, NOP, HLT, IRET, INC_EAX] = [0xfa, 0x90, 0xf4, 0xcf, 0x40];

function start(program: number[], handler: number[]) {
  const machine = createBareMachine();
  machine.bytes(CODE, ...program);
  machine.bytes(NMI, ...handler);
  return { ...machine, state: machine.cpu.views.state, reg32: machine.cpu.views.reg32 };
}

describe('an NMI', () => {
  it('comes with interrupts off, between two instructions', () => {
    const { cpu, run, vector, frame, state } = start([CLI, NOP, NOP, NOP], [HLT]);
    run(CODE, 2);
    cpu.raiseNmi();
    run(-1, 10);
    expect([vector(), frame(0)]).toEqual([2, CODE + 2]);
    expect(frame(2) & Flag.IF).toBe(0);
    expect(state[HALTED]).toBe(1);
  });

  it('wakes a processor that has halted with interrupts off', () => {
    const { cpu, run, vector, frame } = start([CLI, HLT], [HLT]);
    run(CODE, 10);
    cpu.raiseNmi();
    run(-1, 10);
    expect([vector(), frame(0)]).toEqual([2, CODE + 2]);
  });

  it('waits for the instruction behind MOV SS', () => {
    const { cpu, run, frame } = start([0x8e, 0xd0, 0xbc, STACK & 0xff, STACK >> 8, 0, 0, NOP], [HLT]);
    cpu.views.reg32[0] = 0x10;
    run(CODE, 1);
    cpu.raiseNmi();
    run(-1, 10);
    expect(frame(0)).toBe(CODE + 7);
  });

  it('is held back until IRET, and then comes once for all that came meanwhile', () => {
    const { cpu, run, reg32, state } = start([CLI, NOP, NOP, NOP, HLT], [INC_EAX, NOP, NOP, IRET]);
    reg32[0] = 0;
    run(CODE, 1);
    cpu.raiseNmi();
    run(-1, 1);
    for (let n = 0; n < 3; n++) cpu.raiseNmi();
    run(-1, 100);
    expect([reg32[0], state[EIP]]).toEqual([2, CODE + 5]);
  });

  it('is held back again when IRET has let the next one in', () => {
    const { cpu, run, reg32 } = start([NOP, HLT], [INC_EAX, IRET]);
    reg32[0] = 0;
    for (let n = 1; n <= 3; n++) {
      cpu.raiseNmi();
      run(n === 1 ? CODE : -1, 100);
      expect(reg32[0]).toBe(n);
    }
  });
});
