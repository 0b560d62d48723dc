/**
 * Bundles the stand-alone adapter, the headless demo and the machine worker into a folder of its own, as `npm run build`
 * does into dist/: what is tested is the code as it stands, however old dist/ may be.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const sample = join(root, 'samples/hello-guest');
export const guest = join(sample, 'build/hello-guest.elf');
export const hostKernel = join(root, 'kernels/build/colinux-host.elf');

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

export interface Bundle {
  readonly folder: string;
  readonly adapter: string;
  readonly demo: string;
  /** A path for a file of the test's own. */
  file(name: string): string;
  dispose(): void;
}

export async function bundleAdapter(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'colinux-dap-'));
  const node: BuildOptions = {
    absWorkingDir: root,
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
  mkdirSync(at('kernels'));
  cpSync(hostKernel, at('kernels/colinux-host.elf'));
  return {
    folder,
    adapter: at('adapter.cjs'),
    demo: at('demo-headless.cjs'),
    file: at,
    dispose() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
