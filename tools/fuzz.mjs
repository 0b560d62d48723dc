// `npm run fuzz -- [--minutes 5] [--seed N] [parser ...]`: feeds damaged input to each of the parsers for that long. The short run with
// fixed seeds is in `npm test`. A round that misbehaves is told with its seed; `--seed N --minutes 0` runs just that one again. What was
// mended belongs into test/fuzz/regressions.json, which `npm test` runs.
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** Parser -> module that exports `fuzzTargets(): Promise<{ name, round(random): Promise<void> }[]>`. */
const PARSERS = {
  symbols: 'debug-adapter/symbols/testing/fuzz.ts',
  expressions: 'debug-adapter/values/testing/fuzz.ts',
  mangled: 'debug-adapter/symbols/demangle/testing/names.ts',
  gdb: 'debug-adapter/gdb/testing/fuzz.ts',
};
/** A round that takes longer has met something that grows without bound. */
const ROUND_SECONDS = 5;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const names = positionals.length > 0 ? positionals : Object.keys(PARSERS);
const unknown = names.find((name) => !Object.hasOwn(PARSERS, name));
if (!(minutes >= 0) || !Number.isInteger(seed) || unknown !== undefined) {
  process.stderr.write(
    `Expected --minutes N, --seed N and parsers of: ${Object.keys(PARSERS).join(', ')}; found ${process.argv.slice(2).join(' ')}.\n`,
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'colinux-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Modules find their test programs beside themselves: in the bundle too. */
const ownUrls = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: 'ts',
    }));
  },
};
const random = 'debug-adapter/symbols/testing/random.ts';
const lines = names.map(
  (name) => `export { fuzzTargets as ${name} } from ${JSON.stringify(`./${PARSERS[name]}`)};`,
);
await build({
  stdin: { contents: [...lines, `export { seededRandom } from './${random}';`].join('\n'), resolveDir: root },
  outfile: join(folder, 'targets.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  plugins: [ownUrls],
  logLevel: 'warning',
});
const { seededRandom, ...parsers } = await import(pathToFileURL(join(folder, 'targets.mjs')).href);

const targets = [];
for (const parser of names) {
  const some = await parsers[parser]();
  targets.push(...some.map((target) => ({ ...target, minutes: minutes / some.length })));
}
process.stdout.write(`Seed ${seed}, ${minutes} minutes for each of: ${names.join(', ')}.\n`);
let failures = 0;
for (const { name, round, minutes: mine } of targets) {
  const until = performance.now() + mine * 60_000;
  let rounds = 0;
  do {
    const own = seed + rounds++;
    const started = performance.now();
    let failure;
    try {
      await round(seededRandom(own));
    } catch (error) {
      failure = error.stack ?? String(error);
    }
    const seconds = (performance.now() - started) / 1000;
    if (seconds > ROUND_SECONDS) failure ??= `it took ${seconds.toFixed(1)} s`;
    if (failure) {
      failures++;
      process.stdout.write(`✗ ${name}, seed ${own}: ${failure}\n`);
    }
  } while (performance.now() < until);
  process.stdout.write(`  ${name.padEnd(16)}${String(rounds).padStart(8)} rounds\n`);
}
process.stdout.write(failures === 0 ? 'All rounds behaved.\n' : `${failures} rounds did not behave.\n`);
process.exit(failures === 0 ? 0 : 1);
