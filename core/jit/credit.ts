/**
 * How much may be translated. A translation is paid in advance, by time of the compiler, and pays back as it runs. Code that becomes hot
 * and is not run again would never: so what is translated may cost no more than translations have saved, beside a sum to begin with. Then
 * a machine takes at most that sum longer than one that translates nothing, whatever its code does.
 */

/** What is translated costs as long as it takes to run so many instructions straight from their bytes. */
const PRICE = 1500;
/** So many instructions may be translated at the beginning, and at most so many at once however much has been saved. */
const MOST = 12_000;

export interface Credit {
  /** So many instructions have run in translations. */
  earn(instructions: number): void;
  /** So many are to be translated. */
  spend(instructions: number): void;
  /** Nothing more is to be translated now. */
  isSpent(): boolean;
  renew(): void;
}

export function createCredit(): Credit {
  let balance = MOST * PRICE;
  return {
    earn(instructions) {
      balance = Math.min(balance + instructions, MOST * PRICE);
    },
    spend(instructions) {
      balance -= instructions * PRICE;
    },
    isSpent: () => balance < 0,
    renew() {
      balance = MOST * PRICE;
    },
  };
}
