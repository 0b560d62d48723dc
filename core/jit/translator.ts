/**
 * The fast tier: counts how often blocks run, translates the hot ones and their surroundings, and runs translations.
 *
 * A translation is entered only where the interpreter would begin a block, with enough instructions left for its longest way
 * to the next look at the count; it stops between two instructions with the whole state in place. So the machine cannot
 * tell which tier has run: counts, faults, records of branches and the moments of interrupts are those of the interpreter.
 */
import type { Block, CodeCache, Derived } from '../cpu/decode/code-cache.ts';
import type { Faults } from '../cpu/interrupts/fault.ts';
import { SUPERVISOR_READ, USER_READ } from '../cpu/paging/mmu.ts';
import {
  ALIGN,
  BLOCK_EIP,
  BREAK,
  BUDGET,
  COMMITTED,
  CPL,
  DEBUG_HITS,
  Double,
  EIP,
  EXTRA,
  FLAT,
  FS,
  INDEX,
  JIT_LEFT,
  MID_REP,
  UNLIMITED,
  type Views,
} from '../cpu/state.ts';
import { PAGE_SIZE, RAM_BASE } from '../memory/layout.ts';
import type { Softfloat } from '../softfloat/softfloat.ts';
import { discover } from './discover.ts';
import { emitRegion } from './emit/region.ts';
import type { Site } from './emit/interpreter.ts';
import { planBudget } from './passes/budget.ts';
import { markLiveFlags } from './passes/flag-liveness.ts';
import { structure } from './passes/structure.ts';
import type { Mode, Region } from './region.ts';
import type { TranslatorOptions } from './tier.ts';

/** ES, CS, SS and DS, as bits of FLAT. */
const NEEDED_FLAT = 0xf;
/** Rights of the page tables in a TLB word, and no-execute. */
const RIGHTS = 8;
const NO_EXECUTE = 0x40;

interface Translation extends Derived {
  readonly eip: number;
  readonly mode: number;
  /** Instructions that must be left when it is entered. */
  readonly cost: number;
  /** Runs at most so many instructions and returns how many are left. */
  readonly run: (left: number) => number;
}

/** What came of running a translation. */
export const Outcome = {
  Advanced: 0,
  /** Its first instruction is for the interpreter: nothing has run. */
  Nothing: 1,
  /** The last instruction, which is counted, has raised the fault in `faults.fault`. */
  Fault: 2,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export interface Translator {
  /** The translation of a block that is about to begin at EIP, if it may be run now. Counts the block, and translates it when it is hot. */
  find(block: Block, remaining: number): Translation | undefined;
  /** Runs it. Time has passed when it returns. */
  run(translation: Translation, remaining: number): Outcome;
}

/**
 * @param noteBranch records the branch that the state has just taken from a linear address
 * @param memory of the machine
 * @param softfloat over that memory: translated code calls it
 */
export function createTranslator(
  views: Views,
  memory: WebAssembly.Memory,
  cache: CodeCache,
  faults: Faults,
  noteBranch: (from: number) => void,
  softfloat: Softfloat,
  options: TranslatorOptions,
): Translator {
  const { state, doubles, tlb } = views;
  const { threshold } = options;
  const pages = memory.buffer.byteLength / 0x1_0000;
  /** Time and budget when the present translation was entered. */
  let enteredAt = 0;
  let enteredWith = 0;
  let faulted = false;

  const modeNow = () => ((state[UNLIMITED] >> FS) & 3) | (state[CPL] === 3 ? 4 : 0);
  const isFlat = () => (state[FLAT] & NEEDED_FLAT) === NEEDED_FLAT && state[ALIGN] === 0;

  /** The decoded block at an EIP whose page the TLB has: nothing is walked, nothing changes. */
  function findBlock(eip: number, user: boolean): Block | undefined {
    const entry = tlb[eip >>> 12];
    const right = (user ? USER_READ : SUPERVISOR_READ) << RIGHTS;
    if ((entry & (right | NO_EXECUTE)) !== right) return undefined;
    const block = cache.find(((entry & -PAGE_SIZE) + eip - RAM_BASE) >>> 0, true);
    return block?.breakpoint === false ? block : undefined;
  }

  /** Calls the handler of an instruction for translated code. @returns 0 to go on */
  function interpret({ insn, eip, last }: Site, mode: number): number {
    doubles[Double.Retired] = enteredAt + (enteredWith - state[JIT_LEFT]);
    state[INDEX] = 0;
    state[BUDGET] = state[JIT_LEFT];
    state[BREAK] = 0;
    state[BLOCK_EIP] = eip;
    const end = (eip + insn.end) | 0;
    state[EIP] = end;
    try {
      insn.exec(insn);
    } catch (error) {
      if (error !== faults.fault) throw error;
      state[DEBUG_HITS] = 0;
      if (state[COMMITTED] === 0) state[EIP] = eip + insn.start;
      state[COMMITTED] = 0;
      faulted = true;
      state[JIT_LEFT] -= 1 + state[EXTRA];
      state[EXTRA] = 0;
      return 1;
    }
    state[JIT_LEFT] -= 1 + state[EXTRA];
    state[EXTRA] = 0;
    if (state[EIP] !== end) {
      if (state[MID_REP] === 0) noteBranch(eip + insn.start);
      return 1;
    }
    return last || state[BREAK] !== 0 || modeNow() !== mode || !isFlat() ? 1 : 0;
  }

  function compile(region: Region, mode: number): Translation {
    const shape = structure(region);
    const budget = planBudget(region, shape);
    markLiveFlags(region, shape, budget);
    const { bytes, sites } = emitRegion(region, shape, budget, pages);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { ...softfloat, memory, interpret: (site: number) => interpret(sites[site]!, mode) },
    });
    const entry = region.blocks[0]!;
    return {
      valid: true,
      eip: entry.eip,
      mode,
      cost: budget.heads.get(entry) ?? 0,
      run: instance.exports.run as (left: number) => number,
    };
  }

  function translate(block: Block): void {
    if (!isFlat()) return;
    const number = modeNow();
    const mode: Mode = { user: (number & 4) !== 0, fs: (number & 1) !== 0, gs: (number & 2) !== 0 };
    const region = discover(state[EIP], mode, (eip) => findBlock(eip, mode.user), options);
    if (region?.blocks[0]?.source !== block) return;
    const translation = compile(region, number);
    for (const { source } of region.blocks) (source.derived ??= []).push(translation);
    block.translation = translation;
  }

  /** State of the die of mixed runs (xorshift, Marsaglia 2003). */
  let die = options.mixed ?? 0;
  function interpreterWins(): boolean {
    die ^= die << 13;
    die ^= die >>> 17;
    die ^= die << 5;
    return (die & 1) !== 0;
  }

  return {
    find(block, remaining) {
      if (block.translation === undefined && ++block.heat === threshold) translate(block);
      const translation = block.translation as Translation | undefined;
      if (translation === undefined || (die !== 0 && interpreterWins())) return undefined;
      if (!translation.valid) {
        block.translation = undefined;
        block.heat = 0;
        return undefined;
      }
      const fits =
        translation.eip === state[EIP] &&
        translation.cost <= remaining &&
        translation.mode === modeNow() &&
        isFlat();
      return fits ? translation : undefined;
    },
    run({ run }, remaining) {
      enteredAt = doubles[Double.Retired];
      enteredWith = remaining;
      faulted = false;
      const left = run(remaining);
      doubles[Double.Retired] = enteredAt + (remaining - left);
      if (faulted) return Outcome.Fault;
      return left === remaining ? Outcome.Nothing : Outcome.Advanced;
    },
  };
}
