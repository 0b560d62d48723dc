// `npm run stress -- [--minutes 5] [--seed N] [--over process|pipes|both] [--runs 300] [--patience 30] [--built] [--keep-going]`: sessions of our adapter that are
// asked at random, in random overlaps, and watched for whether each request is answered and each run ends with one stop. A short run with fixed
// seeds is in `npm test`. What meets when is up to the computer: run it beside a load, on one core (`taskset -c 0`), at real-time priority.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { overPipes } from './bench/latency/dap.mjs';
import { bundleMachines } from './bench/machines.mjs';
import { buildKernel } from './stress/build-kernel.mjs';
import { stressSession } from './stress/rounds.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    over: { type: 'string', default: 'both' },
    runs: { type: 'string', default: '300' },
    patience: { type: 'string', default: '30' },
    built: { type: 'boolean' },
    'keep-going': { type: 'boolean' },
  },
});
const minutes = Number(values.minutes);
const first = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const runs = Number(values.runs);
const patience = Number(values.patience) * 1000;
const ways = { process: ['process'], pipes: ['pipes'], both: ['process', 'pipes'] }[values.over];
if (!(minutes >= 0) || !Number.isInteger(first) || !(runs > 0) || !(patience > 0) || !ways) {
  process.stderr.write(
    `Expected --minutes N, --seed N, --runs N, --patience SECONDS and --over process, pipes or both; found ${process.argv.slice(2).join(' ')}.\n`,
  );
  process.exit(2);
}

// Where bundles find what they do not contain.
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-stress-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
if (
  !values.built &&
  spawnSync(process.execPath, [join(root, 'tools/build.mjs'), '--production'], { stdio: ['ignore', 2, 2] })
    .status !== 0
)
  process.exit(1);
await bundleMachines(folder);
process.env.XDG_CACHE_HOME = join(folder, 'cache');
const kernel = buildKernel(folder);
const { createSession } = createRequire(import.meta.url)(join(folder, 'inline-adapter.cjs'));

const connects = {
  process(give) {
    const session = createSession(dist);
    session.onDidSendMessage(give);
    return { send: (message) => session.handleMessage(message), end: () => session.dispose() };
  },
  pipes: overPipes(process.execPath, ...process.execArgv, join(dist, 'cli.cjs'), 'dap'),
};

process.stdout.write(`Seed ${first}, ${minutes} minutes, ${ways.join(' and ')}.\n`);
const until = performance.now() + minutes * 60_000;
const sums = { sessions: 0, runs: 0, stops: 0, asked: 0 };
let failures = 0;
for (let seed = first; sums.sessions + failures === 0 || performance.now() < until; seed++) {
  const way = ways[(seed - first) % ways.length];
  try {
    const done = await stressSession(connects[way], { kernel, seed, runs, patience });
    sums.sessions++;
    for (const name of ['runs', 'stops', 'asked']) sums[name] += done[name];
  } catch (error) {
    failures++;
    process.stdout.write(`✗ seed ${seed} over ${way}: ${error.stack}\n`);
    if (!values['keep-going']) break;
  }
}
process.stdout.write(
  `${sums.sessions} sessions, ${sums.asked} requests, ${sums.runs} runs, ${sums.stops} stops, ${failures} failures.\n`,
);
process.exit(failures === 0 ? 0 : 1);
