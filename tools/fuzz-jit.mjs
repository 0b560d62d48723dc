// `npm run fuzz:jit -- [--minutes 5] [--seed N]`: runs random programs in the interpreter and in other tiers of the processor, and compares
// all state after each slice. A program that differs is told with its seed; `--seed N --minutes 0` runs just that one again.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildAssembly } from './build-assembly.mjs';
import { translatorNumber } from './translator-number.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
if (!(minutes >= 0) || !Number.isInteger(seed)) {
  process.stderr.write(`Expected --minutes N and --seed N; found ${process.argv.slice(2).join(' ')}.\n`);
  process.exit(2);
}

await buildAssembly();
const folder = mkdtempSync(join(tmpdir(), 'colinux-fuzz-jit-'));
const bundle = join(folder, 'compare.mjs');
await build({
  entryPoints: [join(root, 'core/jit/testing/compare-tiers.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
  define: translatorNumber(root),
});
const { createComparison } = await import(pathToFileURL(bundle).href);
rmSync(folder, { recursive: true });

const compare = createComparison(['interpreter', 'direct', 'hot', 'eager', 'mixed', 'late', 'recalled']);
const end = performance.now() + minutes * 60_000;
let programs = 0;
let failed = 0;
do {
  const difference = compare(seed + programs++);
  if (!difference) continue;
  failed++;
  console.log(
    `seed ${difference.seed}, ${difference.way}:\n  expected ${difference.expected}\n  found    ${difference.found}`,
  );
} while (performance.now() < end);
console.log(`${programs - failed} passed, ${failed} failed (seed ${seed})`);
process.exit(failed === 0 ? 0 : 1);
