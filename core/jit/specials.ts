/**
 * How translated code treats floating point that is special: denormals, NaNs, and a control register under which WebAssembly's operations do not
 * do, as it is in a new process until a result was inexact for the first time (`emit/vectors.ts`).
 *
 * At first it leaves the region before such an instruction. If that is often, the next translation calls the soft-float core in place, as long as
 * the control register is special; without that call everything runs faster, so a region that is entered when the register has become usual is
 * made without it once more. If its operands are special again and again, the call is there to stay.
 */
import type { Insn } from '../cpu/decode/insn.ts';

/** @param many how often is often: `TranslatorOptions.misses` */
export function usesCore({ specials }: Pick<Insn, 'specials'>, many: number): boolean {
  return isForNow({ specials }, many) || specials >= 3 * many;
}
/** Only until the control register is usual. */
export const isForNow = ({ specials }: Pick<Insn, 'specials'>, many: number): boolean =>
  specials >= many && specials < 2 * many;
/** The count of an instruction that had the call for some time. */
export const withoutCore = (many: number): number => 2 * many;
