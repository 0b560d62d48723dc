/** An instruction that begins on one page and ends on another: it changes when either part does. */
import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine, le } from '../cpu/testing/bare-machine.ts';
import { CR0, CR3, Cr0, EAX, EBX } from '../cpu/state.ts';
import type { Tier } from './tier.ts';

const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit', 'eager', 'mixed'];
const NEXT_PAGE = CODE + 0x1000;
/** Another page with the same code but for the end of the immediate. */
const OTHER_PAGE = CODE + 0x2000;
const DIRECTORY = 0x10_0000;
const TABLE = 0x10_1000;
const ROUNDS = 300;
/** add eax, imm32, which has one byte of its immediate on the next page. */
const ADD = NEXT_PAGE - 4;

describe.each(TIERS)('an instruction across pages (%s)', (tier) => {
  /** mov ecx, ROUNDS; L: add eax, 01000001h; dec ecx; jnz L; hlt */
  function load() {
    const machine = createBareMachine({}, 'max', tier);
    machine.bytes(ADD - 5, 0xb9, ...le(ROUNDS), 0x05, ...le(0x0100_0001), 0x49, 0x75, 0xf8, 0xf4);
    return machine;
  }

  it('runs in a loop', () => {
    const { cpu, run } = load();
    run(ADD - 5);
    expect(cpu.views.reg32[EAX]).toBe(Math.imul(ROUNDS, 0x0100_0001));
  });

  it('sees either of its parts replaced', () => {
    const { cpu, run, bytes } = load();
    run(ADD - 5);
    cpu.views.reg32[EAX] = 0;
    bytes(NEXT_PAGE, 2);
    run(ADD - 5);
    expect(cpu.views.reg32[EAX]).toBe(Math.imul(ROUNDS, 0x0200_0001));
    cpu.views.reg32[EAX] = 0;
    bytes(ADD + 1, 3);
    run(ADD - 5);
    expect(cpu.views.reg32[EAX]).toBe(Math.imul(ROUNDS, 0x0200_0003));
  });

  it('is another one when its second page is mapped elsewhere', () => {
    const machine = load();
    const { cpu, run, dword, bytes, memory } = machine;
    memory.writeBytes(OTHER_PAGE, memory.bytes.slice(NEXT_PAGE, NEXT_PAGE + 16));
    bytes(OTHER_PAGE, 5);
    dword(DIRECTORY, TABLE | 3);
    for (let page = 0; page < 0x400; page++) dword(TABLE + page * 4, (page << 12) | 3);
    cpu.views.state[CR3] = DIRECTORY;
    cpu.views.state[CR0] |= Cr0.PG;
    cpu.mmu.flush(true);
    run(ADD - 5);
    expect(cpu.views.reg32[EAX]).toBe(Math.imul(ROUNDS, 0x0100_0001));
    // The page table is changed by the program, which then loads CR3: mov [pte], ebx; mov cr3, edx; jmp ADD - 5.
    cpu.views.reg32[EAX] = 0;
    cpu.views.reg32[EBX] = OTHER_PAGE | 3;
    const jump = CODE + 6 + 5 + 3;
    const entry = TABLE + (NEXT_PAGE >>> 12) * 4;
    bytes(CODE, 0x89, 0x1d, ...le(entry), 0xba, ...le(DIRECTORY), 0x0f, 0x22, 0xda);
    bytes(jump, 0xe9, ...le(ADD - 5 - (jump + 5)));
    run(CODE);
    expect(cpu.views.reg32[EAX]).toBe(Math.imul(ROUNDS, 0x0500_0001));
  });
});
