/**
 * A bundle on Node whose functions the engine has compiled in an earlier process. V8 compiles a function when it is first called, and of
 * the first steps of a session that is half the time. What it has compiled until the process ends is kept in a file of the user's
 * cache, behind a digest of that, of the bundle and of the engine's version: what belongs to another one, or is damaged, is not used.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';

export interface CompiledBundle {
  /** What the module exports. */
  readonly exports: unknown;
  /** Keeps what has been compiled so far, if it is more than what is kept; never throws. */
  keep(): void;
}

const DIGEST_BYTES = 32;
/** How much more is worth writing the file anew. */
const GROWTH = 1.1;

type ModuleFunction = (
  exports: unknown,
  require: NodeJS.Require,
  module: { exports: unknown },
  filename: string,
  folder: string,
) => void;

const digestOf = (source: string, code: Uint8Array): Buffer =>
  createHash('sha256')
    .update(`${process.versions.v8} ${process.arch}\n`)
    .update(source)
    .update(code)
    .digest();

function readKept(path: string, source: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const code = bytes.subarray(DIGEST_BYTES);
    return digestOf(source, code).equals(bytes.subarray(0, DIGEST_BYTES)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs the CommonJS module `file`. Throws what it throws.
 * @param folder where compiled code is kept
 */
export function loadCompiled(file: string, folder: string): CompiledBundle {
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
  const path = join(folder, `${basename(file)}.code`);
  const kept = readKept(path, source);
  const script = new Script(source, {
    filename: file,
    cachedData: kept,
    // As of any module; what Node calls it is newer than the oldest Node that runs this.
    importModuleDynamically: (constants as typeof constants | undefined)?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const keptBytes = kept && script.cachedDataRejected !== true ? kept.length : 0;
  const module: { exports: unknown } = { exports: {} };
  const run = script.runInThisContext() as ModuleFunction;
  run(module.exports, createRequire(file), module, file, dirname(file));
  return {
    exports: module.exports,
    keep() {
      try {
        const code = script.createCachedData();
        if (code.length <= keptBytes * GROWTH) return;
        mkdirSync(folder, { recursive: true });
        // Under a name of its own first: another process may read or write the same.
        const temporary = `${path}.${String(process.pid)}`;
        writeFileSync(temporary, Buffer.concat([digestOf(source, code), code]));
        renameSync(temporary, path);
      } catch {
        // Without it the next process compiles anew.
      }
    },
  };
}
