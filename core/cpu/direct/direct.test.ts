/** Code that runs straight from its bytes: what it computes is tested with the other tiers; here is what it leaves alone and where it ends. */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../jit/tier.ts';
import { PAGE_SIZE, PageFlag } from '../../memory/layout.ts';
import { News } from '../env.ts';
import { Exit, NO_EVENTS } from '../cpu.ts';
import { CR0, Cr0, CR3, Double, EAX, ECX, EIP, ESI, Flag } from '../state.ts';
import { CODE, createBareMachine, DATA, le } from '../testing/bare-machine.ts';
import { Vector } from '../interrupts/fault.ts';
import type { BreakpointSet } from '../run-loop.ts';

const [INC_EAX, NOP, HLT] = [0x40, 0x90, 0xf4];
const MOV_ECX = 0xb9;

function createMachine(tier: Tier = 'direct') {
  const machine = createBareMachine({}, 'max', tier);
  const { cpu, memory } = machine;
  return {
    ...machine,
    ...cpu.views,
    isDecoded: (page: number) => (memory.pageFlags[page >>> 12]! & PageFlag.Code) !== 0,
  };
}

function breakpointAt(place: number): BreakpointSet {
  const is = (linear: number) => linear === place;
  return { linear: [place], physical: [], near: is, matches: is };
}

it('decodes nothing because of breakpoints at the same places of other pages', () => {
  const { cpu, run, bytes, reg32, isDecoded } = createMachine();
  bytes(CODE, INC_EAX, INC_EAX, INC_EAX, HLT);
  cpu.setBreakpoints(breakpointAt(CODE + 0x5001));
  run(CODE, 3);
  expect([reg32[EAX], isDecoded(CODE)]).toEqual([3, false]);
  cpu.setBreakpoints(breakpointAt(CODE + 1));
  expect([run(CODE), reg32[EAX]]).toEqual([Exit.Breakpoint, 4]);
});

it('decodes nothing, also where code is written anew', () => {
  const { run, bytes, reg32, isDecoded } = createMachine();
  for (let times = 1; times <= 3; times++) {
    bytes(CODE, MOV_ECX, ...le(times), INC_EAX, 0xe2, 0xfd, NOP, NOP);
    expect(run(CODE, 1 + 2 * times)).toBe(Exit.Deadline);
    expect(reg32[ECX]).toBe(0);
  }
  expect(reg32[EAX]).toBe(6);
  expect(isDecoded(CODE)).toBe(false);
});

it('ends behind every instruction when it is told to', () => {
  // mov ecx, 2; again: push eax; pop esi; inc eax; loop again; jmp to itself
  const code = [MOV_ECX, ...le(2), 0x50, 0x5e, INC_EAX, 0xe2, 0xfb, 0xeb, 0xfe];
  const [first, again, end] = [CODE, CODE + 5, CODE + 10];
  const places = [first, again, again + 1, again + 2, again + 3];
  const order = [...places, again, again + 1, again + 2, again + 3, end, end, end];
  const { cpu, run, bytes, state, doubles } = createMachine();
  bytes(CODE, ...code);
  for (let ticks = 1; ticks < order.length; ticks++) {
    const before = doubles[Double.Retired]!;
    expect(run(CODE, ticks)).toBe(Exit.Deadline);
    expect(state[EIP]).toBe(order[ticks]);
    expect(doubles[Double.Retired]! - before).toBe(ticks);
    expect(cpu.now()).toBe(doubles[Double.Retired]!);
  }
});

it('ends before a breakpoint in the middle of a block, and before none elsewhere', () => {
  const { cpu, run, bytes, state, isDecoded } = createMachine();
  bytes(CODE, ...Array.from({ length: 20 }, () => INC_EAX));
  const breakpoint = CODE + 7;
  cpu.setBreakpoints(breakpointAt(breakpoint));
  expect(run(CODE, 15)).toBe(Exit.Breakpoint);
  expect(state[EIP]).toBe(breakpoint);
  cpu.setBreakpoints({ linear: [], physical: [], near: () => false, matches: () => false });
  bytes(CODE + PAGE_SIZE, ...Array.from({ length: 20 }, () => INC_EAX));
  expect(run(CODE + PAGE_SIZE, 15)).toBe(Exit.Deadline);
  expect(isDecoded(CODE + PAGE_SIZE)).toBe(false);
});

