import { describe, expect, it } from 'vitest';
import { Exit, NO_EVENTS } from '../cpu/cpu.ts';
import { type CpuEvents, News, Watched } from '../cpu/env.ts';
import { Pass } from '../cpu/guard.ts';
import { CODE, createBareMachine, le } from '../cpu/testing/bare-machine.ts';
import {
  CPL,
  CR0,
  CR3,
  Cr0,
  EAX,
  EBX,
  ECX,
  EIP,
  FS,
  GOES_DIRECTLY,
  GS,
  JIT_EXIT,
  UNLIMITED,
} from '../cpu/state.ts';
import { CHAIN_BASE, RAM_BASE, TLB_BASE } from '../memory/layout.ts';
import { createChain, emitChain, hasTailCalls, pageOf, slotOf } from './chain.ts';
import { RETURNED, UNKNOWN } from './exit.ts';
import { FS_UNLIMITED, modeOf, narrowed } from './mode.ts';
import { type Tier, TIERS } from './tier.ts';
import type { Translation } from './translation.ts';
import { Code } from './wasm/code.ts';
import { ModuleWriter } from './wasm/module.ts';
import { Op, Type } from './wasm/opcodes.ts';

/** A whole region of INC EAX and a jump; behind it, on the next page, INC EBX. */
const { busy } = TIERS.jit;
const LENGTH = Math.max(...TIERS.jit.instructions, busy.instructions);
const BEHIND = CODE + 0x1000;
/** Another page with DEC EBX there. */
const OTHER = CODE + 0x2000;
/** Of one round. */
const INSTRUCTIONS = LENGTH + 3;
const DIRECTORY = 0x10_0000;
const TABLE = 0x10_1000;
const ACCESSED = 0x20;

/** Rounds until chains are surely there, and as many behind them. */
const roundsOf = (tier: Tier) => (tier === 'jit' ? busy.entries + 10_000 : 1500);

/** L: inc eax ...; jmp B; B: inc ebx; dec ecx; jnz L; hlt. @param length of the first one */
function twoRegions(tier: Tier, events: CpuEvents = NO_EVENTS, length = LENGTH) {
  const machine = createBareMachine({ events }, 'max', tier);
  const { bytes, dword, cpu } = machine;
  const rounds = roundsOf(tier);
  const jump = bytes(CODE, ...new Array<number>(length - 1).fill(0x40));
  bytes(jump, 0xe9, ...le(BEHIND - jump - 5));
  for (const [page, change] of [
    [BEHIND, 0x43],
    [OTHER, 0x4b],
  ] as const)
    bytes(page, change, 0x49, 0x0f, 0x85, ...le(CODE - BEHIND - 8), 0xf4);
  dword(DIRECTORY, TABLE | 3);
  for (let page = 0; page < 0x400; page++) dword(TABLE + page * 4, (page << 12) | 3);
  const { state, reg32 } = cpu.views;
  state[CR3] = DIRECTORY;
  state[CR0] |= Cr0.PG;
  cpu.mmu.flush(true);
  reg32[ECX] = 2 * rounds;
  machine.run(CODE, rounds * (length + 3));
  expect([reg32[EAX], reg32[EBX], state[EIP]]).toEqual([rounds * (length - 1), rounds, CODE]);
  return machine;
}

