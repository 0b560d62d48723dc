/** Translation in another thread, while the machine goes on. */
import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine, DATA, le } from '../cpu/testing/bare-machine.ts';
import { Exit } from '../cpu/cpu.ts';
import { branchCount } from '../cpu/branch-log.ts';
import { EAX, ECX, EDX, EIP, ESI } from '../cpu/state.ts';
import { AT_ONCE, createBackgroundCompiler } from './compiler.ts';
import { createLateCompiler } from './testing/late-compiler.ts';
import { TIERS } from './tier.ts';

/** mov ecx, count; L: inc eax; dec ecx; jnz L; hlt */
const LOOP = CODE + 5;
const COUNT = 200_000;
const counting = [0xb9, ...le(COUNT), 0x40, 0x49, 0x75, 0xfc, 0xf4];
const NONE = { linear: [], physical: [], near: () => false, matches: () => false };
const stopAt = (linear: number) => ({
  linear: [linear],
  physical: [],
  near: (at: number) => at === linear,
  matches: (at: number) => at === linear,
});

/** The loop has become hot, and nobody has translated it yet. */
function hotLoop(compiler = createLateCompiler()) {
  const machine = createBareMachine({}, 'max', 'jit', compiler);
  machine.bytes(CODE, ...counting);
  machine.run(CODE, 50_000);
  const translations = () =>
    machine.cpu.blockAt(LOOP)?.translations?.filter(({ valid, eip }) => valid && eip === LOOP) ?? [];
  const finish = () => {
    while (machine.run(-1, 10_000) !== Exit.Halted) compiler.deliver();
  };
  return { ...machine, compiler, translations, finish };
}

describe('a loop that is translated in another thread', () => {
  it('goes on meanwhile, and in the translation from then on', () => {
    const { cpu, compiler, translations, finish } = hotLoop();
    expect(compiler.idle).toBe(false);
    expect(translations()).toEqual([]);
    expect(cpu.views.reg32[EAX]).toBe(Math.ceil(49_999 / 3));
    expect(compiler.deliver()).toBe(true);
    expect(compiler.idle).toBe(true);
    const [translation] = translations();
    expect(translation?.entered).toBe(0);
    finish();
    expect(translation?.entered).toBeGreaterThan(0);
    expect(cpu.views.reg32[EAX]).toBe(COUNT);
    expect(branchCount(cpu.views)).toBe(COUNT - 1);
  });

  it('is not translated as it was before it was written to', () => {
    const { cpu, memory, compiler, translations, finish } = hotLoop();
    const rounds = cpu.views.reg32[ECX];
    const before = cpu.views.reg32[EAX];
    // DEC EAX in place of INC.
    memory.writeBytes(LOOP, Uint8Array.of(0x48));
    expect(compiler.deliver()).toBe(true);
    expect(translations()).toEqual([]);
    finish();
    expect(translations().length).toBe(1);
    expect([-1, 0, 1]).toContain(cpu.views.reg32[EAX] - (before - rounds));
  });

  it('stops at a breakpoint that was set meanwhile', () => {
    const { cpu, run, compiler, finish } = hotLoop();
    cpu.setBreakpoints(stopAt(LOOP + 1));
    compiler.deliver();
    expect(run(-1, 10_000)).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(LOOP + 1);
    cpu.setBreakpoints(NONE);
    finish();
    expect(cpu.views.reg32[EAX]).toBe(COUNT);
  });

  it('is looked for again when a breakpoint was set in it meanwhile, and is gone', () => {
    const { cpu, compiler, run, translations } = hotLoop();
    cpu.setBreakpoints(stopAt(LOOP));
    expect(compiler.deliver()).toBe(true);
    expect(translations()).toEqual([]);
    cpu.setBreakpoints(stopAt(LOOP + 0x1000));
    run(-1, 10_000);
    expect(compiler.deliver()).toBe(true);
    expect(translations().length).toBe(1);
  });

  it('is forgotten with its machine, and its place in the table is free again', () => {
    const { cpu, bytes, run, compiler, translations, memory } = hotLoop();
    cpu.renew();
    expect(compiler.deliver()).toBe(true);
    expect(translations()).toEqual([]);
    memory.writeBytes(CODE, Uint8Array.from(counting));
    bytes(CODE, ...counting);
    run(CODE, 50_000);
    expect(compiler.deliver()).toBe(true);
    expect(translations().map(({ place }) => place)).toEqual([0]);
  });

  it('is translated in this thread when the other one ends', () => {
    const { cpu, compiler, run, translations } = hotLoop();
    compiler.fail();
    expect(compiler.background).toBe(false);
    expect(compiler.idle).toBe(true);
    expect(translations().length).toBe(1);
    run(-1, 1_000_000);
    expect(cpu.views.reg32[EAX]).toBe(COUNT);
  });
});

