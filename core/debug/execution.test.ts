/** The record of execution: counts of instructions and branches, whatever the slices are, and a guest that does not notice. */
import { describe, expect, it } from 'vitest';
import { createMachine, type Machine } from '../machine/machine.ts';
import { imm32, TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';

const SPIN = [0xeb, 0xfe];
/** mov ecx,5; loop: dec ecx; jz out; nop; jmp loop; out: hlt */
const LOOP = [0xb9, ...imm32(5), 0x49, 0x74, 0x03, 0x90, 0xeb, 0xfa, 0xf4];

function start(code: readonly number[]): Machine {
  return createMachine(tinyKernel(code), {
    serial: () => undefined,
    debugcon: () => undefined,
    log: () => undefined,
  });
}

/** Counts by offset in the code, and branches as taken and passed. */
function read({ debug }: Machine) {
  const { spaces, truncated } = debug.execution.read();
  expect(truncated).toBe(false);
  return spaces.map(({ coroutine, cr3, addresses, counts, branches, taken, passed }) => ({
    ...{ coroutine, cr3 },
    counts: Object.fromEntries(Array.from(addresses, (at, n) => [at - TINY_ENTRY, counts[n]])) as Record<
      number,
      number
    >,
    branches: Array.from(branches, (at, n) => `${at - TINY_ENTRY}: ${taken[n]} and ${passed[n]}`),
  }));
}

describe('the record of execution', () => {
  const expected = {
    ...{ coroutine: 0, cr3: 0 },
    counts: { 0: 1, 5: 5, 6: 5, 8: 4, 9: 4, 11: 1 },
    branches: ['6: 1 and 4'],
  };

  it.each([[1], [2], [3], [7], [1000]])('counts instructions and branches in slices of %i', (ticks) => {
    const machine = start(LOOP);
    machine.debug.execution.start();
    for (let n = 0; n < 100; n++) machine.run(ticks);
    expect(read(machine)).toEqual([expected]);
  });

  it('goes on counting when breakpoints cut blocks in pieces', () => {
    const machine = start(LOOP);
    machine.debug.execution.start();
    for (let n = 0; n < 30; n++) {
      machine.debug.breakpoints.replace([{ id: 1, address: TINY_ENTRY + 6 + (n % 3), coroutine: -1 }]);
      machine.cpu.skipBreakpoint(machine.cpu.linearEip());
      machine.run(2);
    }
    expect(read(machine)).toEqual([expected]);
  });

  it('counts what it is on for, and begins anew', () => {
    const machine = start([...LOOP.slice(0, -1), ...SPIN]);
    machine.run(3);
    const { execution } = machine.debug;
    execution.start();
    machine.run(3);
    execution.stop();
    machine.run(100);
    expect(read(machine)[0]!.counts).toEqual({ 5: 1, 8: 1, 9: 1 });
    execution.start();
    expect(read(machine)).toEqual([]);
    machine.run(10);
    expect(read(machine)[0]!.counts).toEqual({ 11: 10 });
  });

  it('counts an instruction that faults, and what comes before it in its block', () => {
    // nop; ud2: no interrupt table, so the machine shuts down
    const machine = start([0x0f, 0x01, 0x1d, ...imm32(0x8000), 0x90, 0x0f, 0x0b, 0x90]);
    machine.debug.execution.start();
    expect(machine.run(100).kind).toBe('shutdown');
    expect(read(machine)[0]!.counts).toEqual({ 0: 1, 7: 1, 8: 1 });
  });

  it('counts a REP once, and code that has changed under its address', () => {
    // mov edi,8000h; mov ecx,100; rep stosb; mov byte [at],90h (inc eax becomes nop); at: inc eax; hlt
    const at = TINY_ENTRY + 19;
    const machine = start([
      ...[0xbf, ...imm32(0x8000), 0xb9, ...imm32(100), 0xf3, 0xaa],
      ...[0xc6, 0x05, ...imm32(at), 0x90, 0x40, 0xf4],
    ]);
    machine.debug.execution.start();
    machine.run(10_000);
    expect(read(machine)[0]!.counts).toEqual({ 0: 1, 5: 1, 10: 1, 12: 1, 19: 1, 20: 1 });
  });

  it('changes nothing of the run', () => {
    const plain = start(LOOP);
    plain.run(1000);
    const recorded = start(LOOP);
    recorded.debug.execution.start();
    recorded.debug.profiler.start();
    recorded.run(1000);
    expect(recorded.hash()).toBe(plain.hash());
  });
});
