/**
 * From regions to a module of WebAssembly. Nothing of the machine is looked at: whatever thread does it, the same regions become the
 * same module.
 */
import { RING_PARAMETERS } from '../cpu/rings/rings.ts';
import { hasTailCalls } from './chain.ts';
import type { Site } from './emit/interpreter.ts';
import { emitRegion } from './emit/region.ts';
import type { Exit } from './exit.ts';
import { liftRegion } from './lift-region.ts';
import { link, type Linked, MOST_SITES } from './link.ts';
import { createSymbols, type ObjectCode } from './object-code.ts';
import { packObject } from './object-words.ts';
import { packOrder } from './parcel.ts';
import { planBudget } from './passes/budget.ts';
import { markLiveFlags } from './passes/flag-liveness.ts';
import { structure } from './passes/structure.ts';
import type { FoundRegion } from './region.ts';
import { CHAIN, PASSED, words } from './signatures.ts';
import { SERVICE_PARAMETERS } from './services.ts';
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
export interface TranslatedRegion {
  readonly made: Made;
  readonly code: ObjectCode;
}

/** What came of orders, in their order. */
export interface Compiled extends Pick<Linked, 'module' | 'bytes'> {
  readonly made: readonly Made[];
  /** To be kept. */
  readonly records: Sequence<TranslationRecord>;
}
/** What was made, and of what: as words, by `packObject` and `packOrder`. What the order's instructions learn later is part of neither. */
export interface TranslationRecord {
  readonly order: Int32Array;
  readonly object: Int32Array;
}
export interface Compilation extends Compiled, Linked {
  readonly translated: readonly TranslatedRegion[];
}

export function translate(found: FoundRegion): TranslatedRegion {
  const region = liftRegion(found);
  const shape = structure(region);
  const budget = planBudget(region, shape);
  markLiveFlags(region, shape, budget);
  const sites: Site[] = [];
  const { symbols, numberOf } = createSymbols();
  const symbol = (name: string, parameters: number | readonly ValueType[], results: number) =>
    numberOf(name, typeof parameters === 'number' ? words(parameters) : parameters, words(results));
  const { code, exits } = emitRegion(region, shape, budget, {
    interpret: symbol('interpret', PASSED.interpret, 1),
    addSite: (site) => sites.push(site) - 1,
    softfloat: symbol,
    ring: (name) => symbol(name, RING_PARAMETERS[name], 1),
    service: (name) => symbol(name, SERVICE_PARAMETERS[name], 1),
    chain: hasTailCalls() ? numberOf('chain', CHAIN.parameters, CHAIN.results) : undefined,
  });
  if (sites.length > MOST_SITES) throw new Error(`A region has ${sites.length} calls of the interpreter.`);
  const { bytes: body, gaps } = code.body();
  return {
    made: { exits, sites, cost: budget.heads.get(region.blocks[0]!) ?? 0 },
    code: { body, gaps, symbols },
  };
}

export function compile(orders: readonly Order[]): Compilation {
  const translated = orders.map(({ region }) => translate(region));
  return {
    ...link(translated.map(({ code }, n) => ({ code, place: orders[n]!.place }))),
    translated,
    made: translated.map(({ made }) => made),
    records: {
      length: orders.length,
      at(n) {
        const [order, one] = [orders[n], translated[n]];
        return order && one && { order: packOrder(order), object: packObject(order.region, one) };
      },
    },
  };
}
