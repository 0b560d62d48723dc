/** Translations that an earlier machine has left. */
import { describe, expect, it } from 'vitest';
import { branchCount } from '../cpu/branch-log.ts';
import { Exit } from '../cpu/cpu.ts';
import { EAX, EIP } from '../cpu/state.ts';
import { CODE, createBareMachine, le } from '../cpu/testing/bare-machine.ts';
import { createRandom } from '../testing/random.ts';
import type { Work } from './compiler.ts';
import { hashOf, packKept, unpackKept } from './kept-regions.ts';
import { createLateCompiler } from './testing/late-compiler.ts';
import { createPromptCompiler } from './testing/prompt-compiler.ts';
import { translatorNumber } from './translator-number.ts';

/** mov ecx, count; L: inc eax; dec ecx; jnz L; hlt */
const LOOP = CODE + 5;
const COUNT = 20_000;
const counting = [0xb9, ...le(COUNT), 0x40, 0x49, 0x75, 0xfc, 0xf4];
/** The same with DEC EAX. */
const countingDown = counting.map((byte) => (byte === 0x40 ? 0x48 : byte));
const NOTHING: Uint8Array = new Uint8Array(0);
/** Far fewer than what makes code hot. */
const FEW = 60;

function createMachine(kept: Uint8Array, compiler = createPromptCompiler()) {
  const machine = createBareMachine({}, 'max', 'jit', compiler);
  machine.cpu.recallRegions(kept);
  const translationAt = (eip: number) =>
    machine.cpu.blockAt(eip)?.translations?.find((one) => one.valid && one.eip === eip);
  return { ...machine, translationAt, eax: () => machine.cpu.views.reg32[EAX] };
}

/** What a machine leaves that has run some code to its end. */
function learn(code: readonly number[], at = CODE, before: Uint8Array = NOTHING): Uint8Array {
  const { bytes, run, cpu } = createMachine(before);
  bytes(at, ...code);
  expect(run(at, 10_000_000)).toBe(Exit.Halted);
  return cpu.keptRegions() ?? NOTHING;
}

