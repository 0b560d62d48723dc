/**
 * Bundles the stand-alone adapter, the headless demo and the machine worker, as `npm run build` does into dist/: what is tested is the code
 * as it stands, however old dist/ may be. Once for all test files of a run.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the bundles. */
    readonly bundles: string;
  }
}

/** iced-x86 reads its .wasm from disk: in a bundle the bytes are inside. The same as in tools/build.mjs. */
const icedInside: Plugin = {
  name: 'iced-x86 with its wasm inside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]iced_x86\.js$/ }, ({ path }) => ({
      loader: 'js',
      contents: readFileSync(path, 'utf8')
        .replace(/^const \{[^}]*\} = require\([`'"]util[`'"]\);$/m, '')
        .replace(/^const (?:path|wasmPath) = .*$/m, '')
        .replace(/require\([`'"]fs[`'"]\)\.readFileSync\(\w+\)/, "require('./iced_x86_bg.wasm')"),
    }));
  },
};

/** Of vitest, before all tests. @returns what is done behind them */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'colinux-bundles-'));
  const node: BuildOptions = {
    absWorkingDir: fileURLToPath(new URL('../../..', import.meta.url)),
    bundle: true,
    format: 'cjs',
    target: 'es2022',
    platform: 'node',
    loader: { '.wasm': 'binary' },
    plugins: [icedInside],
    logLevel: 'error',
  };
  const at = (name: string) => join(folder, name);
  await Promise.all([
    build({ ...node, entryPoints: ['cli/adapter.ts'], outfile: at('adapter.cjs') }),
    build({ ...node, entryPoints: ['cli/demo-headless.ts'], outfile: at('demo-headless.cjs') }),
    build({
      ...node,
      platform: 'neutral',
      format: 'iife',
      entryPoints: ['core/worker/main.ts'],
      outfile: at('machine-worker.js'),
    }),
  ]);
  provide('bundles', folder);
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
