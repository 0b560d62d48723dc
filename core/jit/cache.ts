/**
 * Translations as functions of WebAssembly: compiles them in batches, keeps them callable, and throws the least used ones
 * away when they are too many.
 *
 * All functions stand in one table, and one small module calls them and passes their calls of the interpreter on: so the engine
 * makes the expensive passages between JavaScript and WebAssembly once, not for each module. A batch of regions is one
 * module, for a module has a price of its own. Modules that nothing in the table points at any more are collected.
 */
import { RING_PARAMETERS, type Rings } from '../cpu/rings/rings.ts';
import type { Softfloat } from '../softfloat/softfloat.ts';
import { type Chain, emitChain, hasTailCalls } from './chain.ts';
import type { Site } from './emit/interpreter.ts';
import { emitRegion } from './emit/region.ts';
import { planBudget } from './passes/budget.ts';
import { markLiveFlags } from './passes/flag-liveness.ts';
import { structure } from './passes/structure.ts';
import type { Region } from './region.ts';
import { SERVICE_PARAMETERS, type Services } from './services.ts';
import { type Batch, Translation } from './translation.ts';
import { Code } from './wasm/code.ts';
import { ModuleWriter } from './wasm/module.ts';
import { Type, type ValueType } from './wasm/opcodes.ts';

/** Most bytes of modules that are kept; the engine's own code is some times larger. */
const MOST_BYTES = 32 << 20;
/** Most modules: each costs the engine memory of its own, and address space. */
const MOST_MODULES = 2000;
/** Places of the table to begin with. */
const PLACES = 1024;

export interface TranslationCache {
  /** Translates regions into one module. */
  add(regions: readonly Region[]): readonly Translation[];
  /** Makes the translations of some regions stale. */
  discard(unwanted: (region: Region) => boolean): void;
  /** Runs at most `left` instructions and returns how many are left. */
  enter(translation: Translation, left: number): number;
  /** Of a place in the table. */
  at(place: number): Translation;
  /** How many translations there are, and the bytes of their modules. */
  readonly size: () => { readonly translations: number; readonly bytes: number };
}

const words = (count: number) => new Array<ValueType>(count).fill(Type.i32);
const RUN = { parameters: [Type.i32], results: [Type.i32] };

type Passed = Services & { readonly interpret: (site: number) => number };
const PASSED: Readonly<Record<keyof Passed, number>> = { ...SERVICE_PARAMETERS, interpret: 1 };
const passed = (parameters: number) => ({ parameters: words(parameters), results: words(1) });

type Gate = Record<keyof Passed, WebAssembly.ExportValue> & {
  enter: (place: number, left: number) => number;
  /** Where the engine has tail calls. */
  readonly chain?: WebAssembly.ExportValue;
};
const CHAIN = { parameters: words(2), results: words(1) };

/** The module between JavaScript and translations. */
function createGate(table: WebAssembly.Table, memory: WebAssembly.Memory, functions: Passed): Gate {
  const writer = new ModuleWriter(pagesOf(memory));
  const imported = Object.entries(PASSED).map(
    ([name, parameters]) => [name, parameters, writer.importFunction(name, passed(parameters))] as const,
  );
  writer.importTable('table', PLACES);
  const enter = new Code(2);
  enter.get(1);
  enter.get(0);
  enter.callIndirect(writer.signature(RUN));
  writer.exportFunction(
    'enter',
    writer.addFunction({ parameters: [Type.i32, Type.i32], results: [Type.i32] }, enter),
  );
  if (hasTailCalls()) {
    const [, , refillFetch] = imported.find(([name]) => name === 'refillFetch')!;
    const chain = emitChain({ run: writer.signature(RUN), refillFetch });
    writer.exportFunction('chain', writer.addFunction(CHAIN, chain));
  }
  for (const [name, parameters, index] of imported) {
    const pass = new Code(parameters);
    for (let n = 0; n < parameters; n++) pass.get(n);
    pass.call(index);
    writer.exportFunction(name, writer.addFunction(passed(parameters), pass));
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), {
    env: { ...functions, memory, table },
  });
  return exports as Gate;
}

