// `npm run test:memory -- [--minutes N]` (default 3): translations must not pile up. Code that changes itself and large code that runs
// seldom make thousands of modules; how many the engine keeps, the heap and the memory of the process must not grow from the
// second quarter of the run to the last. The last line is "N passed, M failed".
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kernel } from './bench/machines.mjs';
import { buildAssembly } from './build-assembly.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Growth that is allowed: collections come when they like, and the engine gives pages back when it likes. */
const TOLERANCE = 1.25;
const RESIDENT_TOLERANCE = 1.5;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  process.stderr.write(`test:memory expects --minutes N, but found "${values.minutes}".\n`);
  process.exit(2);
}
const kernels = spawnSync(process.execPath, [join(root, 'tools/build-kernels.mjs')], {
  stdio: ['ignore', 2, 2],
});
if (kernels.status !== 0) process.exit(1);
await buildAssembly();
const folder = mkdtempSync(join(tmpdir(), 'colinux-memory-'));
const driver = join(folder, 'memory-run.mjs');
await build({
  entryPoints: [join(root, 'test/bench/memory-run.ts')],
  outfile: driver,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const run = spawnSync(process.execPath, ['--expose-gc', driver, kernel('bench'), String(minutes * 60)], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 2],
  maxBuffer: 2 ** 26,
});
rmSync(folder, { recursive: true });
if (run.status !== 0) process.exit(1);
const samples = run.stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const last = samples.at(-1);
console.log(`${samples.length} benchmarks, ${last.made} modules made, ${last.alive} kept at the end`);

let failed = 0;
const quarter = Math.floor(samples.length / 4);
for (const [what, unit] of [
  ['alive', 'modules'],
  ['heap', 'MiB'],
  ['wasm', 'MiB of array buffers'],
  ['resident', 'MiB of the process'],
]) {
  const most = (from, to) => Math.max(...samples.slice(from, to).map((sample) => sample[what]));
  const [before, after] = [most(quarter, 2 * quarter), most(3 * quarter)];
  const fine = quarter > 0 && after <= before * (what === 'resident' ? RESIDENT_TOLERANCE : TOLERANCE);
  if (!fine) failed++;
  console.log(
    `${fine ? 'ok  ' : 'FAIL'} ${unit}: at most ${before} in the second quarter, ${after} in the last`,
  );
}
console.log(`${4 - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
