/** From object code to a module of WebAssembly, as a linker does it. */
import { LEAST_MEMORY } from '../memory/layout.ts';
import type { ObjectCode } from './object-code.ts';
import { RUN } from './signatures.ts';
import { fillGap } from './wasm/bytes.ts';
import { type CodeGap, Gap } from './wasm/code.ts';
import { ModuleWriter, type Signature } from './wasm/module.ts';

/** The code of a region, and the place in the table of functions that it gets. */
export interface Placed {
  readonly code: ObjectCode;
  readonly place: number;
}

/** A module. The function of each region is exported by the number of its place. */
export interface Linked {
  readonly module: WebAssembly.Module;
  /** Its size. */
  readonly bytes: number;
  /** The functions that it imports from `env`, by their names. */
  readonly imports: ReadonlyMap<string, Signature>;
}

/** Bits of the number of a site in its region: there are fewer sites than instructions. */
const SITE_BITS = 12;
export const MOST_SITES = 1 << SITE_BITS;
/** A call of the interpreter as one number: which of the region's sites, in a place. */
const siteOf = (place: number, site: number) => (place << SITE_BITS) | site;
export const placeOf = (number: number) => number >>> SITE_BITS;
export const siteIn = (number: number) => number & (MOST_SITES - 1);

export function link(parts: readonly Placed[]): Linked {
  const writer = new ModuleWriter(LEAST_MEMORY);
  const imports = new Map<string, Signature>();
  const indices = new Map<string, number>();
  // All imports come before the first function.
  for (const { code } of parts)
    for (const { name, signature } of code.symbols) {
      if (indices.has(name)) continue;
      indices.set(name, writer.importFunction(name, signature));
      imports.set(name, signature);
    }
  for (const { code, place } of parts) {
    const valueOf = ({ kind, value }: CodeGap): number => {
      if (kind === Gap.Symbol) return indices.get(code.symbols[value]!.name)!;
      return kind === Gap.Site ? siteOf(place, value) : place;
    };
    const body = code.body.slice();
    for (const gap of code.gaps) fillGap(body, gap.at, valueOf(gap));
    writer.exportFunction(String(place), writer.addBody(RUN, body));
  }
  const bytes = writer.finish();
  return { module: new WebAssembly.Module(bytes), bytes: bytes.length, imports };
}