describe('a loop that another machine has translated', () => {
  const kept = learn(counting);

  it('runs in its translation before it is hot', () => {
    const { bytes, run, cpu, translationAt, eax } = createMachine(kept);
    bytes(CODE, ...counting);
    run(CODE, FEW);
    expect(translationAt(LOOP)?.entered).toBeGreaterThan(0);
    expect(run(-1, 10_000_000)).toBe(Exit.Halted);
    expect(eax()).toBe(COUNT);
    expect(branchCount(cpu.views)).toBe(COUNT - 1);
  });

  it('is not hot so soon by itself', () => {
    const { bytes, run, translationAt } = createMachine(NOTHING);
    bytes(CODE, ...counting);
    run(CODE, FEW);
    expect(translationAt(LOOP)).toBeUndefined();
  });

  it('is no other loop in the same place', () => {
    const { bytes, run, translationAt, eax } = createMachine(kept);
    bytes(CODE, ...countingDown);
    run(CODE, FEW);
    expect(translationAt(LOOP)).toBeUndefined();
    run(-1, 10_000_000);
    expect(eax() | 0).toBe(-COUNT);
  });

  it('is taken when it comes to stand there, though other code has run there', () => {
    const { bytes, run, translationAt } = createMachine(kept);
    bytes(CODE, ...countingDown);
    run(CODE, FEW);
    bytes(CODE, ...counting);
    run(CODE, 1000);
    expect(translationAt(LOOP)?.entered).toBeGreaterThan(0);
  });

  it('stops at a breakpoint that is there already', () => {
    const { bytes, run, cpu } = createMachine(kept);
    bytes(CODE, ...counting);
    cpu.setBreakpoints({
      ...{ linear: [LOOP + 1], physical: [] },
      near: (at) => at === LOOP + 1,
      matches: (at) => at === LOOP + 1,
    });
    expect(run(CODE, 10_000)).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(LOOP + 1);
  });

  it('runs without it where nobody compiles ahead, or the other thread ends', () => {
    const late = createLateCompiler();
    const { bytes, run, eax } = createMachine(kept, late);
    late.fail();
    bytes(CODE, ...counting);
    expect(run(CODE, 10_000_000)).toBe(Exit.Halted);
    expect(eax()).toBe(COUNT);
  });

  it('is looked for again while it is being compiled', () => {
    const late = createLateCompiler();
    const { bytes, run, translationAt } = createMachine(kept, late);
    bytes(CODE, ...counting);
    run(CODE, FEW);
    expect(translationAt(LOOP)).toBeUndefined();
    expect(late.idle).toBe(true);
    expect(late.deliver()).toBe(true);
    run(-1, 1000);
    expect(translationAt(LOOP)?.entered).toBeGreaterThan(0);
  });

  it('leaves no place behind when it is recalled anew before it is there', () => {
    const late = createLateCompiler();
    const { bytes, run, cpu, translationAt } = createMachine(kept, late);
    cpu.recallRegions(kept);
    cpu.recallRegions(NOTHING);
    while (late.deliver());
    bytes(CODE, ...counting);
    run(CODE, 10_000);
    expect(late.deliver()).toBe(true);
    run(-1, 100);
    expect(translationAt(LOOP)?.place).toBe(0);
  });

  /** What a machine asks to be made ready, and where its translation is then entered. */
  function asked(bytesKept: Uint8Array) {
    const works: Work[] = [];
    const compiler = createPromptCompiler((work) => works.push(work));
    const { bytes, run, translationAt, cpu, eax } = createMachine(bytesKept, compiler);
    bytes(CODE, ...counting);
    run(CODE, FEW);
    expect(translationAt(LOOP)?.entered).toBeGreaterThan(0);
    run(-1, 10_000_000);
    expect(eax()).toBe(COUNT);
    return { kinds: works.map((work) => Object.keys(work)[0]), kept: cpu.keptRegions() };
  }

  it('is not translated again', () => {
    expect(translatorNumber()).not.toBe(0);
    expect(asked(kept)).toEqual({ kinds: ['objects'], kept: undefined });
  });

  it('is translated again where another translator has made it, and kept then', () => {
    const others = kept.slice();
    new Int32Array(others.buffer)[0]! ^= 2;
    const { kinds, kept: anew } = asked(others);
    expect(kinds).toEqual(['orders']);
    expect(anew).toEqual(kept);
  });

  it('is translated again where what was made of it is damaged', () => {
    const damaged = kept.slice();
    const [{ object } = {}] = unpackKept(damaged, translatorNumber());
    const words = new Int32Array(damaged.buffer);
    words[words.indexOf(object![5]!, 8 + unpackKept(damaged, translatorNumber())[0]!.words.length)]! ^= 1;
    expect(asked(damaged).kinds).toEqual(['orders']);
  });

  it('runs without what asks for a function that there is not', () => {
    const [region] = unpackKept(kept, translatorNumber());
    const object = region!.object!.slice();
    const bytes = new Uint8Array(object.buffer);
    const at = new TextDecoder('latin1').decode(bytes).indexOf('interpret');
    expect(at).toBeGreaterThan(0);
    bytes[at] = 'I'.charCodeAt(0);
    const forged = { ...region!, object, hash: hashOf(region!.words, object) };
    const { bytes: put, run, translationAt, eax } = createMachine(packKept([forged], translatorNumber()));
    put(CODE, ...counting);
    run(CODE, FEW);
    expect(translationAt(LOOP)).toBeUndefined();
    expect(run(-1, 10_000_000)).toBe(Exit.Halted);
    expect(eax()).toBe(COUNT);
    expect(translationAt(LOOP)).toBeDefined();
  });

  it('makes no difference to what it does, whatever is damaged of what was kept', { timeout: 60_000 }, () => {
    const random = createRandom(5);
    for (let n = 0; n < 60; n++) {
      const damaged = kept.slice();
      for (let flips = 1 + random(4); flips > 0; flips--) damaged[random(damaged.length)]! ^= 1 << random(8);
      const { bytes, run, cpu, eax } = createMachine(damaged);
      bytes(CODE, ...counting);
      expect(run(CODE, 10_000_000)).toBe(Exit.Halted);
      expect([eax(), branchCount(cpu.views), cpu.now()]).toEqual([COUNT, COUNT - 1, 3 * COUNT + 2]);
    }
  });
});

describe('what is kept', () => {
  it('is what was made, without what its instructions have learnt since', () => {
    const late = createLateCompiler();
    const { bytes, run, cpu, translationAt } = createMachine(NOTHING, late);
    bytes(CODE, ...counting);
    run(CODE, 10_000);
    // `inc eax` turns out to be one that leaves, while it is compiled as one that does not.
    cpu.blockAt(LOOP)!.insns[0]!.specials = 3;
    expect(late.deliver()).toBe(true);
    run(-1, 100);
    expect(translationAt(LOOP)).toBeDefined();
    const [{ words } = {}] = unpackKept(cpu.keptRegions()!, translatorNumber());
    const [{ words: before } = {}] = unpackKept(learn(counting), translatorNumber());
    expect(words).toEqual(before);
  });

  it('is nothing where nobody has asked for it, or nothing was translated that was not', () => {
    const machine = createBareMachine({}, 'max', 'jit', createPromptCompiler());
    machine.bytes(CODE, ...counting);
    machine.run(CODE, 10_000_000);
    expect(machine.cpu.keptRegions()).toBeUndefined();
    expect(learn(counting, CODE, learn(counting))).toBe(NOTHING);
  });

  it('is also what some runs have not used, but not for ever', () => {
    const entriesOf = (kept: Uint8Array) =>
      unpackKept(kept, translatorNumber()).map(({ words, age }) => [words[7], age]);
    let kept = learn(counting);
    const ages: number[] = [];
    for (let n = 1; n <= 4; n++) {
      kept = learn(counting, CODE + n * 0x1000, kept);
      ages.push(...entriesOf(kept).flatMap(([physical, age]) => (physical === LOOP ? [age!] : [])));
      expect(entriesOf(kept)[0]).toEqual([LOOP + n * 0x1000, 0]);
    }
    expect(ages).toEqual([1, 2, 3]);
  });
});
