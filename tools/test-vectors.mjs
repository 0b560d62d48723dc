// `npm run test:vectors`: every vector of a folder (COLINUX_VECTORS, else the sample in test/vectors) on the interpreter.
// Reports each group, the first differing field of each failing name, and last "N passed, M failed". The group `impl`
// holds what this or that processor leaves undefined: its score is printed and does not count.
import { build } from 'esbuild';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildSoftfloat } from './build-softfloat.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.env.COLINUX_VECTORS ?? join(root, 'test/vectors');
const SUFFIX = '.jsonl.gz';
/** Names shown for each group that fails. */
const SHOWN = 10;

if (!existsSync(folder)) {
  console.error(`COLINUX_VECTORS names ${folder}, which is not there: name a folder of ${SUFFIX} files.`);
  process.exit(2);
}
await buildSoftfloat();
const temporary = mkdtempSync(join(tmpdir(), 'colinux-vectors-'));
const bundle = join(temporary, 'vectors.mjs');
await build({
  entryPoints: [join(root, 'core/testing/vectors.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const { createVectorRunner } = await import(pathToFileURL(bundle).href);
rmSync(temporary, { recursive: true });

let passed = 0;
let failed = 0;
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith(SUFFIX))
  .sort()) {
  const group = file.slice(0, -SUFFIX.length);
  const records = gunzipSync(readFileSync(join(folder, file)))
    .toString('latin1')
    .split('\n')
    .filter(Boolean);
  const runner = createVectorRunner();
  const failures = new Map();
  for (const line of records) {
    const record = JSON.parse(line);
    const difference = runner.run(record, group);
    if (difference)
      failures.set(record.n, [...(failures.get(record.n) ?? []), `[${record.c}] ${difference}`]);
  }
  const bad = [...failures.values()].reduce((sum, { length }) => sum + length, 0);
  const informational = group === 'impl';
  if (!informational) {
    passed += records.length - bad;
    failed += bad;
  }
  const note = informational ? ' (for information)' : '';
  console.log(`${group.padEnd(10)} ${records.length - bad} of ${records.length}${note}`);
  if (!informational) {
    for (const [name, [first, ...rest]] of [...failures].slice(0, SHOWN)) {
      console.log(`  ${name}: ${first}${rest.length ? ` (and ${rest.length} more)` : ''}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
