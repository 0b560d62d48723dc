import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exit } from '../cpu/cpu.ts';
import { CODE, createBareMachine, DATA, le } from '../cpu/testing/bare-machine.ts';
import { Insn } from '../cpu/decode/insn.ts';
import { EAX, EBX, ECX, ESI } from '../cpu/state.ts';
import { PageFlag } from '../memory/layout.ts';
import { MANY_DETOURS } from './lift.ts';

const ROUNDS = 20_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A machine whose page at DATA is watched, so that no access to it goes the fast way; and how many modules it compiles. */
function watched() {
  const machine = createBareMachine({}, 'max', 'jit');
  let reads = 0;
  machine.memory.pageFlags[DATA >>> 12]! |= PageFlag.Watched;
  machine.memory.onWatchedRead = () => reads++;
  const modules = vi.spyOn(WebAssembly, 'Module');
  machine.cpu.views.reg32[ECX] = ROUNDS;
  return { machine, reads: () => reads, modules: () => modules.mock.calls.length };
}

describe('accesses that go to two pages', () => {
  /** Reads dwords from an odd address on, each so many bytes behind the one before, in a ring of 32 KiB. @returns how often it counted as a detour */
  function detours(step: number): number {
    const machine = createBareMachine({}, 'max', 'jit');
    const noted = vi.spyOn(Insn.prototype, 'detours', 'set');
    const { reg32 } = machine.cpu.views;
    const mask = le(0x7fff);
    // L: mov eax, [esi]; add esi, step; and esi, mask; or esi, DATA; dec ecx; jnz L; hlt
    machine.bytes(CODE, 0x8b, 0x06, 0x81, 0xc6, ...le(step), 0x81, 0xe6, ...mask);
    machine.bytes(CODE + 14, 0x81, 0xce, ...le(DATA), 0x49, 0x75, 0xe9, 0xf4);
    reg32[ESI] = DATA | 0xffd;
    reg32[ECX] = 400_000;
    expect(machine.run(CODE, 3e6)).toBe(Exit.Halted);
    return noted.mock.calls.length;
  }

  it('stay fast where they seldom do', () => {
    expect(detours(4)).toBe(0);
  });
  it('are done in place where they often do', () => {
    expect(detours(0x1000)).toBe(MANY_DETOURS);
  });
});

describe('accesses that never go the fast way', () => {
  it('are done in place after a while', () => {
    const { machine, reads, modules } = watched();
    const { reg32 } = machine.cpu.views;
    reg32[EAX] = 0;
    machine.memory.write(DATA, 3, 4);
    // L: add eax, [DATA]; dec ecx; jnz L; hlt
    machine.bytes(CODE, 0x03, 0x05, ...le(DATA), 0x49, 0x75, 0xf7, 0xf4);
    expect(machine.run(CODE, 1e6)).toBe(Exit.Halted);
    expect(reg32[EAX]).toBe(3 * ROUNDS);
    expect(reads()).toBe(ROUNDS);
    expect(modules()).toBeLessThan(8);
  });

  it('do not make a region anew again and again where they end a block', () => {
    const { machine, reads, modules } = watched();
    const { reg32 } = machine.cpu.views;
    reg32[EBX] = 0;
    // L: call [DATA]; dec ecx; jnz L; hlt; f: inc ebx; ret
    machine.memory.write(DATA, CODE + 10, 4);
    machine.bytes(CODE, 0xff, 0x15, ...le(DATA), 0x49, 0x75, 0xf7, 0xf4, 0x43, 0xc3);
    expect(machine.run(CODE, 1e6)).toBe(Exit.Halted);
    expect(reg32[EBX]).toBe(ROUNDS);
    expect(reads()).toBe(ROUNDS);
    expect(modules()).toBeLessThan(8);
  });
});
