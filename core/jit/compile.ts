/**
 * From regions to a module of WebAssembly. Nothing of the machine is looked at: whatever thread does it, the same regions become the
 * same module.
 */
import { RING_PARAMETERS } from '../cpu/rings/rings.ts';
import { LEAST_MEMORY } from '../memory/layout.ts';
import { hasTailCalls } from './chain.ts';
import type { Site } from './emit/interpreter.ts';
import { emitRegion } from './emit/region.ts';
import type { Exit } from './exit.ts';
import { liftRegion } from './lift-region.ts';
import { planBudget } from './passes/budget.ts';
import { markLiveFlags } from './passes/flag-liveness.ts';
import { structure } from './passes/structure.ts';
import type { FoundRegion } from './region.ts';
import { CHAIN, PASSED, RUN, words } from './signatures.ts';
import { SERVICE_PARAMETERS } from './services.ts';
import { ModuleWriter, type Signature } from './wasm/module.ts';
import type { ValueType } from './wasm/opcodes.ts';

/** A region that is to be translated, and the place in the table of functions that it gets. */
export interface Order {
  readonly region: FoundRegion;
  readonly place: number;
}

/** What is looked up by its number, as in an array. */
export type Sequence<T> = Pick<readonly T[], 'length' | 'at'>;

/** What is known of a translated region beside its code. */
export interface Made {
  /** The ways out of it, by number. */
  readonly exits: Sequence<Exit>;
  /** Where it calls the interpreter, by number. */
  readonly sites: Sequence<Site>;
  /** Instructions that must be left when it is entered. */
  readonly cost: number;
}

/** The function of each region is exported by the number of its place. */
export interface Compiled {
  readonly module: WebAssembly.Module;
  /** Its size. */
  readonly bytes: number;
  /** Of the orders, in their order. */
  readonly made: readonly Made[];
}
/** The same where it is made. */
export interface Compilation extends Compiled {
  /** The functions that the module imports from `env`, by their names. */
  readonly imports: ReadonlyMap<string, Signature>;
}

/** Bits of the number of a site in its region: there are fewer sites than instructions. */
const SITE_BITS = 12;
const MOST_SITES = 1 << SITE_BITS;
/** A call of the interpreter as one number: which of the region's sites, in a place. */
const siteOf = (place: number, site: number) => (place << SITE_BITS) | site;
export const placeOf = (number: number) => number >>> SITE_BITS;
export const siteIn = (number: number) => number & (MOST_SITES - 1);

export function compile(orders: readonly Order[]): Compilation {
  const writer = new ModuleWriter(LEAST_MEMORY);
  const imports = new Map<string, Signature>();
  const indices = new Map<string, number>();
  const importOnce = (name: string, parameters: number | readonly ValueType[], results: number) => {
    const known = indices.get(name);
    if (known !== undefined) return known;
    const types = typeof parameters === 'number' ? words(parameters) : parameters;
    const signature = { parameters: types, results: words(results) };
    const index = writer.importFunction(name, signature);
    imports.set(name, signature);
    indices.set(name, index);
    return index;
  };
  const interpret = importOnce('interpret', PASSED.interpret, 1);
  const chains = hasTailCalls();
  const emitted = orders.map(({ region: found, place }) => {
    const region = liftRegion(found);
    const shape = structure(region);
    const budget = planBudget(region, shape);
    markLiveFlags(region, shape, budget);
    const sites: Site[] = [];
    const { code, exits } = emitRegion(region, shape, budget, place, {
      interpret,
      addSite: (site) => siteOf(place, sites.push(site) - 1),
      softfloat: importOnce,
      ring: (name) => importOnce(name, RING_PARAMETERS[name], 1),
      service: (name) => importOnce(name, SERVICE_PARAMETERS[name], 1),
      chain: chains ? importOnce('chain', CHAIN.parameters.length, CHAIN.results.length) : undefined,
    });
    if (sites.length > MOST_SITES) throw new Error(`A region has ${sites.length} calls of the interpreter.`);
    return { place, code, made: { exits, sites, cost: budget.heads.get(region.blocks[0]!) ?? 0 } };
  });
  // All imports come before the first function.
  for (const { place, code } of emitted) writer.exportFunction(String(place), writer.addFunction(RUN, code));
  const bytes = writer.finish();
  return {
    module: new WebAssembly.Module(bytes),
    bytes: bytes.length,
    imports,
    made: emitted.map(({ made }) => made),
  };
}
