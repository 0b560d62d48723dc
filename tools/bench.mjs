// `npm run bench`: the speed of the interpreter, of switches between host and guest, of a whole boot, and of disk and network of a
// guest, beside QEMU (TCG) on the same images.
// Measurements of the two alternate, each in a process of its own; medians and ratios are what counts, for the absolute
// figures depend on the machine and on what else it does. --json prints JSON, --runs N (default 5), --quick is a smoke test.
// With --vmlinux FILE or COLINUX_VMLINUX also the speed of symbols, beside gdb; --symbols-only measures nothing else.
// `npm run bench -- debugging` measures what 1,000 breakpoints and a watchpoint cost that are never met; --only NAME,NAME.
// `npm run bench -- records` measures what the records cost that are always on.
// `npm run bench -- latency` measures nothing but how long a person waits for the answers of debuggers.
// `npm run bench -- processor` measures the benchmarks of kernels/bench on our machine, on QEMU and on v86, and nothing else:
// --linux for Debian's Linux too, --only NAME,NAME, --engines ours,qemu,v86, --repeat N (default 3) in each of the runs, --divide N for shorter ones,
// --kept to begin with what an earlier run has translated.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES, letKeep } from './engines.mjs';
import { debuggingRows, debuggingTable } from './bench/debugging.mjs';
import { deviceFigures } from './bench/devices.mjs';
import { latencyFigures, latencyTable } from './bench/latency.mjs';
import { summary, table } from './bench/figures.mjs';
import { means, tableFoot, tableHead, tableRow } from './bench/comparison.mjs';
import { benchmarkNames, kernelRows } from './bench/kernels.mjs';
import { linuxRows } from './bench/linux.mjs';
import { bundleMachines, hasQemu } from './bench/machines.mjs';
import { recordHead, recordLine, recordRows } from './bench/records.mjs';
import { processorFigures } from './bench/processor.mjs';
import { symbolFigures, symbolTable } from './bench/symbols.mjs';
import { buildAssembly } from './build-assembly.mjs';
import { ensureDebianPackages } from './debian.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    engines: { type: 'string' },
    kept: { type: 'boolean' },
    linux: { type: 'boolean' },
    repeat: { type: 'string', default: '3' },
    divide: { type: 'string', default: '1' },
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    runs: { type: 'string', default: '5' },
    vmlinux: { type: 'string' },
    'symbols-only': { type: 'boolean' },
  },
});

/** The name by which `--only` asks for Linux alone. */
const LINUX = 'linux';

/** Says what is wrong with the command line. */
function usage(problem) {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

function count(option) {
  const number = Number(values[option]);
  if (!Number.isInteger(number) || number < 1)
    usage(`--${option} expects a whole number of at least 1, but found "${values[option]}".`);
  return number;
}

const runs = values.quick ? 1 : count('runs');
const [section, ...more] = positionals;
if (!['processor', 'debugging', 'records', 'latency', undefined].includes(section) || more.length > 0)
  usage(
    `bench expects nothing, "processor", "debugging", "records" or "latency", but found "${positionals.join(' ')}".`,
  );

const built = (tool, ...options) =>
  spawnSync(process.execPath, [join(root, 'tools', tool), ...options], { stdio: ['ignore', 2, 2] }).status ===
  0;
// What users have, as it is now; a smoke test takes the one that is there, which other tests may be using.
const bundled = () =>
  (values.quick && existsSync(join(root, 'dist/cli.cjs'))) || built('build.mjs', '--production');
const about = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };

