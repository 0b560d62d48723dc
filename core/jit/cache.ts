/**
 * Translations as functions of WebAssembly: compiles them in batches, keeps them callable, and throws the least used ones
 * away when they are too many.
 *
 * All functions stand in one table, and one small module calls them and passes their calls of the interpreter on: so the engine
 * makes the expensive passages between JavaScript and WebAssembly once, not for each module. A batch of regions is one
 * module, for a module has a price of its own. Modules that nothing in the table points at any more are collected.
 */
import type { Direct } from '../cpu/direct/direct.ts';
import type { Rings } from '../cpu/rings/rings.ts';
import { LEAST_MEMORY } from '../memory/layout.ts';
import type { Softfloat } from '../softfloat/softfloat.ts';
import { type Chain, emitChain, hasTailCalls } from './chain.ts';
import type { Compiled, Made, Order } from './compile.ts';
import type { Site } from './emit/interpreter.ts';
import { placeOf, siteIn } from './link.ts';
import type { FoundRegion } from './region.ts';
import type { Services } from './services.ts';
import { CHAIN, PASSED, type Passed, passed, RUN, words } from './signatures.ts';
import { type Batch, Translation } from './translation.ts';
import { Code } from './wasm/code.ts';
import { ModuleWriter } from './wasm/module.ts';

/** Most bytes of modules that are kept; the engine's own code is some times larger. */
const MOST_BYTES = 32 << 20;
/** Most modules: each costs the engine memory of its own, and address space. */
const MOST_MODULES = 2000;
/** Places of the table to begin with. */
const PLACES = 1024;

/** A module whose functions can be made callable. */
export interface OpenBatch extends Batch {
  readonly exports: WebAssembly.Exports;
  readonly translations: Translation[];
  /** It was thrown away. */
  dropped: boolean;
}

export interface TranslationCache {
  /** A region's place, which is its own until its translation is thrown away or it is cancelled. */
  order(region: FoundRegion): Order;
  /** The same for a region that is still to be found. */
  reserve(): number;
  release(place: number): void;
  cancel(order: Order): void;
  /** Makes a module of orders callable. */
  add(orders: readonly Order[], compiled: Compiled): readonly Translation[];
  /** The same for regions one by one. */
  open(compiled: Pick<Compiled, 'module' | 'bytes'>): OpenBatch;
  make(batch: OpenBatch, region: FoundRegion, made: Made, place: number): Translation;
  clear(): void;
  /** Runs at most `left` instructions and returns how many are left. */
  enter(translation: Translation, left: number): number;
  /** Of a place in the table. */
  at(place: number): Translation;
  /** How many translations there are, and the bytes of their modules. */
  readonly size: () => { readonly translations: number; readonly bytes: number };
}

type DirectEntry = Pick<Direct, 'exported' | 'hot'>;

type Gate = Record<keyof Passed, WebAssembly.ExportValue> & {
  enter: (place: number, left: number) => number;
  /** Where the engine has tail calls. */
  readonly chain?: WebAssembly.ExportValue;
};

/** The module between JavaScript and translations. */
function createGate(
  table: WebAssembly.Table,
  memory: WebAssembly.Memory,
  functions: Passed,
  direct: DirectEntry | undefined,
): Gate {
  const writer = new ModuleWriter(LEAST_MEMORY);
  const imported = Object.entries(PASSED).map(
    ([name, parameters]) => [name, parameters, writer.importFunction(name, passed(parameters))] as const,
  );
  const goOn = direct && { index: writer.importFunction('direct', passed(3)), hot: direct.hot };
  writer.importTable('table', PLACES);
  const enter = new Code(2);
  enter.get(1);
  enter.get(0);
  enter.callIndirect(writer.signature(RUN));
  writer.exportFunction('enter', writer.addFunction({ parameters: words(2), results: words(1) }, enter));
  if (hasTailCalls()) {
    const index = (wanted: keyof Passed) => imported.find(([name]) => name === wanted)![2];
    const run = writer.signature(RUN);
    const chain = emitChain({ run, refillFetch: index('refillFetch'), learn: index('learn'), direct: goOn });
    writer.exportFunction('chain', writer.addFunction(CHAIN, chain));
  }
  for (const [name, parameters, index] of imported) {
    const pass = new Code(parameters);
    for (let n = 0; n < parameters; n++) pass.get(n);
    pass.call(index);
    writer.exportFunction(name, writer.addFunction(passed(parameters), pass));
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), {
    env: { ...functions, memory, table, ...(direct && { direct: direct.exported }) },
  });
  return exports as Gate;
}

