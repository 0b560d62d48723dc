/**
 * What is learnt of a translation when it is left: where its indirect branches go, and which accesses and operands the next translation had
 * better do in another way.
 */
import type { Insn } from '../cpu/decode/insn.ts';
import type { Mmu } from '../cpu/paging/mmu.ts';
import { Double, EIP, JIT_EXIT, JIT_PLACE, type Views } from '../cpu/state.ts';
import { MANY_APART } from './emit/memory.ts';
import { RETURNED, UNKNOWN } from './exit.ts';
import { insideOf } from './lift-region.ts';
import { MANY_DETOURS } from './lift.ts';
import { usesCore, withoutCore } from './specials.ts';
import type { Translation } from './translation.ts';

/** Detours are frequent when fewer instructions run between two: leaving a region and coming back takes about as long as so many. */
const SOON = 1000;

/** So many times as often as what is to be done otherwise in the next translation makes the present one worse than none. */
const MANY_MORE = 4;

export interface Lessons {
  /** Where a translation has gone that was left for code which it does not know. */
  learn(): void;
  /** The machine is where a translation was left. @returns the instructions that are left */
  leave(left: number): number;
}

/**
 * @param translationAt by its place
 * @param misses that make an access fill the TLB in place
 */
export function createLessons(
  { state, doubles, reg32, segBase }: Views,
  mmu: Pick<Mmu, 'isDetour'>,
  translationAt: (place: number) => Translation,
  misses: number,
): Lessons {
  /** When an instruction was a detour last, in instructions that have run. */
  const lastDetours = new WeakMap<Insn, number>();

  /** Whether the TLB has a page, but not for the fast way; or the access goes to two pages. The registers are as before the access. */
  function isDetour({ memory, opcode, base, idx, scale, disp, addrMask, seg }: Insn): boolean {
    // MOV from and to an absolute address has no ModRM byte.
    if (!memory && (opcode & ~3) !== 0xa0) return false;
    const offset = (reg32[base]! + (reg32[idx]! << scale) + disp) & addrMask;
    const linear = (segBase[seg]! + offset) | 0;
    return mmu.isDetour(linear);
  }

  /**
   * From the next translation on, the interpreter's handler does what is often a detour in place: but not what ends a block. The handler
   * is slower than the fast way, so only detours that follow one another soon count.
   */
  function noteDetour(translation: Translation, access: Insn, left: number): void {
    const now = doubles[Double.JitEnd] - left;
    const since = now - (lastDetours.get(access) ?? -Infinity);
    lastDetours.set(access, now);
    // The loop tries again at once, in a translation that begins there.
    if (since === 0 || since > SOON || ++access.detours < MANY_DETOURS) return;
    if (translation.region.blocks.some(({ source }) => insideOf(source).includes(access)))
      outdate(translation, access.detours, MANY_DETOURS);
  }

  /** It is made anew when that was done so many times; it runs until then, unless what is to be done otherwise is done all the time. */
  function outdate(translation: Translation, times: number, many: number): void {
    if (times >= many * MANY_MORE) translation.discard();
    else if (times >= many && !translation.outdated) translation.outdate();
  }

  /** For the next translation: in all of the region, for one special operand makes others. */
  function setSpecials(translation: Translation, count: number): void {
    for (const { source } of translation.region.blocks)
      for (const insn of source.insns) insn.specials = Math.max(insn.specials, count);
    translation.discard();
  }

  return {
    learn() {
      translationAt(state[JIT_PLACE])
        .exits.at(state[JIT_EXIT] % UNKNOWN)!
        .unknown?.noteTarget(state[EIP]);
    },
    leave(left) {
      if (state[JIT_EXIT] === RETURNED) return left;
      const translation = translationAt(state[JIT_PLACE]);
      const exit = translation.exits.at(state[JIT_EXIT] % UNKNOWN)!;
      const { eip, done, access, fillable, apart, special, usual, unknown } = exit;
      if (eip !== undefined) state[EIP] = eip;
      unknown?.noteTarget(state[EIP]);
      if (access && isDetour(access)) noteDetour(translation, access, left);
      // From the next translation on, it fills the TLB in place.
      else if (access && fillable === true) outdate(translation, ++access.misses, misses);
      // From the next one on, it looks for its page by itself.
      if (apart) outdate(translation, ++apart.apart, MANY_APART);
      if (special) {
        special.specials++;
        if (usesCore(special, misses)) setSpecials(translation, special.specials);
      }
      if (usual === true) setSpecials(translation, withoutCore(misses));
      return left - done;
    },
  };
}
