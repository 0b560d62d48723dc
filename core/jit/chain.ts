/**
 * Chains: a region that is left for code that is not its own goes on in the translation of that code, without the way back through
 * the processor's loop.
 *
 * A table in the machine's memory, a slot for each hash of an EIP, says which translations are entered so. The region has put its
 * state in place and ends with a tail call of `emitChain`'s function; if the slot is for another EIP or mode, or the page is not
 * mapped as it was, that returns and the processor's loop goes on. A page that the TLB does not know, as after each switch of
 * address spaces, is looked up first. So only what is entered often stands there, and nothing
 * at all while somebody wants to see every block before it runs.
 */
import { KERNEL_NEWS, NO_EXECUTE, RIGHTS, SUPERVISOR_READ, USER_NEWS, USER_READ } from '../cpu/paging/tlb.ts';
import { CPL, EIP, FS, GOES_DIRECTLY, JIT_EXIT, UNLIMITED } from '../cpu/state.ts';
import { CHAIN_BASE, PAGE_SIZE, RAM_BASE, TLB_BASE } from '../memory/layout.ts';
import { RETURNED, UNKNOWN } from './exit.ts';
import { FS_UNLIMITED, GS_UNLIMITED, USER } from './mode.ts';
import type { Translation } from './translation.ts';
import { Code } from './wasm/code.ts';
import { Op } from './wasm/opcodes.ts';

/**
 * Slots of the table, a power of 2, and words of one. Two of them, which lie in one cache line, are for the same hashes: of tens of thousands of
 * translations many meet.
 */
const SLOTS = 0x8000;
const WORDS = 8;
const SLOT_BYTES = WORDS * 4;

/** Words of a slot. */
const Slot = {
  Eip: 0,
  Mode: 1,
  ModeMask: 2,
  Page: 3,
  PageMask: 4,
  Place: 5,
  Times: 6,
  Cost: 7,
} as const;
const NO_MODE = -1;
/** Behind so many entries the translation is looked at again: whether it is used is seen by that. */
const MOST_TIMES = 1_000_000;

/** Multiplied by this, neighbours are far apart: the golden ratio of 2^32. */
const SPREAD = 0x9e37_79b1;
const SHIFT = 32 - Math.log2(SLOTS);
/** The slot in which a translation stands, or the one beside it (its number with another lowest bit). */
export const slotOf = (eip: number) => Math.imul(eip, SPREAD) >>> SHIFT;

/** Which bits of the TLB's word of a page tell that code lies where it did and may be executed unasked, and how they are then. */
export function pageOf(eip: number, physical: number, user: boolean) {
  const right = (user ? USER_READ : SUPERVISOR_READ) << RIGHTS;
  const distance = (RAM_BASE + (physical & -PAGE_SIZE) - (eip & -PAGE_SIZE)) | 0;
  const mask = -PAGE_SIZE | right | NO_EXECUTE | (user ? USER_NEWS : KERNEL_NEWS);
  return { mask, word: distance | right };
}

/** `return_call` is a later part of WebAssembly: (func (param i32) (result i32) local.get 0 return_call 0). */
const TAIL_CALL = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
  ...[3, 2, 1, 0, 10, 8, 1, 6, 0, 0x20, 0, 0x12, 0, 0x0b],
);
/** Does the engine call in tail position without growing the stack? If not, there are no chains. */
export const hasTailCalls = (): boolean => WebAssembly.validate(TAIL_CALL);

/** `modeNow`, where something is translated at all. */
function emitModeNow(code: Code): void {
  load(code, UNLIMITED);
  code.const(FS);
  code.op(Op.i32ShrU);
  code.const(FS_UNLIMITED | GS_UNLIMITED);
  code.op(Op.i32And);
  code.const(USER);
  code.const(0);
  load(code, CPL);
  code.op(Op.select, Op.i32Or);
}
function load(code: Code, word: number): void {
  code.const(0);
  code.memory(Op.i32Load, word * 4);
}

/** What the gate calls, by their indices: the signature of the functions in the table, and two of `Passed`. */
export interface ChainImports {
  readonly run: number;
  readonly refillFetch: number;
  readonly learn: number;
  /** `Direct.exported`, and what it calls hot; undefined: what is not translated is the processor's. */
  readonly direct: { readonly index: number; readonly hot: number } | undefined;
}

/**
 * The function (instructions left, EIP) -> instructions left. If there is no translation to go on in, code runs straight from its bytes up
 * to one: so what becomes hot together with what does not is left for the processor's loop only by what neither can do.
 */