describe('at the end of a page', () => {
  const next = CODE + PAGE_SIZE;
  /** Where the next page lies in RAM: not behind the first one. */
  const ELSEWHERE = CODE + 8 * PAGE_SIZE;
  const [DIRECTORY, TABLE] = [0x10_0000, 0x10_1000];
  const PRESENT = 3;

  function createPagedMachine() {
    const machine = createMachine();
    const { cpu, state, dword } = machine;
    const entry = TABLE + (next >>> 12) * 4;
    dword(DIRECTORY, TABLE | PRESENT);
    for (let page = 0; page < 0x400; page++) dword(TABLE + page * 4, (page << 12) | PRESENT);
    dword(entry, ELSEWHERE | PRESENT);
    state[CR3] = DIRECTORY;
    state[CR0]! |= Cr0.PG;
    cpu.mmu.flush(true);
    return machine;
  }

  it.each([1, 2, 3, 4, 5])(
    'an instruction that begins %i bytes before it runs, and what follows',
    (before) => {
      const { run, bytes, reg32, state } = createPagedMachine();
      // jmp there; mov eax, 1234h; inc eax
      const code = [0xb8, ...le(0x1234), INC_EAX, INC_EAX];
      bytes(CODE, 0xe9, ...le(PAGE_SIZE - before - 5));
      bytes(next - before, ...code.slice(0, before));
      bytes(ELSEWHERE, ...code.slice(before));
      expect(run(CODE, 3)).toBe(Exit.Deadline);
      expect(reg32[EAX]).toBe(0x1235);
      expect(state[EIP]).toBe(next - before + 6);
    },
  );
  it('goes on into the next page where that follows in RAM and its code has run before', () => {
    const { cpu, run, bytes, reg32, state, isDecoded } = createMachine();
    bytes(next, INC_EAX);
    run(next, 1);
    // mov eax, 1234h across both pages; inc eax
    const code = [0xb8, ...le(0x1234), INC_EAX, INC_EAX];
    bytes(next - 3, ...code);
    run(next - 3, 2);
    expect(reg32[EAX]).toBe(0x1235);
    expect(state[EIP]).toBe(next + 3);
    expect(isDecoded(CODE)).toBe(false);
    expect(isDecoded(next)).toBe(false);
    // A breakpoint at an instruction of the next page is met there.
    const breakpoint = next + 2;
    cpu.setBreakpoints(breakpointAt(breakpoint));
    expect(run(next - 3, 3)).toBe(Exit.Breakpoint);
    expect(state[EIP]).toBe(breakpoint);
  });
  it('the longest instruction does not run past it', () => {
    const { run, bytes, reg32, state } = createPagedMachine();
    // lock lock lock lock add dword [esi * 1 + DATA], 1: 15 bytes up to the end of the page
    const add = [0xf0, 0xf0, 0xf0, 0xf0, 0x81, 0x04, 0x35, ...le(DATA), ...le(1)];
    bytes(CODE, 0xe9, ...le(PAGE_SIZE - add.length - 5));
    bytes(next - add.length, ...add);
    // What lies there in RAM is not what is mapped there.
    bytes(next, 0x48);
    bytes(ELSEWHERE, INC_EAX);
    expect(run(CODE, 3)).toBe(Exit.Deadline);
    expect(reg32[EAX]).toBe(1);
    expect(state[EIP]).toBe(next + 1);
  });
  it('decodes nothing where the next page follows in RAM, and looks that up only for what reaches into it', () => {
    const { run, bytes, dword, reg32, state, read, isDecoded } = createPagedMachine();
    const entry = TABLE + (next >>> 12) * 4;
    const ACCESSED = 0x20;
    dword(entry, next | PRESENT);
    // mov eax, 1234h up to the end; on the next page inc eax, and across its end mov eax, 4321h; inc eax
    bytes(next - 5, 0xb8, ...le(0x1234));
    bytes(next, INC_EAX);
    expect(run(next - 5, 1)).toBe(Exit.Deadline);
    expect([state[EIP], read(entry) & ACCESSED]).toEqual([next, 0]);
    expect(run(next - 5, 2)).toBe(Exit.Deadline);
    expect([reg32[EAX], read(entry) & ACCESSED]).toEqual([0x1235, ACCESSED]);
    const behind = next + PAGE_SIZE;
    bytes(behind - 1, 0xb8, ...le(0x4321), INC_EAX);
    expect(run(behind - 1, 2)).toBe(Exit.Deadline);
    expect([reg32[EAX], state[EIP]]).toEqual([0x4322, behind + 5]);
    expect([CODE, next, behind].map(isDecoded)).toEqual([false, false, false]);
  });
  it('a branch that is not taken goes on in the next one', () => {
    const { run, bytes, reg32 } = createPagedMachine();
    // xor eax, eax; jmp to the last two instructions before the limit of what runs so: test eax, eax; jne far ahead
    bytes(CODE, 0x31, 0xc0, 0xe9, ...le(PAGE_SIZE - 21 - 7));
    bytes(next - 21, 0x85, 0xc0, 0x0f, 0x85, ...le(0x100), ...Array.from({ length: 13 }, () => NOP));
    bytes(ELSEWHERE, INC_EAX);
    expect(run(CODE, 18)).toBe(Exit.Deadline);
    expect(reg32[EAX]).toBe(1);
  });
});

