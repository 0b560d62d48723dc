/** CLI, STI and POPF inside of regions: interrupts come at the instruction at which the processor would take them. */
import { describe, expect, it } from 'vitest';
import { CODE, CODE0, createBareMachine, HANDLERS, IDT, le, STACK } from '../cpu/testing/bare-machine.ts';
import { ECX, EDX, EIP, ESP, Flag, HALTED, SHADOW, SYSFLAGS } from '../cpu/state.ts';
import type { Tier } from './tier.ts';

const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit', 'eager', 'mixed'];
const VECTOR = 0x20;

describe.each(TIERS)('the interrupt flag (%s)', (tier) => {
  /** A loop over some code; the handler is inc edx; iret. */
  function looping(...body: number[]) {
    const machine = createBareMachine(
      {
        acknowledgeInterrupt() {
          machine.cpu.setIntr(false);
          return VECTOR;
        },
      },
      'max',
      tier,
    );
    machine.dword(IDT + VECTOR * 8, (CODE0 << 16) | HANDLERS);
    machine.bytes(HANDLERS, 0x42, 0xcf);
    machine.bytes(CODE, ...body, 0xeb, -(body.length + 2) & 0xff);
    machine.cpu.flags.set(2);
    machine.cpu.views.reg32[EDX] = 0;
    machine.run(CODE, 3000);
    return machine;
  }
  /** Runs to an EIP by single instructions. */
  function to(machine: ReturnType<typeof looping>, eip: number): void {
    for (let n = 0; machine.cpu.views.state[EIP] !== eip; n++) {
      expect(n).toBeLessThan(100);
      machine.run(-1, 1);
    }
  }
  const waitingAt = (machine: ReturnType<typeof looping>, eip: number) => {
    to(machine, eip);
    machine.cpu.setIntr(true);
    machine.run(-1, 30);
    return machine.read(machine.cpu.views.reg32[ESP]! - 12);
  };

  it('lets an interrupt in one instruction behind STI', () => {
    // cli; nop; sti; inc ecx; nop
    const machine = looping(0xfa, 0x90, 0xfb, 0x41, 0x90);
    expect(waitingAt(machine, CODE + 1)).toBe(CODE + 4);
    expect(machine.cpu.views.reg32[EDX]).toBe(1);
  });

  it('shows the hold of STI where a run ends behind it', () => {
    const { cpu, run } = looping(0xfa, 0x90, 0xfb, 0x41, 0x90);
    const { state } = cpu.views;
    for (let n = 0; n < 60; n++) {
      run(-1, 31);
      expect(state[SHADOW]).toBe(state[EIP] === CODE + 3 ? 1 : 0);
      expect((state[SYSFLAGS] & Flag.IF) !== 0).toBe(state[EIP] > CODE + 2 || state[EIP] === CODE);
    }
  });

  it.each([
    // cli; call f; jmp; f: sti; ret
    ['RET', [0xfa, 0xe8, 2, 0, 0, 0, 0xeb, 2, 0xfb, 0xc3], CODE + 6],
    // cli; sti; jmp; nop
    ['JMP', [0xfa, 0xfb, 0xeb, 1, 0x90, 0x41], CODE + 5],
    // cli; xor eax,eax; sti; jz; nop
    ['Jcc', [0xfa, 0x31, 0xc0, 0xfb, 0x74, 1, 0x90, 0x41], CODE + 7],
    // cli; mov eax,T; sti; jmp eax; T: inc ecx
    ['JMP r32', [0xfa, 0xb8, ...le(CODE + 9), 0xfb, 0xff, 0xe0, 0x41], CODE + 9],
    // cli; sti; cli; nop; sti; nop
    ['CLI', [0xfa, 0xfb, 0xfa, 0x90, 0xfb, 0x90, 0x41], CODE + 6],
    // cli; sti; sti; nop
    ['STI', [0xfa, 0xfb, 0xfb, 0x90], CODE + 3],
    // cli; xor ecx,ecx; sti; rep movsb; nop
    ['REP MOVSB', [0xfa, 0x31, 0xc9, 0xfb, 0xf3, 0xa4, 0x90], CODE + 6],
    // cli; sti; wbinvd; nop
    ['WBINVD, which is interpreted', [0xfa, 0xfb, 0x0f, 0x09, 0x90], CODE + 4],
  ])('lets one in behind STI and %s', (_, body, eip) => {
    const machine = looping(...body);
    expect(waitingAt(machine, CODE + 1)).toBe(eip);
    expect(machine.cpu.views.reg32[EDX]).toBe(1);
  });

  it('lets one in behind a HLT that follows STI', () => {
    const machine = looping(0xfa, 0xfb, 0xf4);
    const { cpu, run } = machine;
    expect(cpu.views.state[HALTED]).toBe(1);
    for (let round = 1; round < 3000; round++) {
      cpu.setIntr(true);
      run(-1, 1000);
      expect([cpu.views.reg32[EDX], cpu.views.state[HALTED]]).toEqual([round, 1]);
    }
  });

  it('ends the hold of STI with a load of FS that changes the mode', () => {
    // cli; mov eax,ds; mov fs,eax; mov ecx,fs:[0]; xor eax,eax; sti; mov fs,eax; nop; nop
    const [flat, used] = [
      [0x8c, 0xd8, 0x8e, 0xe0],
      [0x64, 0x8b, 0x0d, ...le(0)],
    ];
    const { cpu, run } = looping(0xfa, ...flat, ...used, 0x31, 0xc0, 0xfb, 0x8e, 0xe0, 0x90, 0x90);
    const { state } = cpu.views;
    const held = new Set<number>();
    for (let n = 0; n < 400; n++) {
      run(-1, 31);
      if (state[SHADOW] !== 0) held.add(state[EIP]);
    }
    expect([...held]).toEqual([CODE + 15]);
  });

  it('lets one in right behind a POPF that sets it', () => {
    // cli; push 202h; popf; inc ecx
    const machine = looping(0xfa, 0x68, 2, 2, 0, 0, 0x9d, 0x41);
    expect(waitingAt(machine, CODE + 1)).toBe(CODE + 7);
  });

  it('keeps one out between CLI and a POPF that leaves it clear', () => {
    // pushf; cli; popf; inc ecx
    const machine = looping(0x9c, 0xfa, 0x9d, 0x41);
    const rounds = machine.cpu.views.reg32[ECX]!;
    machine.cpu.setIntr(true);
    machine.run(-1, 1000);
    expect(machine.cpu.views.reg32[EDX]).toBe(0);
    expect(machine.cpu.views.reg32[ECX]).toBeGreaterThan(rounds + 150);
    expect(machine.cpu.views.reg32[ESP]! >>> 0).toBeLessThanOrEqual(STACK);
  });
});