const pagesOf = (memory: WebAssembly.Memory) => memory.buffer.byteLength / 0x1_0000;

/**
 * @param softfloat over the same memory: translations call it, and `rings`
 * @param chain where translations are entered that `enter` does not see
 * @param interpret runs the interpreter's handler; returns 0 when the translation may go on
 */
export function createTranslationCache(
  memory: WebAssembly.Memory,
  softfloat: Softfloat,
  rings: Rings,
  services: Services,
  chain: Pick<Chain, 'settle'>,
  interpret: (site: Site) => number,
): TranslationCache {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: PLACES });
  const sites: (Site | undefined)[] = [];
  const byPlace: (Translation | undefined)[] = [];
  const gate = createGate(table, memory, { ...services, interpret: (site) => interpret(sites[site]!) });
  const freePlaces: number[] = [];
  const freeSites: number[] = [];
  let places = 0;
  let batches: Batch[] = [];
  let bytes = 0;
  let looks = 0;

  function newPlace(): number {
    const place = freePlaces.pop() ?? places++;
    if (place >= table.length) table.grow(table.length);
    return place;
  }

  function drop({ translations, sites: own, bytes: size }: Batch): void {
    for (const translation of translations) {
      translation.discard();
      byPlace[translation.place] = undefined;
      table.set(translation.place, null);
      freePlaces.push(translation.place);
    }
    for (const site of own) {
      sites[site] = undefined;
      freeSites.push(site);
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

  return {
    add(regions) {
      if (bytes > MOST_BYTES || batches.length >= MOST_MODULES) evict();
      const writer = new ModuleWriter(pagesOf(memory));
      const imported = writer.importFunction('interpret', passed(PASSED.interpret));
      const own: number[] = [];
      const addSite = (site: Site) => {
        const number = freeSites.pop() ?? sites.length;
        sites[number] = site;
        own.push(number);
        return number;
      };
      const imports = new Map<string, number>();
      const importOnce = (name: string, parameters: number, results: number) => {
        const index =
          imports.get(name) ??
          writer.importFunction(name, { parameters: words(parameters), results: words(results) });
        imports.set(name, index);
        return index;
      };
      const translations: Translation[] = [];
      const made = regions.map((region) => {
        const shape = structure(region);
        const budget = planBudget(region, shape);
        markLiveFlags(region, shape, budget);
        const place = newPlace();
        const { code, exits } = emitRegion(region, shape, budget, place, {
          interpret: imported,
          addSite,
          softfloat: importOnce,
          ring: (name) => importOnce(name, RING_PARAMETERS[name], 1),
          service: (name) => importOnce(name, SERVICE_PARAMETERS[name], 1),
          chain: gate.chain && importOnce('chain', CHAIN.parameters.length, CHAIN.results.length),
        });
        return { region, code, exits, place, cost: budget.heads.get(region.blocks[0]!) ?? 0 };
      });
      // All imports come before the first function.
      for (const { place, code } of made) writer.exportFunction(String(place), writer.addFunction(RUN, code));
      const module = writer.finish();
      const batch: Batch = { bytes: module.length, translations, sites: own, used: looks };
      for (const { region, exits, place, cost } of made) {
        const translation = new Translation(region, exits, place, cost, batch);
        translations.push(translation);
        byPlace[place] = translation;
      }
      // The table belongs to the gate: a table that every module imports keeps them all, and costs more with each.
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), {
        env: { ...softfloat, ...rings, ...gate, memory },
      });
      for (const { place } of made) table.set(place, exports[String(place)]);
      bytes += module.length;
      batches.push(batch);
      return translations;
    },
    discard(unwanted) {
      for (const batch of batches)
        for (const translation of batch.translations)
          if (translation.valid && unwanted(translation.region)) translation.discard();
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
