/** A bundle on Node with the code that the engine has compiled of it in an earlier process (`kept-code-node.ts`). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';
import { keptCode } from './kept-code-node.ts';

export interface CompiledBundle {
  /** What the module exports. */
  readonly exports: unknown;
  /** Keeps what has been compiled so far, if that may be more than what is kept; never throws. @param milliseconds since the process began */
  keep(milliseconds?: number): void;
}

type ModuleFunction = (
  exports: unknown,
  require: NodeJS.Require,
  module: { exports: unknown },
  filename: string,
  folder: string,
) => void;

/**
 * Runs the CommonJS module `file`. Throws what it throws.
 * @param folder where compiled code is kept
 */
export function loadCompiled(file: string, folder: string): CompiledBundle {
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
  const kept = keptCode(join(folder, `${basename(file)}.code`), source);
  const script = new Script(source, {
    filename: file,
    cachedData: kept.code,
    // As of any module; what Node calls it is newer than the oldest Node that runs this.
    importModuleDynamically: (constants as typeof constants | undefined)?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (script.cachedDataRejected) kept.refuse();
  const module: { exports: unknown } = { exports: {} };
  const run = script.runInThisContext() as ModuleFunction;
  run(module.exports, createRequire(file), module, file, dirname(file));
  return {
    exports: module.exports,
    keep(milliseconds = performance.now()) {
      if (!kept.isOutdoneAfter(milliseconds)) return;
      try {
        kept.keep(script.createCachedData(), milliseconds);
      } catch {
        // Without it the next process compiles anew.
      }
    },
  };
}