async function processorSection() {
  const engines = values.engines?.split(',') ?? Object.keys(ENGINES);
  if (engines.some((engine) => !(engine in ENGINES)))
    usage(`--engines expects some of ${Object.keys(ENGINES).join(', ')}, but found "${values.engines}".`);
  if (!built('build-kernels.mjs') || !bundled()) return 1;
  ensureDebianPackages(['qemu-system-x86', 'seabios'], 'measure QEMU and v86');
  const only = values.only?.split(',');
  const names = [...benchmarkNames(), LINUX];
  const unknown = (only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    usage(`--only expects some of ${names.join(', ')}, but found ${unknown.join(', ')}.`);
  const kept = values.kept ?? false;
  const settings = { runs, repeat: count('repeat'), divide: count('divide'), only, engines, kept };
  // What earlier runs of the user have left is none of its business.
  const home = mkdtempSync(join(tmpdir(), 'colinux-bench-'));
  process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  process.env.XDG_CACHE_HOME = home;
  if (kept) letKeep();
  const print = (text) => values.json || process.stdout.write(text);
  const all = { ...settings, onRow: (row) => print(tableRow(row)) };
  print(tableHead(settings));
  const rows = await kernelRows(all);
  if (values.linux || only?.includes(LINUX)) rows.push(...(await linuxRows(all)));
  const mean = means(rows);
  print(tableFoot(mean));
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ...about, ...settings, rows, mean }, null, 2)}\n`);
  return rows.some(({ problem }) => problem !== undefined) ? 1 : 0;
}
if (section === 'processor') {
  process.exitCode = await processorSection().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  });
  process.exit();
}

// Not in /tmp, which may be memory: the disk of the guest is to be a file on a disk.
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

if (section === 'debugging') {
  if (!built('build-kernels.mjs')) process.exit(1);
  await buildAssembly();
  const rows = await debuggingRows({ folder, runs, only: values.only?.split(',') });
  process.stdout.write(
    values.json ? `${JSON.stringify({ ...about, runs, rows }, null, 2)}\n` : debuggingTable(rows),
  );
  process.exit();
}
if (section === 'records') {
  if (!built('build-kernels.mjs')) process.exit(1);
  await buildAssembly();
  const print = (text) => values.json || process.stdout.write(text);
  print(recordHead);
  const rows = await recordRows({
    folder,
    runs,
    only: values.only?.split(','),
    onRow: (row) => print(recordLine(row)),
  });
  if (values.json) process.stdout.write(`${JSON.stringify({ ...about, runs, rows }, null, 2)}\n`);
  process.exit();
}
/** @returns summaries, or nothing if it cannot be built */
async function latencySection() {
  await buildAssembly();
  await bundleMachines(folder);
  return bundled() ? latencyFigures({ folder, runs }) : undefined;
}
if (section === 'latency') {
  const latency = await latencySection();
  if (latency && !values.json) process.stdout.write(latencyTable(latency, runs * 4));
  if (latency && values.json)
    process.stdout.write(`${JSON.stringify({ ...about, runs, latency }, null, 2)}\n`);
  process.exit(latency ? 0 : 1);
}

const symbols = await symbolFigures({ folder, runs, vmlinux: values.vmlinux ?? process.env.COLINUX_VMLINUX });
if (values['symbols-only']) {
  process.stdout.write(values.json ? `${JSON.stringify({ symbols }, null, 2)}\n` : symbolTable(symbols));
  process.exit(typeof symbols === 'string' ? 1 : 0);
}

if (!built('build-kernels.mjs')) process.exit(1);
await buildAssembly();
await bundleMachines(folder);

const bench = { folder, runs, quick: values.quick };
const results = [...(await processorFigures(bench)), ...(await deviceFigures(bench))].map(summary);
if (!bundled()) process.exit(1);
const latency = await latencyFigures(bench);

if (values.json) {
  process.stdout.write(`${JSON.stringify({ ...about, runs, results, latency, symbols }, null, 2)}\n`);
} else {
  process.stdout.write(table(results, runs));
  process.stdout.write(latencyTable(latency, runs * 4));
  process.stdout.write(symbolTable(symbols));
  const trip = results.find(({ name }) => name === 'round trips to host');
  process.stdout.write(
    `One round trip to the host and back takes ${trip.instructions} instructions, what it is served with included.\n`,
  );
  if (!hasQemu)
    process.stdout.write(
      'QEMU is not installed (apt-get install qemu-system-x86), so there is no comparison.\n',
    );
}
