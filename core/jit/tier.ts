/** Which tier of the processor runs what. The machine cannot tell the difference; tests can, and look for one. */

export interface TranslatorOptions {
  /** What is not translated runs straight from its bytes, if it can. */
  readonly direct: boolean;
  /** How often a block runs before its region is found. */
  readonly threshold: number;
  /** How many instructions of regions that wait are interpreted until these are compiled. */
  readonly urgent: number;
  /** Regions that are compiled together, if none of them is urgent. */
  readonly batch: number;
  /**
   * Most instructions of a region: when it is made first, and from each growth on. Regions go on in each other by chains: one that
   * is small costs little, and where much is entered it becomes a large one.
   */
  readonly instructions: readonly number[];
  /** A block that has run less often than this is left out of regions that begin elsewhere. */
  readonly heat: number;
  /** After how many entries a translation is made anew, if more of what surrounds it has become hot. */
  readonly grow: readonly number[];
  /** What is entered so often within so many instructions is what the machine does now: it becomes a region of so many instructions. */
  readonly busy?: { readonly entries: number; readonly within: number; readonly instructions: number };
  /** How often at most the wait of code doubles that changes after it was translated. */
  readonly patience: number;
  /** How often an access misses the TLB until it fills it without leaving; and an operand is special until it is computed so. */
  readonly misses: number;
  /** Makes the interpreter take its turn at random, from this seed. */
  readonly mixed?: number;
}

export const TIERS = {
  /** Nothing is translated. */
  interpreter: undefined,
  /** Hot code is. */
  jit: {
    direct: true,
    threshold: 500,
    urgent: 2000,
    batch: 32,
    instructions: [150, 150, 400],
    heat: 16,
    grow: [1000, 300_000],
    busy: { entries: 100_000, within: 300_000_000, instructions: 1200 },
    patience: 8,
    misses: 30,
  },
  /** Nothing is, and what can be runs straight from its bytes. */
  direct: {
    direct: true,
    threshold: Infinity,
    urgent: Infinity,
    batch: 1,
    instructions: [1],
    heat: Infinity,
    grow: [],
    patience: 0,
    misses: 0,
  },
  /** All code is, before it runs for the first time. */
  eager: {
    direct: false,
    threshold: 1,
    urgent: 1,
    batch: 1,
    instructions: [800],
    heat: 1,
    grow: [10, 100],
    busy: { entries: 50, within: 5000, instructions: 1200 },
    patience: 0,
    misses: 0,
  },
  /** What has run three times is, a few regions at once: much is, in tests that run little. */
  hot: {
    direct: true,
    threshold: 4,
    urgent: 100,
    batch: 12,
    instructions: [400],
    heat: 1,
    grow: [200],
    busy: { entries: 100, within: 10_000, instructions: 800 },
    patience: 3,
    misses: 3,
  },
  /** What has run some times is, as much as possible at once: for many short programs. */
  batched: {
    direct: true,
    threshold: 6,
    urgent: 150,
    batch: 100,
    instructions: [400],
    heat: 1,
    grow: [],
    patience: 3,
    misses: 0,
  },
  /** Either tier runs a block, by the throw of a die. */
  mixed: {
    direct: true,
    threshold: 1,
    urgent: 1,
    batch: 1,
    instructions: [100],
    heat: 1,
    grow: [5],
    patience: 0,
    misses: 0,
    mixed: 1,
  },
} as const satisfies Record<string, TranslatorOptions | undefined>;
export type Tier = keyof typeof TIERS;

/** The tier of machines that ask for none. */
export const USUAL_TIER: Tier = 'jit';