export interface TranslationCacheParts {
  readonly memory: WebAssembly.Memory;
  /** Over the same memory: translations call it, and `rings`. */
  readonly softfloat: Softfloat;
  readonly rings: Rings;
  readonly services: Services;
  /** Where translations are entered that `enter` does not see. */
  readonly chain: Pick<Chain, 'settle'>;
  /** Runs what chains come to and is not translated. */
  readonly direct: DirectEntry | undefined;
}

/**
 * @param interpret runs the interpreter's handler; returns 0 when the translation may go on
 * @param learn as in `Passed`
 */
export function createTranslationCache(
  { memory, softfloat, rings, services, chain, direct }: TranslationCacheParts,
  interpret: (site: Site, translation: Translation) => number,
  learn: () => void,
): TranslationCache {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: PLACES });
  const byPlace: (Translation | undefined)[] = [];
  const gate = createGate(
    table,
    memory,
    {
      ...services,
      interpret(number) {
        const translation = byPlace[placeOf(number)]!;
        return interpret(translation.sites.at(siteIn(number))!, translation);
      },
      learn() {
        learn();
        return 0;
      },
    },
    direct,
  );
  const imports = { env: { ...softfloat, ...rings, ...gate, memory } };
  const freePlaces: number[] = [];
  let places = 0;
  let batches: OpenBatch[] = [];
  let bytes = 0;
  let looks = 0;

  function newPlace(): number {
    const place = freePlaces.pop() ?? places++;
    if (place >= table.length) table.grow(table.length);
    return place;
  }

  function drop(batch: OpenBatch): void {
    const { translations, bytes: size } = batch;
    batch.dropped = true;
    for (const translation of translations) {
      translation.discard();
      byPlace[translation.place] = undefined;
      table.set(translation.place, null);
      freePlaces.push(translation.place);
    }
    bytes -= size;
  }

  /** Was it entered by chains since the last look? */
  function runsInChains({ translations }: Batch): boolean {
    let runs = false;
    for (const translation of translations) {
      const { entered } = translation;
      chain.settle(translation);
      runs ||= translation.entered !== entered;
    }
    return runs;
  }

  /** Throws away what is stale, and the half that was not used for longest if there is still more than half of what may be. */
  function evict(): void {
    for (const batch of batches) if (runsInChains(batch)) batch.used = looks;
    const byUse = [...batches].sort((a, b) => b.used - a.used);
    let kept = 0;
    let modules = 0;
    batches = byUse.filter((batch) => {
      const fits = kept + batch.bytes <= MOST_BYTES / 2 && modules < MOST_MODULES / 2;
      const stays = fits && batch.translations.some(({ valid }) => valid);
      if (!stays) drop(batch);
      else {
        kept += batch.bytes;
        modules++;
      }
      return stays;
    });
  }

  function open({ module, bytes: size }: Pick<Compiled, 'module' | 'bytes'>): OpenBatch {
    if (bytes > MOST_BYTES || batches.length >= MOST_MODULES) evict();
    // The table belongs to the gate: a table that every module imports keeps them all, and costs more with each.
    const { exports } = new WebAssembly.Instance(module, imports);
    const batch: OpenBatch = { bytes: size, translations: [], used: looks, exports, dropped: false };
    bytes += size;
    batches.push(batch);
    return batch;
  }
  function make(batch: OpenBatch, region: FoundRegion, made: Made, place: number): Translation {
    const translation = new Translation(region, made, place, batch);
    batch.translations.push(translation);
    byPlace[place] = translation;
    table.set(place, batch.exports[String(place)]);
    return translation;
  }

  return {
    reserve: newPlace,
    release(place) {
      freePlaces.push(place);
    },
    open,
    make,
    order: (region) => ({ region, place: newPlace() }),
    cancel({ place }) {
      freePlaces.push(place);
    },
    add(orders, compiled) {
      const batch = open(compiled);
      return orders.map(({ region, place }, n) => make(batch, region, compiled.made[n]!, place));
    },
    clear() {
      for (const batch of batches) drop(batch);
      batches = [];
    },
    enter(translation, left) {
      translation.batch.used = ++looks;
      translation.entered++;
      return gate.enter(translation.place, left);
    },
    at: (place) => byPlace[place]!,
    size: () => ({
      translations: batches.reduce((sum, { translations }) => sum + translations.length, 0),
      bytes,
    }),
  };
}
