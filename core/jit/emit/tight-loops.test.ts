/** Loops that keep registers, flags and records to themselves until they are left: all of it must be there whenever that is. */
import { describe, expect, it } from 'vitest';
import { Exit } from '../../cpu/cpu.ts';
import { branchCount } from '../../cpu/branch-log.ts';
import { EAX, EBP, EBX, EDI, EDX, EIP, ESI } from '../../cpu/state.ts';
import { CODE, createBareMachine, DATA, le } from '../../cpu/testing/bare-machine.ts';
import { recentBranches } from '../../debug/branches.ts';
import { BRANCH_RECORDS, PageFlag } from '../../memory/layout.ts';
import type { Tier } from '../tier.ts';

const TURNS = 300;
const DEC_ECX = 0x49;
const STORE = [0x89, 0x04, 0x8e]; // mov [esi + ecx*4], eax
const LOAD = [0x03, 0x04, 0x8e]; // add eax, [esi + ecx*4]
const JNE = 0x75;
const back = (opcode: number, ...body: number[]) => [...body, opcode, 256 - body.length - 2];
const counted = (...body: number[]) => back(JNE, ...body, DEC_ECX);

/** What runs behind `mov ecx, TURNS`, with what jumps back at its end. */
const LOOPS: readonly (readonly [string, readonly number[]])[] = [
  ['a decrement, behind a store', counted(...STORE)],
  ['a decrement, with the carry of a sum', counted(...LOAD)],
  ['a comparison of registers', back(JNE, ...STORE, DEC_ECX, 0x39, 0xf9)], // cmp ecx, edi
  ['a comparison with a constant', back(0x77, ...STORE, DEC_ECX, 0x83, 0xf9, 7)], // cmp ecx, 7; ja
  ['a subtraction', back(0x77, ...STORE, 0x83, 0xe9, 3)], // sub ecx, 3; ja
  ['a subtraction of itself, and a copy behind it', counted(0x29, 0xdb, ...STORE, 0x89, 0xc3)],
  ['a sum of registers whose operands change', counted(...STORE, 0x01, 0xd0, 0x89, 0xc2)],
  ['a negation', counted(...STORE, 0xf7, 0xdb)],
  ['logic', counted(...STORE, 0x21, 0xd8)], // and eax, ebx
  ['a test', back(JNE, ...STORE, DEC_ECX, 0x85, 0xc9)], // test ecx, ecx
  ['a carry that it begins with', counted(0x13, 0x04, 0x8e)], // adc eax, [esi + ecx*4]
  ['a condition that it begins with', counted(0x0f, 0x92, 0xc3, ...STORE)], // setc bl
  ['LOOP', back(0xe2, ...STORE, 0x39, 0xc8)], // cmp eax, ecx; loop
  ['LOOPNE', back(0xe0, ...STORE, 0x39, 0xc8)],
  ['a shift by CL', counted(0x89, 0xd8, 0xd3, 0xe0, 0x01, 0xc2, ...STORE)],
  ['a shift by CL whose flags live', counted(0xd3, 0xe0, ...STORE)],
  ['nothing but arithmetic', counted(0x01, 0xc8, 0x31, 0xc2)],
  ['PUSHF', counted(0x9c, 0x5b, ...STORE)],
  // mov ebx,eax; shr eax,1; xor ebx,edx; test bl,1; je over; xor eax,a001h; movzx eax,ax; over: shr edx,1
  [
    'a branch over what only computes',
    counted(
      ...[0x89, 0xc3, 0xd1, 0xe8, 0x31, 0xd3, 0xf6, 0xc3, 1, 0x74, 8],
      ...[0x35, ...le(0xa001), 0x0f, 0xb7, 0xc0, 0xd1, 0xea],
    ),
  ],
  // test cl,4; jz over; inc ebx; mov dl,5; over: cmp ebx,edx
  [
    'a branch over a part of a register, and a store behind it',
    counted(0xf6, 0xc1, 4, 0x74, 3, 0x43, 0xb2, 5, 0x39, 0xd3, ...STORE),
  ],
  // test cl,4; jz over; mov [esi+ecx*4],eax; over:
  ['a branch over a store', counted(0xf6, 0xc1, 4, 0x74, 3, ...STORE)],
];

/** Odd, and around the ends of turns. */
const SLICES = [997, 1, 2, 3, 1, 1, 5, 4, 640, 1, 1, 1, 1, 20_000, 77, 2, 9001, 3];

/** Between these slices the debugger stops before the second instruction of the loop. */
const STOPPED = { from: 7, to: 20, at: CODE + 5 + STORE.length };

function run(tier: Tier, body: readonly number[], isOuter: boolean, stops = false) {
  const { cpu, memory, bytes, run: go } = createBareMachine({}, 'max', tier);
  const { reg32, state } = cpu.views;
  const setCount = [0xb9, ...le(TURNS)];
  // dec ebp; jnz to the beginning, or to the head of the loop, which heads both then; hlt
  const inner = isOuter ? [...setCount, ...body, ...setCount] : [...setCount, ...body];
  const length = (isOuter ? inner.length - setCount.length : inner.length) + 3;
  bytes(CODE, ...inner, 0x4d, JNE, 256 - length, 0xf4);
  // The last part of the data is never accessed the fast way: loops are left at their accesses.
  memory.pageFlags[(DATA >>> 12) + 1]! |= PageFlag.Watched;
  memory.onWatchedRead = () => undefined;
  memory.onWatchedWrite = () => undefined;
  reg32[ESI] = DATA + 0x1000 - TURNS * 2;
  reg32[EAX] = 0x8765_4321;
  reg32[EBX] = 0x1234_5678;
  reg32[EDX] = 0xface_b00c;
  reg32[EDI] = 11;
  reg32[EBP] = 1500;
  let eip = CODE;
  return Array.from({ length: 60 }, (_, n) => {
    const isStopped = (linear: number) =>
      stops && n >= STOPPED.from && n < STOPPED.to && linear === STOPPED.at;
    if (stops && (n === STOPPED.from || n === STOPPED.to)) {
      const linear = n === STOPPED.from ? [STOPPED.at] : [];
      cpu.setBreakpoints({ linear, physical: [], near: isStopped, matches: isStopped });
    }
    const ended = go(eip, SLICES[n % SLICES.length]!);
    eip = state[EIP]!;
    const registers = [...reg32.subarray(0, 8)].map((value) => (value >>> 0).toString(16)).join(' ');
    const records = recentBranches(cpu.views, BRANCH_RECORDS).reduce(
      (sum, { from, to }) => (Math.imul(sum, 31) + Math.imul(from, 7) + to) | 0,
      0,
    );
    const flags = cpu.flags.get().toString(16);
    return { ended, eip, now: cpu.now(), registers, flags, count: branchCount(cpu.views), records };
  });
}

describe.each(['direct', 'jit', 'eager', 'mixed'] as const)('tight loops (%s)', (tier) => {
  it.each(LOOPS)('with %s', (_, body) => {
    expect(run(tier, body, false)).toEqual(run('interpreter', body, false));
  });
  it.each(LOOPS)('whose head is that of the loop around them too, with %s', (_, body) => {
    expect(run(tier, body, true)).toEqual(run('interpreter', body, true));
  });
  it.each(LOOPS.filter(([, body]) => STORE.every((byte, n) => body[n] === byte)))(
    'that the debugger stops in, and lets go again, with %s',
    (_, body) => {
      const found = run(tier, body, false, true);
      expect(found).toEqual(run('interpreter', body, false, true));
      expect(found.filter(({ ended }) => ended === Exit.Breakpoint).length).toBeGreaterThan(3);
    },
  );
});
