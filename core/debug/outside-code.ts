/**
 * Code outside of the ranges that a client knows: kernels that have moved themselves, modules, programs. The processor asks for a
 * page whenever it looks its code up anew, which a table with a byte for each linear page answers; only pages that somebody may
 * not know yet cost more.
 */
import { Watched } from '../cpu/env.ts';
import type { Translation } from '../jit/translation.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import type { CatchSpec } from '../protocol/debug-protocol.ts';

type OutsideSpec = Extract<CatchSpec, { readonly pages: 'outside' }>;

/** How often one page is told: code that is written again and again would never end. */
const MOST_TOLD = 16;
const LINEAR_PAGES = 1 << 20;
/** More than there are coroutines. */
const OWNERS = 1 << 10;

export interface OutsideCode {
  /** Somebody waits. */
  readonly isWaited: boolean;
  /** Of each linear page, `Watched` bits of those to whom it may be news while a coroutine owns the CPU; `undefined` when nobody waits then. */
  pagesOf(owner: CoroutineId): Uint8Array | undefined;
  /** Which pages were told stays with the ids that come back. */
  replace(specs: readonly OutsideSpec[]): void;
  /** Is code at an address news? @param fresh other code has come into its frame. @param now instructions so far */
  isNews(spec: OutsideSpec, linear: number, fresh: boolean, now: number): boolean;
  /** Is all code of a translation known to those who would be told of it? @param owner of the CPU */
  admits(translation: Translation, owner: CoroutineId): boolean;
  /** It is told now. */
  tell(spec: OutsideSpec, linear: number, now: number): void;
}

interface Told {
  readonly times: number;
  /** The last time. */
  readonly at: number;
}

const isKnown = ({ known }: OutsideSpec, linear: number): boolean =>
  known.some(([start, end]) => linear >= start && linear < end);

/** Who executes code: the rings of kernels, and that of programs. */
const RINGS = [Watched.Kernel, Watched.User] as const;
const isOfRing = ({ ring }: OutsideSpec, watched: Watched): boolean =>
  ring === undefined || (ring === 3) === (watched === Watched.User);

/** What pages of `OutsideCode` are. Only pages of ranges are gone through one by one, for there are a million. */
function unknownPages(specs: readonly OutsideSpec[]): Uint8Array {
  const pages = new Uint8Array(LINEAR_PAGES);
  const waiting = RINGS.map((watched) => ({
    watched,
    those: specs.filter((spec) => isOfRing(spec, watched)),
  }));
  pages.fill(waiting.reduce((all, { watched, those }) => (those.length > 0 ? all | watched : all), 0));
  for (const { watched, those } of waiting) {
    /** By how many a page is known: as a whole, by one of their ranges. */
    const knowers = new Uint16Array(LINEAR_PAGES);
    for (const [before, { known }] of those.entries())
      for (const [start, end] of known)
        for (let page = Math.ceil(start / 0x1000); page < Math.floor(end / 0x1000); page++) {
          if (knowers[page] !== before) continue;
          if (++knowers[page] === those.length) pages[page] &= ~watched;
        }
  }
  return pages;
}

export function createOutsideCode(): OutsideCode {
  let tables = new Map<CoroutineId, Uint8Array>();
  let specs: readonly OutsideSpec[] = [];
  /** Counts changes of what is known. */
  let version = 0;
  /** By id of a spec and page. */
  let told = new Map<number, Map<number, Told>>();
  const concerning = (owner: CoroutineId) =>
    specs.filter(({ coroutine }) => coroutine === -1 || coroutine === owner);
  const toldOf = ({ id }: OutsideSpec, linear: number) => told.get(id)?.get(linear >>> 12);
  return {
    get isWaited() {
      return specs.length > 0;
    },
    pagesOf(owner) {
      const concerned = concerning(owner);
      if (concerned.length === 0) return undefined;
      const known = tables.get(owner);
      if (known) return known;
      const table = unknownPages(concerned);
      tables.set(owner, table);
      return table;
    },
    replace(next) {
      specs = next;
      version++;
      told = new Map(specs.map(({ id }) => [id, told.get(id) ?? new Map<number, Told>()]));
      tables = new Map();
    },
    isNews(spec, linear, fresh, now) {
      const before = toldOf(spec, linear);
      // Right behind a stop its code has still to be decoded.
      const again = before === undefined || (fresh && before.at !== now && before.times < MOST_TOLD);
      return again && !isKnown(spec, linear);
    },
    admits(translation, owner) {
      // The ring is that of the translation's mode.
      const key = version * OWNERS + owner + 1;
      if (Math.abs(translation.watch) !== key) {
        const { blocks, mode } = translation.region;
        const concerned = concerning(owner).filter(
          ({ ring }) => ring === undefined || (ring === 3) === mode.user,
        );
        const all = blocks.every(({ eip }) => concerned.every((spec) => isKnown(spec, eip >>> 0)));
        translation.watch = all ? key : -key;
      }
      return translation.watch > 0;
    },
    tell(spec, linear, now) {
      const { times = 0 } = toldOf(spec, linear) ?? {};
      told.get(spec.id)?.set(linear >>> 12, { times: times + 1, at: now });
    },
  };
}