describe('a translation that is to be made anew', () => {
  /** L: mov eax, [esi]; add esi, edx; dec ecx; jnz L; hlt, translated: each access misses the TLB now. */
  function missing() {
    const compiler = createLateCompiler();
    const machine = createBareMachine({}, 'max', 'jit', compiler);
    const { cpu, bytes, run } = machine;
    const { reg32 } = cpu.views;
    bytes(CODE, 0x8b, 0x06, 0x01, 0xd6, 0x49, 0x75, 0xf9, 0xf4);
    reg32[ESI] = DATA;
    reg32[EDX] = 0;
    reg32[ECX] = 100_000;
    run(CODE, 50_000);
    compiler.deliver();
    const [first] = cpu.blockAt(CODE)!.translations!;
    const cross = (pages: number) => {
      cpu.mmu.flush(true);
      reg32[ESI] = DATA;
      reg32[EDX] = 0x1000;
      run(-1, pages * 4);
      expect(reg32[ESI]).toBe(DATA + pages * 0x1000);
      reg32[EDX] = 0;
    };
    return { ...machine, compiler, first: first!, cross };
  }

  it('runs until the next one is there', () => {
    const { cpu, run, compiler, first, cross } = missing();
    cross(TIERS.jit.misses);
    expect([first.valid, first.outdated]).toEqual([true, true]);
    const { entered } = first;
    run(-1, 1000);
    expect(first.entered).toBeGreaterThan(entered);
    expect(compiler.deliver()).toBe(true);
    expect(first.valid).toBe(false);
    const [next] = cpu.blockAt(CODE)!.translations!;
    expect([next?.valid, next?.outdated]).toEqual([true, false]);
  });

  it('does not when what it does badly is all that is done', () => {
    const { first, cross } = missing();
    cross(TIERS.jit.misses * 4);
    expect(first.valid).toBe(false);
  });
});

it('waits for what processors before this one have asked for, and is translated then', () => {
  const { compiler } = hotLoop();
  expect([compiler.idle, compiler.takes]).toEqual([false, true]);
  hotLoop(compiler);
  expect(compiler.takes).toBe(false);
  const { run, translations } = hotLoop(compiler);
  // Those of the ones before.
  expect([compiler.deliver(), compiler.deliver(), compiler.deliver()]).toEqual([true, true, false]);
  run(-1, 10_000);
  expect(translations()).toEqual([]);
  expect(compiler.deliver()).toBe(true);
  expect(translations().length).toBe(1);
});

it('all that a thread was asked for is done in this one when it fails', () => {
  const { compiler, translations } = hotLoop();
  const second = hotLoop(compiler);
  compiler.fail();
  expect([translations().length, second.translations().length]).toEqual([1, 1]);
  expect([compiler.background, compiler.idle, compiler.takes]).toEqual([false, true, true]);
});

it('without another thread, all is translated in this one', () => {
  const compiler = createBackgroundCompiler(() => undefined);
  const { cpu, bytes, run } = createBareMachine({}, 'max', 'jit', compiler);
  bytes(CODE, ...counting);
  run(CODE, 50_000);
  expect(compiler.background).toBe(AT_ONCE.background);
  expect(cpu.blockAt(LOOP)?.translations?.length).toBe(1);
});

it('a thread that is asked for before there is something to compile begins then, and only one', () => {
  let started = 0;
  const posted: unknown[] = [];
  const compiler = createBackgroundCompiler(() => {
    started++;
    return { post: (request) => void posted.push(request) };
  });
  compiler.prepare();
  compiler.prepare();
  expect([started, compiler.background, compiler.idle]).toEqual([1, true, true]);
  const { bytes, run } = createBareMachine({}, 'max', 'jit', compiler);
  bytes(CODE, ...counting);
  run(CODE, 50_000);
  expect([started, posted.length, compiler.idle]).toEqual([1, 1, false]);
});
it('where there is no other thread this one compiles, known as soon as it is asked for', () => {
  const compiler = createBackgroundCompiler(() => undefined);
  expect(compiler.background).toBe(true);
  compiler.prepare();
  expect(compiler.background).toBe(false);
});