it('tells of each page before it is executed, once', () => {
  const told: number[] = [];
  const newCode = (_linear: number, physical: number) => {
    told.push(physical);
    return News.None;
  };
  const { run, bytes } = createBareMachine({ events: { ...NO_EVENTS, newCode } }, 'max', 'direct');
  const [second, third] = [CODE + PAGE_SIZE, CODE + 2 * PAGE_SIZE];
  // Each jumps to the next one, and the last one back.
  bytes(CODE, 0xe9, ...le(PAGE_SIZE - 5));
  bytes(second, 0xe9, ...le(PAGE_SIZE - 5));
  bytes(third, 0xe9, ...le(-2 * PAGE_SIZE - 5));
  run(CODE, 10);
  expect(told).toEqual([CODE, second, third]);
});

it('knows where an indirect jump went when its block becomes hot', () => {
  const { cpu, run, bytes, dword, reg32 } = createMachine('hot');
  // again: lea esi, [DATA]; test al, 1; je +3; add esi, 4; jmp [esi]; both lead to inc eax; cmp eax, 20; jb again; hlt
  const jump = [0xff, 0x26];
  const head = [0x8d, 0x35, ...le(DATA), 0xa8, 1, 0x74, 3, 0x83, 0xc6, 4, ...jump];
  const places = [CODE + head.length, CODE + head.length + 1];
  const tail = [NOP, INC_EAX, 0x83, 0xf8, 20, 0x72];
  bytes(CODE, ...head, ...tail, 0xff - head.length - tail.length, HLT);
  places.forEach((place, n) => {
    dword(DATA + 4 * n, place);
  });
  run(CODE);
  expect(reg32[EAX]).toBe(20);
  const block = cpu.blockAt(CODE + head.length - jump.length);
  expect([...(block?.targets ?? [])].sort()).toEqual(places);
});

it('leaves instructions alone that the processor does not have', () => {
  const { run, bytes, vector } = createBareMachine({}, 'i486', 'direct');
  // cmove eax, ecx
  bytes(CODE, NOP, 0x0f, 0x44, 0xc1, HLT);
  run(CODE);
  expect(vector()).toBe(Vector.UD);
});

it('leaves code alone that runs step by step', () => {
  const { cpu, run, bytes, vector, frame } = createMachine();
  bytes(CODE, NOP, NOP, HLT);
  cpu.flags.set(Flag.TF | 2);
  run(CODE);
  expect(vector()).toBe(Vector.DB);
  expect(frame(0)).toBe(CODE + 1);
});

it('reads through FS and GS where they have no limit', () => {
  const { run, bytes, dword, reg32, segBase } = createMachine();
  const FS = 4;
  segBase[FS] = DATA;
  dword(DATA + 0x10, 0x55);
  // mov eax, fs:[esi + 10h]
  bytes(CODE, 0x64, 0x8b, 0x46, 0x10);
  reg32[ESI] = 0;
  run(CODE, 1);
  expect(reg32[EAX]).toBe(0x55);
});
