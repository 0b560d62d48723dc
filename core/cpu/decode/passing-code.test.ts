/** Code that runs for the first time is not kept: it must be as exact as what is, and be known to have run. */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../jit/tier.ts';
import { PAGE_SIZE } from '../../memory/layout.ts';
import { PhysicalMemory } from '../../memory/physical-memory.ts';
import { News } from '../env.ts';
import { Exit, NO_EVENTS } from '../cpu.ts';
import { Double, EAX, EIP } from '../state.ts';
import { CODE, createBareMachine, le } from '../testing/bare-machine.ts';
import { Block, createCodeCache, MOST_PASSED } from './code-cache.ts';

const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit', 'eager', 'mixed'];
const [INC_EAX, DEC_EAX, HLT] = [0x40, 0x48, 0xf4];

describe.each(TIERS)('code that runs once (%s)', (tier) => {
  it('may change what it is about to execute', () => {
    const { cpu, run, bytes } = createBareMachine({}, 'max', tier);
    // mov byte [CODE + 8], 48h; inc eax; inc eax, which is DEC EAX by then; hlt
    bytes(CODE, 0xc6, 0x05, ...le(CODE + 8), DEC_EAX, INC_EAX, INC_EAX, HLT);
    run(CODE);
    expect(cpu.views.reg32[EAX]).toBe(0);
  });

  it('runs anew when it has changed', () => {
    const { cpu, run, bytes } = createBareMachine({}, 'max', tier);
    for (const [code, sum] of [
      [INC_EAX, 1],
      [INC_EAX, 2],
      [DEC_EAX, 1],
      [DEC_EAX, 0],
      [INC_EAX, 1],
    ] as const) {
      bytes(CODE, code, HLT);
      run(CODE);
      expect(cpu.views.reg32[EAX]).toBe(sum);
    }
  });

  it('is as long as it wants', () => {
    const { cpu, run, bytes } = createBareMachine({}, 'max', tier);
    // add eax, 2 as long forms, across a page
    const add = [0x81, 0xc0, ...le(2)];
    const times = 1000;
    bytes(CODE, ...Array.from({ length: times }, () => add).flat(), HLT);
    const before = cpu.views.doubles[Double.Retired]!;
    for (const runs of [1, 2, 3]) {
      run(CODE);
      expect(cpu.views.reg32[EAX]).toBe(2 * times * runs);
      expect(cpu.views.doubles[Double.Retired]! - before).toBe((times + 1) * runs);
    }
  });

  it('is new to its page once, though data beside it is written', () => {
    const fresh: number[] = [];
    const newCode = (_linear: number, physical: number, isFresh: boolean) => {
      if (isFresh) fresh.push(physical);
      return News.None;
    };
    const { run, bytes } = createBareMachine({ events: { ...NO_EVENTS, newCode } }, 'max', tier);
    // mov [CODE + 100h], eax, twice, for the first write to a page tells whether there is code; hlt
    const store = [0xa3, ...le(CODE + 0x100)];
    bytes(CODE, ...store, ...store, HLT);
    bytes(CODE + 0x200, HLT);
    run(CODE);
    run(CODE + 0x200);
    expect(fresh).toEqual([CODE]);
  });
});

describe.each(TIERS)('code that a run has ended before (%s)', (tier) => {
  const at = (...linear: number[]) => ({
    ...{ linear, physical: [] },
    near: (address: number) => linear.includes(address),
    matches: (address: number) => linear.includes(address),
  });
  /** At a breakpoint on the first of two INC EAX. */
  function stopped() {
    const machine = createBareMachine({}, 'max', tier);
    const { cpu, run, bytes } = machine;
    bytes(CODE, INC_EAX, INC_EAX, HLT);
    cpu.setBreakpoints(at(CODE));
    expect(run(CODE)).toBe(Exit.Breakpoint);
    const goOn = () => {
      cpu.skipBreakpoint(CODE);
      return run(-1);
    };
    return { ...machine, goOn };
  }

  it('is what it is by then when it goes on', () => {
    const { cpu, bytes, goOn } = stopped();
    bytes(CODE + 1, DEC_EAX);
    expect(goOn()).toBe(Exit.Halted);
    expect(cpu.views.reg32[EAX]).toBe(0);
  });

  it('stops at a breakpoint that was set meanwhile', () => {
    const { cpu, goOn } = stopped();
    cpu.setBreakpoints(at(CODE, CODE + 1));
    expect(goOn()).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(CODE + 1);
    expect(cpu.views.reg32[EAX]).toBe(1);
  });

  it('is not what else was decoded meanwhile', () => {
    const { cpu, run, bytes, goOn } = stopped();
    bytes(CODE + 0x100, DEC_EAX, DEC_EAX, HLT);
    cpu.setBreakpoints(at());
    run(CODE + 0x100);
    cpu.views.state[EIP] = CODE;
    expect(goOn()).toBe(Exit.Halted);
    expect(cpu.views.reg32[EAX]).toBe(0);
  });

  it('runs as often as it is told to', () => {
    const { cpu, run, goOn } = stopped();
    for (let sum = 2; sum <= 8; sum += 2) {
      expect(goOn()).toBe(Exit.Halted);
      expect(cpu.views.reg32[EAX]).toBe(sum);
      expect(run(CODE)).toBe(Exit.Breakpoint);
    }
  });
});

describe('the cache', () => {
  const AT = 0x3000;
  const load = () => createCodeCache(new PhysicalMemory(0x10_0000), () => undefined);
  const block = (at: number, size: number) => new Block(at, size, [], false);

  it('knows what has run until one of its bytes is written', () => {
    for (const offset of [0, 9]) {
      const cache = load();
      cache.pass(block(AT + 20, 10));
      expect(cache.hasPassed(AT + 20)).toBe(true);
      expect(cache.hasPassed(AT + 21)).toBe(false);
      expect(cache.invalidate(AT + 19, 1) || cache.invalidate(AT + 30, 4)).toBe(false);
      expect(cache.hasPage(AT)).toBe(true);
      expect(cache.invalidate(AT + 20 + offset, 1)).toBe(true);
      expect(cache.hasPassed(AT + 20)).toBe(false);
      expect(cache.hasPage(AT)).toBe(false);
    }
  });

  it('knows the longest, at both ends of a page', () => {
    for (const at of [AT, AT + PAGE_SIZE - MOST_PASSED]) {
      const cache = load();
      cache.pass(block(at, MOST_PASSED));
      expect(cache.invalidate(at + MOST_PASSED - 1, 1)).toBe(true);
      expect(cache.hasPassed(at)).toBe(false);
    }
  });

  it('forgets that it has run when it is kept, and covers its bytes once', () => {
    const cache = load();
    const kept = block(AT, 10);
    cache.pass(block(AT, 12));
    cache.add(kept, true);
    expect(cache.hasPassed(AT)).toBe(false);
    expect(cache.invalidate(AT + 11, 1)).toBe(false);
    expect(cache.invalidate(AT + 9, 1)).toBe(true);
    expect(kept.valid).toBe(false);
    expect(cache.invalidate(AT + 9, 1)).toBe(false);
  });
});
