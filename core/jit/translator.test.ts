import { describe, expect, it } from 'vitest';
import { Exit } from '../cpu/cpu.ts';
import { CODE, createBareMachine, DATA, le } from '../cpu/testing/bare-machine.ts';
import { branchCount } from '../cpu/branch-log.ts';
import { EAX, EBX, ECX, EIP, Double } from '../cpu/state.ts';
import { Pass } from '../cpu/guard.ts';
import type { Tier } from './tier.ts';
import type { Translation } from './translation.ts';

const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit', 'eager', 'mixed'];

/** mov ecx, count; L: inc eax; dec ecx; jnz L; hlt */
const LOOP = CODE + 5;
const counting = (count: number) => [0xb9, ...le(count), 0x40, 0x49, 0x75, 0xfc, 0xf4];

describe.each(TIERS)('a hot loop (%s)', (tier) => {
  const loop = (count = 100_000) => {
    const machine = createBareMachine({}, 'max', tier);
    machine.bytes(CODE, ...counting(count));
    return machine;
  };
  const stopAt = (linear: number) => ({
    linear: [linear],
    physical: [],
    near: (at: number) => at === linear,
    matches: (at: number) => at === linear,
  });

  it('stops at an exact count', () => {
    const { cpu, run } = loop();
    run(CODE, 77_777);
    expect(cpu.now()).toBe(77_777);
    // One for MOV, then rounds of three.
    expect(cpu.views.reg32[EAX]).toBe(Math.ceil(77_776 / 3));
    expect(branchCount(cpu.views)).toBe(Math.floor(77_776 / 3));
  });

  it('stops at a breakpoint that is set while it runs', () => {
    const { cpu, run } = loop();
    run(CODE, 50_000);
    cpu.setBreakpoints(stopAt(LOOP + 1));
    expect(run(-1, 50_000)).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(LOOP + 1);
    expect(cpu.now()).toBeLessThan(50_003);
    cpu.setBreakpoints({ linear: [], physical: [], near: () => false, matches: () => false });
    run(-1, 1e6);
    expect(cpu.views.reg32[EAX]).toBe(100_000);
  });

  it.runIf(tier === 'jit' || tier === 'eager')(
    'has its translation back when a breakpoint in it is gone',
    () => {
      const { cpu, run } = loop();
      const first = () => cpu.blockAt(LOOP)?.translations?.[0];
      run(CODE, 50_000);
      const known = first()!;
      cpu.setBreakpoints(stopAt(LOOP));
      for (let n = 0; n < 10; n++) {
        expect(run(-1, 50_000)).toBe(Exit.Breakpoint);
        cpu.skipBreakpoint(LOOP);
      }
      cpu.setBreakpoints({ linear: [], physical: [], near: () => false, matches: () => false });
      const { entered } = known;
      run(-1, 1e6);
      expect([cpu.views.reg32[EAX], first() === known, known.valid]).toEqual([100_000, true, true]);
      expect(known.entered).toBeGreaterThan(entered);
    },
  );

  it.runIf(tier === 'jit')('is translated once more, without what a step does not admit', () => {
    const { cpu, run, bytes } = loop(1_000_000);
    // L: inc eax; test al, 1; jz E; M: dec ecx; jnz L; hlt; E: jmp M
    bytes(LOOP, 0x40, 0xa8, 1, 0x74, 4, 0x49, 0x75, 0xf8, 0xf4, 0xeb, 0xfa);
    const jump = LOOP + 9;
    run(CODE, 50_000);
    const has = ({ region }: Translation) => region.blocks.some(({ eip }) => eip === jump);
    const all = () => [LOOP, LOOP + 5].flatMap((eip) => cpu.blockAt(eip)?.translations ?? []);
    const known = all().find(has)!;
    expect(all().every(has)).toBe(true);
    cpu.setGuard((linear) => (linear === jump ? Pass.Once : Pass.Always));
    run(-1, 50_000);
    expect([known.valid, all().some((made) => !has(made) && made.entered > 0)]).toEqual([true, true]);
    cpu.setGuard(undefined);
    const { entered } = known;
    expect(run(-1, 1e7)).toBe(Exit.Halted);
    expect([cpu.views.reg32[EAX], known.entered > entered]).toEqual([1_000_000, true]);
  });

  it('is not slowed or stopped by breakpoints at the same offsets of other pages', () => {
    const { cpu, run } = loop();
    cpu.setBreakpoints(stopAt(LOOP + 0x1000));
    expect(run(CODE, 1e6)).toBe(Exit.Halted);
    expect(cpu.views.reg32[EAX]).toBe(100_000);
  });

  it('sees its code replaced by a device', () => {
    const { cpu, memory, run } = loop();
    run(CODE, 50_000);
    const before = cpu.views.reg32[EAX];
    const rounds = cpu.views.reg32[ECX];
    // DEC EAX in place of INC.
    memory.writeBytes(LOOP, Uint8Array.of(0x48));
    run(-1, 1e6);
    const atInc = cpu.views.reg32[EAX] - (before - rounds);
    expect([0, 1, 2]).toContain(atInc);
    expect(cpu.views.reg32[ECX]).toBe(0);
  });
});

