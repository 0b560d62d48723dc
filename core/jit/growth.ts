/**
 * How large the region of a block may be. What is entered often is looked at again, for what was cold around it may have become hot; what is
 * entered all the time is what the machine does now, and becomes a large region, of which there cannot be many.
 */
import type { Block } from '../cpu/decode/code-cache.ts';
import type { TranslatorOptions } from './tier.ts';
import type { Translation } from './translation.ts';

/** In place of a count of looks: it has been found to be busy. */
const BUSY = Infinity;

export interface Growth {
  /** Is its region to be looked for again? Counts the look. */
  look(translation: Translation): boolean;
  /** May regions go on in regions that are there already, and not take their code in? */
  isSmall(block: Block): boolean;
  isBusy(block: Block): boolean;
  /** Most instructions of the region of a block: now, and of one that is not found to be busy. */
  most(block: Block): number;
  usual(block: Block): number;
  /** Something of it has changed: it grows as any other. */
  forget(block: Block): void;
  /** A translation may be entered unseen from now on. @returns how often, until it is to be looked at */
  grant(translation: Translation): number;
}

/** @param retired how many instructions have run */
export function createGrowth(
  { grow, instructions, busy }: Pick<TranslatorOptions, 'grow' | 'instructions' | 'busy'>,
  retired: () => number,
): Growth {
  const isBusy = ({ looks }: Block) => looks === BUSY;
  const growsAt = ({ entry }: Translation) => grow[entry.looks] ?? Infinity;
  const usual = ({ looks }: Block) => instructions[Math.min(looks, instructions.length - 1)]!;
  /** Was it entered so often, so soon after that was granted? */
  function hasBecomeBusy({ entry, entered, enteredBefore, grantedAt }: Translation): boolean {
    if (!busy || isBusy(entry)) return false;
    return entered - enteredBefore >= busy.entries && retired() - grantedAt <= busy.within;
  }
  return {
    look(translation) {
      const { entry } = translation;
      if (hasBecomeBusy(translation)) entry.looks = BUSY;
      else if (translation.entered >= growsAt(translation)) entry.looks++;
      else return false;
      return true;
    },
    isSmall: ({ looks }) => looks < grow.length,
    isBusy,
    most: (block) => (busy && isBusy(block) ? busy.instructions : usual(block)),
    usual,
    forget(block) {
      block.looks = 0;
    },
    grant(translation) {
      const { entered, entry } = translation;
      translation.enteredBefore = entered;
      translation.grantedAt = retired();
      return Math.min(growsAt(translation) - entered, busy && !isBusy(entry) ? busy.entries : Infinity);
    },
  };
}