describe.each(['interpreter', 'direct', 'jit', 'eager', 'hot'] as const)(
  'two regions in a loop (%s)',
  (tier) => {
    const rounds = roundsOf(tier);
    it('go on to the end', () => {
      const { cpu, run } = twoRegions(tier);
      expect(run(-1, 1e9)).toBe(Exit.Halted);
      expect([cpu.views.reg32[EBX], cpu.now()]).toEqual([2 * rounds, 2 * rounds * INSTRUCTIONS + 1]);
    });

    it('end at any count', () => {
      const { cpu, run } = twoRegions(tier);
      const { reg32, state } = cpu.views;
      run(-1, 100 * INSTRUCTIONS + LENGTH + 1);
      expect([reg32[EAX], reg32[EBX], state[EIP]]).toEqual([
        ...[(rounds + 101) * (LENGTH - 1), rounds + 101, BEHIND + 1],
      ]);
    });

    it('stop at a breakpoint in the second', () => {
      const { cpu, run } = twoRegions(tier);
      const at = (linear: number) => linear === BEHIND + 1;
      cpu.setBreakpoints({ linear: [BEHIND + 1], physical: [], near: at, matches: at });
      expect(run(-1, 1e6)).toBe(Exit.Breakpoint);
      expect([cpu.views.state[EIP], cpu.views.reg32[EBX]]).toEqual([BEHIND + 1, rounds + 1]);
    });

    it('ask before the second, where somebody may not know it', () => {
      const pages = { watched: new Uint8Array(0x10_0000), known: new Uint32Array(0x10_0000) };
      const { watched } = pages;
      const watchedCode = { pages, anywhere: false };
      const asked: number[] = [];
      const newCode = (linear: number) => {
        if (watched[linear >>> 12] !== 0) asked.push(linear);
        return watched[linear >>> 12] !== 0 ? News.Stop : News.None;
      };
      const { cpu, run } = twoRegions(tier, { ...NO_EVENTS, watchedCode, newCode });
      expect(asked).toEqual([]);
      watched[BEHIND >>> 12] = Watched.Kernel;
      cpu.mmu.watchCode();
      run(-1, 1e6);
      expect(asked).toEqual([BEHIND]);
      expect([cpu.views.state[EIP], cpu.views.reg32[EBX]]).toEqual([BEHIND, rounds]);
      // To programs it is no news that a kernel runs.
      watched[BEHIND >>> 12] = Watched.User;
      cpu.mmu.watchCode();
      expect(run(-1, 1e9)).toBe(Exit.Halted);
      expect([asked.length, cpu.views.reg32[EBX]]).toEqual([1, 2 * rounds]);
    });

    it('end where a step does', () => {
      const { cpu, run } = twoRegions(tier);
      cpu.setGuard((linear) => (linear === BEHIND ? Pass.No : Pass.Always));
      expect(run(-1, 1e6)).toBe(Exit.Guard);
      expect([cpu.views.state[EIP], cpu.views.reg32[EBX]]).toEqual([BEHIND, rounds]);
    });

    it('see the second replaced', () => {
      const { cpu, run, bytes } = twoRegions(tier);
      bytes(BEHIND, 0x4b);
      expect(run(-1, 1e9)).toBe(Exit.Halted);
      expect(cpu.views.reg32[EBX]).toBe(0);
    });

    it('mark the page of the second as accessed when something of it is run, and not before', () => {
      const { cpu, run, dword, read } = twoRegions(tier);
      const entry = TABLE + (BEHIND >>> 12) * 4;
      const marked: boolean[] = [];
      const counts = [-2, -1, 0, 1, 2, 3].map((more) => LENGTH + more);
      for (const count of counts) {
        dword(entry, BEHIND | 3);
        cpu.mmu.flush(false);
        run(-1, count);
        marked.push((read(entry) & ACCESSED) !== 0);
        run(-1, INSTRUCTIONS - count);
        expect(cpu.views.state[EIP]).toBe(CODE);
      }
      expect(marked).toEqual(counts.map((count) => count > LENGTH));
    });

    it('see another page in the place of the second', () => {
      const { cpu, run, dword } = twoRegions(tier);
      dword(TABLE + (BEHIND >>> 12) * 4, OTHER | 3);
      cpu.mmu.flush(true);
      expect(run(-1, 1e9)).toBe(Exit.Halted);
      expect(cpu.views.reg32[EBX]).toBe(0);
    });
  },
);

