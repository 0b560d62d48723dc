// `npm run build`: bundles everything that runs, into dist/. Source maps by default; --production minifies and leaves
// them out. What is missing (an entry, the host kernel) is an error; --partial makes it a printed line.
import { build } from 'esbuild';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssembly } from './build-assembly.mjs';
import { filesBelow } from './files-below.mjs';
import { guestTemplate } from './guest-template.mjs';
import { translatorNumber } from './translator-number.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await buildAssembly();
const production = process.argv.includes('--production');
const partial = process.argv.includes('--partial');
const at = (...path) => join(root, ...path);

/** iced-x86 reads its .wasm from disk on Node: in a bundle, also that of a browser, the bytes are inside. */
const icedInside = {
  name: 'iced-x86 with its wasm inside',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]iced_x86\.js$/ }, ({ path }) => {
      const original = readFileSync(path, 'utf8');
      const contents = original
        .replace(/^const \{[^}]*\} = require\([`'"]util[`'"]\);$/m, '')
        .replace(/^const (?:path|wasmPath) = .*$/m, '')
        .replace(/require\([`'"]fs[`'"]\)\.readFileSync\(\w+\)/, "require('./iced_x86_bg.wasm')");
      if (/require\([`'"](fs|path|util)[`'"]\)/.test(contents.replace(/^\s*\*.*$/gm, ''))) {
        throw new Error('iced-x86 loads its wasm in a new way: adapt tools/build.mjs');
      }
      return { loader: 'js', contents };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  target: 'es2022', // newer targets decode binaries with Uint8Array.fromBase64, which Node 20 has not
  sourcemap: production ? false : 'linked',
  sourcesContent: false,
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['vscode'],
  loader: { '.wasm': 'binary' },
  plugins: [icedInside],
  define: translatorNumber(root),
};
const node = { ...common, platform: 'node' };

/** On the desktop what is imported when it is needed is a file of its own: VS Code waits for less. Where each is in dist/. */
const APART = { 'desktop-features.ts': './features.cjs', 'session.ts': './session.cjs' };
const partsApart = {
  name: 'parts that are loaded later',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: APART[basename(path)], external: true } : undefined,
    );
  },
};
const desktop = {
  ...node,
  plugins: [...common.plugins, partsApart],
  supported: { 'dynamic-import': false }, // `require`, which VS Code's extension host knows
};
const browser = {
  ...common,
  platform: 'browser',
  mainFields: ['browser', 'module', 'main'],
};

const VIEW_PAGES = ['address-space', 'memory', 'processor', 'rings', 'switches', 'traffic'].filter((name) =>
  existsSync(at('extension/webview', `${name}.ts`)),
);

/** Bundles: name in dist, entry (the first that exists), options. */
const bundles = [
  ['extension.cjs', ['extension/desktop.ts'], desktop],
  ['features.cjs', ['extension/desktop-features.ts'], desktop],
  ['session.cjs', ['debug-adapter/session.ts'], node],
  ['extension.web.cjs', ['extension/web.ts'], browser],
  ['machine-worker.js', ['core/worker/main.ts'], { ...common, platform: 'neutral', format: 'iife' }],
  ['adapter.cjs', ['cli/adapter.ts', 'debug-adapter/main.ts'], node],
  ['cli.cjs', ['cli/colinux.ts'], { ...node, banner: { js: '#!/usr/bin/env node' } }],
  ['commands.cjs', ['cli/main.ts'], node],
  ['demo-headless.cjs', ['cli/demo-headless.ts'], node],
  // Pages of views, each with the style sheets that it imports beside it.
  ...VIEW_PAGES.map((name) => [
    `webview/${name}.js`,
    [`extension/webview/${name}.ts`],
    { ...browser, format: 'iife' },
  ]),
];

const missing = [];
const started = Date.now();
mkdirSync(at('dist/kernels'), { recursive: true });
// What an earlier build left. Bundles that are made again are replaced in place: one may be running.
for (const name of readdirSync(at('dist'))) {
  if (!bundles.some(([bundle]) => name === bundle))
    rmSync(at('dist', name), { recursive: true, force: true });
}
mkdirSync(at('dist/kernels'), { recursive: true });

const built = await Promise.allSettled(
  bundles.map(async ([name, entries, options]) => {
    const entry = entries.find((candidate) => existsSync(at(candidate)));
    if (entry === undefined) {
      missing.push(`dist/${name}: there is no ${entries[0]}`);
      return undefined;
    }
    await build({ ...options, entryPoints: [at(entry)], outfile: at('dist', name) });
    return name;
  }),
);
for (const { reason } of built.filter(({ status }) => status === 'rejected')) {
  missing.push(`a bundle failed: ${reason.message.split('\n')[0]}`);
}
if (existsSync(at('dist/cli.cjs'))) chmodSync(at('dist/cli.cjs'), 0o755);

const hostKernel = at('kernels/build/colinux-host.elf');
if (existsSync(hostKernel)) {
  cpSync(hostKernel, at('dist/kernels/colinux-host.elf'));
} else {
  missing.push('dist/kernels/colinux-host.elf: the host kernel is not built, run npm run build:kernels');
}
// Its sources, for stepping into it, and the ABI headers, for building guests.
for (const folder of ['host', 'lib', 'include']) {
  if (existsSync(at('kernels', folder)))
    cpSync(at('kernels', folder), at('dist/kernels', folder), { recursive: true });
}
// Their names, for the extension on a web page cannot list its own folders.
const sources = filesBelow(at('dist/kernels')).filter((path) => /\.[chS]$/.test(path));
writeFileSync(at('dist/kernels/sources.json'), JSON.stringify(sources, null, 1));

// A new guest as one file, for the extension in a browser cannot list folders: texts by path, with the ABI headers.
writeFileSync(at('dist/guest-template.json'), JSON.stringify(guestTemplate(), null, 1));
cpSync(at('platform/node/tap-helper.c'), at('dist/tap-helper.c'));

for (const { value: name } of built.filter(({ value }) => value)) {
  const size = (statSync(at('dist', name)).size / 1024).toFixed(0);
  process.stdout.write(`dist/${name.padEnd(22)} ${size.padStart(6)} KiB\n`);
}
for (const line of missing) process.stderr.write(`${partial ? 'skipped' : 'error'}: ${line}\n`);
process.stdout.write(`bundled in ${Date.now() - started} ms\n`);
process.exit(missing.length > 0 && !partial ? 1 : 0);
