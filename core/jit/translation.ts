/** A region that has been compiled. */
import type { Block, Derived } from '../cpu/decode/code-cache.ts';
import type { Made, Sequence } from './compile.ts';
import type { Site } from './emit/interpreter.ts';
import type { Exit } from './exit.ts';
import type { Mode } from './mode.ts';
import type { FoundRegion } from './region.ts';

/** A module and what was made in it. */
export interface Batch {
  readonly bytes: number;
  readonly translations: readonly Translation[];
  /** When one of its translations was entered last, as a count of such looks. */
  used: number;
}

export class Translation implements Derived {
  valid = true;
  readonly eip: number;
  readonly mode: Mode;
  /** The ways out of it, by number. */
  readonly exits: Sequence<Exit>;
  /** Where it calls the interpreter, by number. */
  readonly sites: Sequence<Site>;
  /** Instructions that must be left when it is entered. */
  readonly cost: number;
  /** How often it was entered: `Chain.settle` adds what chains did. */
  entered = 0;
  /** How often it may be entered by chains until the next look at that, of what was granted. */
  granted = 0;
  /** How often it had been entered when that was granted, and how many instructions had run. */
  enteredBefore = 0;
  grantedAt = -Infinity;
  /** It is to be made anew, with what has been learnt, and runs until then. */
  outdated = false;
  /** The guard of a step that was asked about it last; negative if it was refused. */
  guard = 0;
  /** By which count of changes it was looked whether the machine may stop in it; negative if it may. */
  stops = 0;
  /** How often it could not be run since, for either reason. */
  refused = 0;
  /** Where it stands among what chains go on to, while it is there, and what takes it out. */
  slot: number | undefined;
  unlink: (() => void) | undefined;

  constructor(
    readonly region: FoundRegion,
    made: Made,
    /** Its place in the table of functions. */
    readonly place: number,
    readonly batch: Batch,
  ) {
    this.exits = made.exits;
    this.sites = made.sites;
    this.cost = made.cost;
    this.eip = region.blocks[0]!.eip;
    this.mode = region.mode;
  }

  get entry(): Block {
    return this.region.blocks[0]!.source;
  }

  /** Its next entry is looked at. */
  outdate(): void {
    this.outdated = true;
    this.unlink?.();
  }

  discard(): void {
    this.valid = false;
    this.unlink?.();
  }
}