export function emitChain({ run, refillFetch, learn, direct }: ChainImports): Code {
  const code = new Code(2);
  const [left, eip] = [0, 1];
  const slot = code.local();
  const times = code.local();
  const outcome = code.local();
  const count = code.local();
  const field = (word: number) => {
    code.get(slot);
    code.memory(Op.i32Load, CHAIN_BASE + word * 4);
  };
  const storeState = (word: number, value: () => void) => {
    code.const(0);
    value();
    code.memory(Op.i32Store, word * 4);
  };
  /** Is the code not where it was, by the TLB's word on the stack? */
  const isElsewhere = () => {
    field(Slot.PageMask);
    code.op(Op.i32And);
    field(Slot.Page);
    code.op(Op.i32Ne);
  };
  const giveUp = () => {
    code.if();
    code.get(left);
    code.op(Op.return);
    code.end();
  };
  const again = code.loop();
  const cold = code.block();
  code.get(eip);
  code.const(SPREAD | 0);
  code.op(Op.i32Mul);
  code.const(SHIFT);
  code.op(Op.i32ShrU);
  code.const(Math.log2(SLOT_BYTES));
  code.op(Op.i32Shl);
  code.tee(slot);
  // The one beside it, if it is another one's.
  field(Slot.Eip);
  code.get(eip);
  code.op(Op.i32Ne);
  code.const(Math.log2(SLOT_BYTES));
  code.op(Op.i32Shl, Op.i32Xor);
  code.set(slot);
  field(Slot.Eip);
  code.get(eip);
  code.op(Op.i32Eq);
  emitModeNow(code);
  field(Slot.ModeMask);
  code.op(Op.i32And);
  field(Slot.Mode);
  code.op(Op.i32Eq, Op.i32And);
  field(Slot.Times);
  code.tee(times);
  code.const(0);
  code.op(Op.i32GtS, Op.i32And, Op.i32Eqz);
  code.branchIf(cold);
  code.get(eip);
  code.const(12);
  code.op(Op.i32ShrU);
  code.const(2);
  code.op(Op.i32Shl);
  code.memory(Op.i32Load, TLB_BASE);
  isElsewhere();
  code.if();
  // What is fetched without an instruction to run would not be so by the interpreter.
  code.get(left);
  field(Slot.Cost);
  code.op(Op.i32LtS);
  code.branchIf(cold);
  code.get(eip);
  code.const(0);
  load(code, CPL);
  code.op(Op.i32Ne);
  code.call(refillFetch);
  isElsewhere();
  code.branchIf(cold);
  code.end();
  code.get(slot);
  code.get(times);
  code.const(1);
  code.op(Op.i32Sub);
  code.memory(Op.i32Store, CHAIN_BASE + Slot.Times * 4);
  storeState(JIT_EXIT, () => {
    code.const(RETURNED);
  });
  code.get(left);
  field(Slot.Place);
  code.returnCallIndirect(run);
  code.end();

  if (direct) goDirectly(direct);
  code.end();
  code.get(left);
  return code;

  /** Runs what has no translation, and looks again if something hot is next. */
  function goDirectly({ index, hot }: NonNullable<typeof direct>): void {
    // Nothing is fetched without an instruction to run.
    load(code, GOES_DIRECTLY);
    code.op(Op.i32Eqz);
    code.get(left);
    code.const(0);
    code.op(Op.i32LeS, Op.i32Or);
    giveUp();
    load(code, JIT_EXIT);
    code.const(UNKNOWN);
    code.op(Op.i32GeS);
    code.if();
    code.call(learn);
    code.op(Op.drop);
    code.end();
    storeState(EIP, () => {
      code.get(eip);
    });
    storeState(JIT_EXIT, () => {
      code.const(RETURNED);
    });
    code.get(left);
    code.get(left);
    code.const(hot);
    code.const(0);
    code.call(index);
    code.tee(outcome);
    code.const(1);
    code.op(Op.i32ShrU);
    code.tee(count);
    code.op(Op.i32Sub);
    code.set(left);
    load(code, EIP);
    code.set(eip);
    // What is hot at once and has no translation, or one that may not be entered so, is the processor's.
    code.get(outcome);
    code.const(1);
    code.op(Op.i32And);
    code.get(count);
    code.const(0);
    code.op(Op.i32GtS, Op.i32And);
    code.branchIf(again);
  }
}

export interface Chain {
  /** From now on regions go on in a translation by themselves, at most so many times. */
  link(translation: Translation, times: number): void;
  /** Counts what was entered by chains since the last look. */
  settle(translation: Translation): void;
  /** Nothing is linked any more. */
  clear(): void;
}

export function createChain(memory: WebAssembly.Memory): Chain {
  const words = new Int32Array(memory.buffer, CHAIN_BASE, SLOTS * WORDS);
  const linked: (Translation | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  /** By the even slot of a pair. */
  const latest = new Uint8Array(SLOTS);
  /** The slots that are taken. */
  const taken = new Set<number>();
  for (let slot = 0; slot < SLOTS; slot++) words[slot * WORDS + Slot.Mode] = NO_MODE;

  function empty(slot: number): void {
    const translation = linked[slot];
    if (!translation) return;
    settle(translation);
    translation.slot = undefined;
    translation.unlink = undefined;
    translation.granted = 0;
    words[slot * WORDS + Slot.Mode] = NO_MODE;
    linked[slot] = undefined;
    taken.delete(slot);
  }
  function settle(translation: Translation): void {
    if (translation.slot === undefined) return;
    const times = words[translation.slot * WORDS + Slot.Times]!;
    translation.entered += translation.granted - times;
    translation.granted = times;
  }
  /** The slot for an EIP: of two that others have, the one that was not taken last. */
  function slotFor(eip: number): number {
    const first = slotOf(eip) & ~1;
    const pair = [first, first + 1];
    const own = pair.find((slot) => linked[slot]?.eip === eip) ?? pair.find((slot) => !linked[slot]);
    const slot = own ?? first + 1 - latest[first]!;
    latest[first] = slot - first;
    return slot;
  }
  return {
    link(translation, times) {
      const { eip, mode, place, region, cost } = translation;
      const { source } = region.blocks[0]!;
      const slot = slotFor(eip);
      empty(slot);
      const { mask, word } = pageOf(eip, source.physical, mode.user);
      translation.granted = Math.min(times, MOST_TIMES);
      words.set([eip, mode.number, mode.mask, word, mask, place, translation.granted, cost], slot * WORDS);
      linked[slot] = translation;
      translation.slot = slot;
      translation.unlink = () => {
        empty(slot);
      };
      taken.add(slot);
    },
    settle,
    clear() {
      for (const slot of taken) empty(slot);
    },
  };
}