describe.each(TIERS)('code (%s)', (tier) => {
  it('rewrites itself behind the instruction that does', () => {
    const machine = createBareMachine({}, 'max', tier);
    // L: add byte [next's immediate], 1; mov eax, 0; add ebx, eax; dec ecx; jnz L; hlt
    const at = CODE + 8;
    const code = [0x80, 0x05, ...le(at), 1, 0xb8, 0, 0, 0, 0, 0x01, 0xc3, 0x49, 0x75, 0xef, 0xf4];
    machine.bytes(CODE, ...code);
    machine.cpu.views.reg32[ECX] = 100;
    expect(machine.run(CODE, 1e6)).toBe(Exit.Halted);
    expect(machine.cpu.views.reg32[EBX]).toBe((100 * 101) / 2);
  });

  it('may branch to the next instruction often: no translation grows with the ways through it', () => {
    const machine = createBareMachine({}, 'max', tier);
    const body = Array.from({ length: 60 }, () => [0x40, 0x74, 0x00]).flat();
    machine.bytes(CODE, ...body, 0x49, 0x0f, 0x85, ...le(-(body.length + 7)), 0xf4);
    machine.cpu.views.reg32[ECX] = 500;
    expect(machine.run(CODE, 1e6)).toBe(Exit.Halted);
    expect(machine.cpu.views.reg32[EAX]).toBe(500 * 60);
    // Only the outer loop has branched.
    expect(branchCount(machine.cpu.views)).toBe(499);
  });

  it('moves short strings, overlapping ones byte by byte', () => {
    const machine = createBareMachine({}, 'max', tier);
    const { cpu, memory } = machine;
    memory.writeBytes(DATA, Uint8Array.of(1, 2, 3, 4));
    // L: mov esi, DATA; mov edi, DATA + 1; push ecx; mov ecx, 16; rep movsb; pop ecx; dec ecx; jnz L; hlt
    const code = [0xbe, ...le(DATA), 0xbf, ...le(DATA + 1), 0x51, 0xb9, ...le(16), 0xf3, 0xa4, 0x59, 0x49];
    machine.bytes(CODE, ...code, 0x75, -(code.length + 2) & 0xff, 0xf4);
    cpu.views.reg32[ECX] = 300;
    const begin = cpu.now();
    expect(machine.run(CODE, 1e6)).toBe(Exit.Halted);
    expect([...memory.bytes.subarray(DATA, DATA + 18)]).toEqual([...new Array<number>(17).fill(1), 0]);
    // Each round of a REP counts.
    expect(cpu.now() - begin).toBe(300 * (4 + 16 + 3) + 1);
    expect(cpu.views.doubles[Double.Skipped]).toBe(0);
  });
});

it('a function without branches is as hot in its middle as where it begins', () => {
  const { cpu, bytes, run } = createBareMachine({}, 'max', 'jit');
  // L: call FUNCTION; dec ecx; jnz L; hlt, and a thousand INC EAX; ret
  const long = CODE + 0x100;
  bytes(CODE, 0xe8, ...le(long - CODE - 5), 0x49, 0x75, 0xf8, 0xf4);
  bytes(long, ...new Array<number>(1000).fill(0x40), 0xc3);
  cpu.views.reg32[ECX] = 3000;
  expect(run(CODE, 1e7)).toBe(Exit.Halted);
  expect(cpu.views.reg32[EAX]).toBe(3000 * 1000);
  const isTranslated = (eip: number) => cpu.blockAt(eip)?.derived?.some(({ valid }) => valid) ?? false;
  const parts = Array.from({ length: 16 }, (_, n) => long + n * 64);
  expect(parts.map(isTranslated)).toEqual(parts.map(() => true));
});

it('what was busy and has lost its translation has another one, and is not looked for at each run', () => {
  const { cpu, bytes, run } = createBareMachine({}, 'max', 'jit');
  // B: xor edx, 1; jz P; Q: five INC EAX; P: dec ebx; jnz Q; mov ebx, 3; dec ecx; jnz B; hlt: the loop of P and Q is entered at both.
  bytes(CODE, 0x83, 0xf2, 1, 0x74, 5, ...new Array<number>(5).fill(0x40), 0x4b, 0x75, 0xf8);
  bytes(CODE + 13, 0xbb, ...le(3), 0x49, 0x75, 0xeb, 0xf4);
  cpu.views.reg32[ECX] = 1e6;
  const own = (eip: number) =>
    cpu.blockAt(eip)?.translations?.filter((made) => made.valid && made.eip === eip) ?? [];
  const becomesBusy = (eip: number) => {
    for (let n = 0; n < 3000 && own(eip).length === 0; n++) {
      const block = cpu.blockAt(eip);
      if (block) block.looks = Infinity;
      cpu.views.reg32[EBX] = 3;
      run(eip, 50);
    }
    return own(eip).map(({ region }) => region.blocks.length);
  };
  // Entered at P or Q the region is a plain loop, so what is busy at B would be entered there.
  expect([CODE + 10, CODE + 5].map(becomesBusy)).toEqual([[4], [4]]);
  expect(becomesBusy(CODE)).toEqual([4]);
});
