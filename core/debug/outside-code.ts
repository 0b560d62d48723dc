/**
 * Code outside of the pages that a client knows: kernels that have moved themselves, modules, programs. The processor asks where the
 * TLB says so, which has it from two tables with a place for each linear page: who watches it, and which frame was no news
 * there. So code is asked about once while it stays mapped where it is, and runs at full speed from then on.
 */
import { Watched, type WatchedPages } from '../cpu/env.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import type { CatchSpec } from '../protocol/debug-protocol.ts';

type OutsideSpec = Extract<CatchSpec, { readonly pages: 'outside' }>;

/** How often one frame of a page is told: code that is written again and again would never end. */
const MOST_TOLD = 16;
/** The same of all frames of a page: so many programs that begin there are looked at. */
const MOST_FRAMES = 256;
const LINEAR_PAGES = 1 << 20;

export interface OutsideCode {
  /** What is watched while a coroutine owns the CPU; `undefined` when nobody waits then. */
  pagesOf(owner: CoroutineId): WatchedPages | undefined;
  /** Which pages were told stays with the ids that come back. */
  replace(specs: readonly OutsideSpec[]): void;
  /** Does somebody wait for what a ring of a coroutine executes? @param user ring 3 */
  concerns(spec: OutsideSpec, owner: CoroutineId, user: boolean): boolean;
  /** Is code at an address of a frame news? @param fresh other code has come into the frame */
  isNews(spec: OutsideSpec, linear: number, frame: number, fresh: boolean): boolean;
  /** It is told now. */
  tell(spec: OutsideSpec, linear: number, frame: number): void;
}

/** How often what was told. */
interface Told {
  /** By page and frame. */
  readonly mappings: Map<number, number>;
  /** By page. */
  readonly pages: Map<number, number>;
}

/** Is the page of an address known as a whole? */
const isKnown = ({ known }: OutsideSpec, linear: number): boolean => {
  const page = (linear & -0x1000) >>> 0;
  return known.some(([start, end]) => page >= start && page + 0x1000 <= end);
};

/** Who executes code: the rings of kernels, and that of programs. */
const RINGS = [Watched.Kernel, Watched.User] as const;
const isOfRing = ({ ring }: OutsideSpec, watched: Watched): boolean =>
  ring === undefined || (ring === 3) === (watched === Watched.User);

/** `WatchedPages.watched`. Only pages of ranges are gone through one by one, for there are a million. */
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
  let tables = new Map<CoroutineId, WatchedPages>();
  let specs: readonly OutsideSpec[] = [];
  /** By id of a spec. */
  let told = new Map<number, Told>();
  const isOwners = ({ coroutine }: OutsideSpec, owner: CoroutineId) =>
    coroutine === -1 || coroutine === owner;
  const mappingOf = (linear: number, frame: number) => frame * LINEAR_PAGES + (linear >>> 12);
  return {
    pagesOf(owner) {
      const concerned = specs.filter((spec) => isOwners(spec, owner));
      if (concerned.length === 0) return undefined;
      let table = tables.get(owner);
      if (!table) {
        table = { watched: unknownPages(concerned), known: new Uint32Array(LINEAR_PAGES) };
        tables.set(owner, table);
      }
      return table;
    },
    replace(next) {
      specs = next;
      told = new Map(specs.map(({ id }) => [id, told.get(id) ?? { mappings: new Map(), pages: new Map() }]));
      tables = new Map();
    },
    concerns: (spec, owner, user) =>
      isOwners(spec, owner) && isOfRing(spec, user ? Watched.User : Watched.Kernel),
    isNews(spec, linear, frame, fresh) {
      const { mappings, pages } = told.get(spec.id)!;
      const times = mappings.get(mappingOf(linear, frame));
      const again =
        times === undefined ? (pages.get(linear >>> 12) ?? 0) < MOST_FRAMES : fresh && times < MOST_TOLD;
      return again && !isKnown(spec, linear);
    },
    tell(spec, linear, frame) {
      const { mappings, pages } = told.get(spec.id)!;
      const mapping = mappingOf(linear, frame);
      mappings.set(mapping, (mappings.get(mapping) ?? 0) + 1);
      pages.set(linear >>> 12, (pages.get(linear >>> 12) ?? 0) + 1);
    },
  };
}
