/**
 * The first call of each translated function, made where nobody waits for it.
 *
 * Engines compile a function of WebAssembly when it is called for the first time, in the thread that calls it, and share the code among all
 * threads that have the module. So the thread that compiles modules calls what is in them, beside a stand-in of a machine: memory
 * of nothing but zeros, and no instructions to run, for which a region is left at its head.
 */
import { LEAST_MEMORY } from '../memory/layout.ts';
import type { Linked, Placed } from './link.ts';
import { RUN } from './signatures.ts';
import { Code } from './wasm/code.ts';
import { ModuleWriter, type Signature } from './wasm/module.ts';
import { Op } from './wasm/opcodes.ts';

export interface Rehearsal {
  /**
   * Calls the functions of a module that has these places.
   * @throws WebAssembly.RuntimeError if one of them did more than to leave at its head
   */
  run(places: readonly Pick<Placed, 'place'>[], linked: Pick<Linked, 'module' | 'imports'>): void;
}

/** What translations call: functions that must not be called. Those of WebAssembly, which need no passage to JavaScript. */
function createStandIns(
  signatures: ReadonlyMap<string, Signature>,
  memory: WebAssembly.Memory,
): WebAssembly.Exports {
  const writer = new ModuleWriter(LEAST_MEMORY);
  for (const [name, signature] of signatures) {
    const code = new Code(signature.parameters.length);
    code.op(Op.unreachable);
    writer.exportFunction(name, writer.addFunction(signature, code));
  }
  return new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), { env: { memory } }).exports;
}

/** A function that calls the first one of a table, with nothing left to run: the engine makes one passage for all of them. */
function createStage(memory: WebAssembly.Memory) {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });
  const writer = new ModuleWriter(LEAST_MEMORY);
  writer.importTable('table', table.length);
  const call = new Code(0);
  call.const(0);
  call.const(0);
  call.callIndirect(writer.signature(RUN));
  writer.exportFunction('call', writer.addFunction({ parameters: [], results: RUN.results }, call));
  const module = new WebAssembly.Module(writer.finish());
  const { exports } = new WebAssembly.Instance(module, { env: { memory, table } });
  return { table, call: exports.call as () => number };
}

export function createRehearsal(): Rehearsal {
  const memory = new WebAssembly.Memory({ initial: LEAST_MEMORY });
  const { table, call } = createStage(memory);
  const env: WebAssembly.ModuleImports = { memory };
  return {
    run(places, { module, imports }) {
      const news = [...imports].filter(([name]) => !(name in env));
      if (news.length > 0) Object.assign(env, createStandIns(new Map(news), memory));
      const { exports } = new WebAssembly.Instance(module, { env });
      for (const { place } of places) {
        table.set(0, exports[String(place)]);
        call();
      }
      table.set(0, null);
    },
  };
}