describe.runIf(hasTailCalls())('a chain', () => {
  it('becomes one region, larger than others, when it is all that the machine does', () => {
    const length = Math.max(...TIERS.jit.instructions);
    const { cpu } = twoRegions('jit', NO_EVENTS, length);
    // It begins at whatever block was hot first.
    const places = Array.from({ length: BEHIND - CODE + 1 }, (_, n) => CODE + n);
    const all = places.flatMap((eip) => cpu.blockAt(eip)?.translations ?? []);
    const sizes = all.map(({ region }) =>
      region.blocks.reduce((sum, { source }) => sum + source.insns.length, 0),
    );
    expect(Math.max(...sizes)).toBe(length + 3);
  });

  it.each([
    ['', NO_EVENTS, undefined],
    [
      ', also while somebody waits for other code',
      {
        ...NO_EVENTS,
        watchedCode: {
          pages: { watched: new Uint8Array(0x10_0000), known: new Uint32Array(0x10_0000) },
          anywhere: false,
        },
      },
      undefined,
    ],
    [', also under the guard of a step that admits both', NO_EVENTS, () => Pass.Always],
  ])('takes the loop of two regions along%s', (_when, events, guard) => {
    const { cpu, run } = twoRegions('jit', events);
    cpu.setGuard(guard);
    run(-1, 2 * INSTRUCTIONS);
    const places = [BEHIND, ...Array.from({ length: LENGTH }, (_, n) => CODE + n)];
    const all = places.flatMap((eip) => cpu.blockAt(eip)?.translations ?? []);
    const entries = () => all.reduce((sum, { entered }) => sum + entered, 0);
    const granted = all.filter((translation) => translation.granted > 0);
    expect(granted.length).toBeGreaterThan(0);
    run(-1, 1000 * INSTRUCTIONS);
    // What was entered by chains is counted when they are looked at.
    const before = entries();
    for (const { unlink } of all) unlink?.();
    expect(entries() - before).toBeGreaterThan(900);
  });

  const EIP_OF = 0x40_0000;
  const COST = 20;
  const HOT = 1000;
  /** A chain to a function that takes 7 from what is left. */
  function linked(times: number) {
    const pages = 200;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const words = new Int32Array(memory.buffer);
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });
    const run = { parameters: [Type.i32], results: [Type.i32] };
    const two = { parameters: [Type.i32, Type.i32], results: [Type.i32] };
    const writer = new ModuleWriter(pages);
    const refillFetch = writer.importFunction('refillFetch', two);
    const three = { parameters: [Type.i32, Type.i32, Type.i32], results: [Type.i32] };
    const direct = { index: writer.importFunction('direct', three), hot: HOT };
    const learn = writer.importFunction('learn', { parameters: [], results: [Type.i32] });
    writer.importTable('table', 1);
    const target = new Code(1);
    target.get(0);
    target.const(7);
    target.op(Op.i32Sub);
    writer.exportFunction('target', writer.addFunction(run, target));
    writer.exportFunction(
      'chain',
      writer.addFunction(two, emitChain({ run: writer.signature(run), refillFetch, learn, direct })),
    );
    const module = new WebAssembly.Module(writer.finish());
    /** What the page tables say, and who asked. */
    const tables = { entry: 0, asked: [] as number[][] };
    const lookUp = (...args: number[]) => {
      tables.asked.push(args);
      return tables.entry;
    };
    /** What code does that runs straight from its bytes: where it goes, how many instructions it takes, whether a hot block is next. */
    const cold = {
      learnt: 0,
      asked: [] as number[][],
      ways: [] as { eip: number; takes: number; hot: boolean }[],
    };
    const runDirect = (...args: number[]) => {
      cold.asked.push([...args, words[EIP]!]);
      const { eip, takes, hot } = cold.ways.shift()!;
      words[EIP] = eip;
      return takes * 2 + (hot ? 1 : 0);
    };
    const learns = () => cold.learnt++;
    const env = { memory, table, refillFetch: lookUp, direct: runDirect, learn: learns };
    const { exports } = new WebAssembly.Instance(module, { env });
    table.set(0, exports.target);
    const translation = {
      ...{ eip: EIP_OF, place: 0, cost: COST, entered: 0, granted: 0 },
      // Supervisor, with an unlimited FS, and any GS.
      mode: narrowed(modeOf(FS_UNLIMITED), new Set([FS])),
      region: { blocks: [{ source: { physical: 0x5000, tail: -1 } }] },
    } as unknown as Translation;
    const chain = createChain(memory);
    chain.link(translation, times);
    words[TLB_BASE / 4 + (EIP_OF >>> 12)] = pageOf(EIP_OF, 0x5000, false).word | 3;
    words[UNLIMITED] = (1 << FS) | (1 << GS);
    words[JIT_EXIT] = 5;
    return {
      ...{ translation, chain, words, tables, cold },
      go: exports.chain as (left: number, eip: number) => number,
    };
  }

  it('enters what is linked, as often as is granted', () => {
    const { go, words, chain, translation } = linked(2);
    expect(go(100, EIP_OF)).toBe(93);
    expect(words[JIT_EXIT]).toBe(RETURNED);
    chain.settle(translation);
    expect([translation.entered, translation.granted]).toEqual([1, 1]);
    expect(go(100, EIP_OF)).toBe(93);
    words[JIT_EXIT] = 5;
    expect(go(100, EIP_OF)).toBe(100);
    expect(words[JIT_EXIT]).toBe(5);
  });

  it('enters nothing at another EIP, in another mode, or on another page', () => {
    const { go, words, chain } = linked(9);
    expect(go(100, EIP_OF + 4)).toBe(100);
    words[CPL] = 3;
    expect(go(100, EIP_OF)).toBe(100);
    words[CPL] = 0;
    words[UNLIMITED] = 1 << GS;
    expect(go(100, EIP_OF)).toBe(100);
    words[UNLIMITED] = 1 << FS;
    words[TLB_BASE / 4 + (EIP_OF >>> 12)]! += 0x1000;
    expect(go(100, EIP_OF)).toBe(100);
    words[TLB_BASE / 4 + (EIP_OF >>> 12)]! -= 0x1000;
    expect(go(100, EIP_OF)).toBe(93);
    chain.clear();
    expect(go(100, EIP_OF)).toBe(100);
  });

  it('looks for a page that the TLB does not know, if an instruction is left to run', () => {
    const { go, words, tables } = linked(9);
    const entry = words[TLB_BASE / 4 + (EIP_OF >>> 12)]!;
    words[TLB_BASE / 4 + (EIP_OF >>> 12)] = 0;
    expect(go(100, EIP_OF)).toBe(100);
    tables.entry = entry + 0x1000;
    expect(go(100, EIP_OF)).toBe(100);
    tables.entry = entry;
    expect(go(COST - 1, EIP_OF)).toBe(COST - 1);
    expect(tables.asked).toEqual([
      [EIP_OF, 0],
      [EIP_OF, 0],
    ]);
    expect(go(COST, EIP_OF)).toBe(COST - 7);
    words[CPL] = 3;
    expect(go(100, EIP_OF)).toBe(100);
    expect(tables.asked).toHaveLength(3);
  });

  describe('where no translation is known', () => {
    const COLD = 0x40_0800;
    function beside(...ways: { eip: number; takes: number; hot: boolean }[]) {
      const all = linked(9);
      all.cold.ways.push(...ways);
      all.words[GOES_DIRECTLY] = 1;
      all.words[JIT_EXIT] = 5;
      return all;
    }

    it('runs code straight from its bytes up to one', () => {
      const { go, words, cold } = beside(
        { eip: COLD + 8, takes: 30, hot: true },
        { eip: EIP_OF, takes: 10, hot: true },
      );
      expect(go(100, COLD)).toBe(100 - 30 - 10 - 7);
      expect(cold.asked).toEqual([
        [100, HOT, 0, COLD],
        [70, HOT, 0, COLD + 8],
      ]);
      expect(words[JIT_EXIT]).toBe(RETURNED);
      expect(cold.learnt).toBe(0);
    });

    it('tells where code went that the region did not know, before it runs', () => {
      const { go, words, cold } = beside({ eip: COLD + 8, takes: 3, hot: false });
      words[JIT_EXIT] = UNKNOWN + 5;
      expect(go(100, COLD)).toBe(97);
      expect(cold.learnt).toBe(1);
    });

    it.each([
      ['cannot go on', { eip: COLD + 2, takes: 3, hot: false }],
      ['comes to something hot at once', { eip: COLD, takes: 0, hot: true }],
      ['has run all that may run', { eip: COLD + 9, takes: 100, hot: false }],
    ])('is left for the loop when that %s', (_, way) => {
      const { go, words, cold } = beside(way);
      expect(go(100, COLD)).toBe(100 - way.takes);
      expect(words[EIP]).toBe(way.eip);
      expect(words[JIT_EXIT]).toBe(RETURNED);
      expect(cold.asked).toHaveLength(1);
    });

    it('runs nothing where it may not, or with no instruction left', () => {
      const { go, words, cold } = beside();
      expect(go(0, COLD)).toBe(0);
      words[GOES_DIRECTLY] = 0;
      expect(go(100, COLD)).toBe(100);
      expect(words[JIT_EXIT]).toBe(5);
      expect(cold.asked).toEqual([]);
    });
  });

  it('has two slots for the same hashes, and gives the older one to who comes then', () => {
    const { go, words, chain, translation } = linked(9);
    expect(go(100, EIP_OF)).toBe(93);
    // Neighbours never fall together.
    const others: Translation[] = [];
    for (let at = EIP_OF + 1; others.length < 2; at++) {
      if (slotOf(at) >> 1 !== slotOf(EIP_OF) >> 1) continue;
      words[TLB_BASE / 4 + (at >>> 12)] = pageOf(at, 0x5000, false).word | 3;
      others.push({ ...translation, eip: at, slot: undefined, unlink: undefined } as Translation);
    }
    const [second, third] = others as [Translation, Translation];
    chain.link(second, 9);
    expect(go(100, EIP_OF)).toBe(93);
    expect(go(100, second.eip)).toBe(93);
    chain.link(third, 9);
    expect(translation).toMatchObject({ entered: 2, granted: 0, slot: undefined, unlink: undefined });
    expect(go(100, EIP_OF)).toBe(100);
    expect(go(100, second.eip)).toBe(93);
    expect(go(100, third.eip)).toBe(93);
    chain.link(translation, 9);
    expect(second).toMatchObject({ entered: 2, granted: 0 });
    expect(go(100, EIP_OF)).toBe(93);
  });

  it('lies apart from the rest of the memory', () => {
    expect(CHAIN_BASE % 4).toBe(0);
    expect(CHAIN_BASE).toBeLessThan(RAM_BASE);
  });
});
