// `npm run bench -- records`: what the records cost that are always on: branches, entries and returns, loads of CR3, switches. The same
// machine is built a second time without them. Both run the same slices of a few milliseconds in turns, in processes of their own, by seconds
// of the processor: what else the computer does meets both, and several pairs of processes show what a process differs by from another one.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAssembly, DIRECT, RINGS } from '../build-assembly.mjs';
import { median } from './figures.mjs';
import { HOST, kernel, sample } from './machines.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where a record is written: the head of what writes it, and what stands behind that when it is to write nothing. */
const WRITERS = [
  ...[
    'recordBranch(frame: Frame, from: number, to: number)',
    'recordBranchIf(frame: Frame, from: number, to: number, taken: number)',
    'recordComputedBranch(frame: Frame, from: number, to: number)',
    'loadBranchPlace({ code, locals, loadState }: Frame)',
    'storeBranchPlace({ code, locals, storeState }: Frame)',
  ].map((head) => ['core/jit/emit/branch-records.ts', `export function ${head}: void {`, 'return;']),
  [
    'core/jit/emit/branch-records.ts',
    'export function isLapOver({ code, locals }: Frame): void {',
    'code.const(0); return;',
  ],
  ['core/jit/emit/turns.ts', 'function writeRecords(last: boolean): void {', 'return;'],
  ['core/cpu/cpu.ts', 'function noteBranch(from: number): void {', 'return;'],
  ['core/debug/transitions.ts', '    begin() {', 'return state[CPL];'],
  ['core/debug/transitions.ts', 'end(kind, vector, errorCode) {', 'return state[CPL];'],
  ['core/debug/space-loads.ts', 'note(instructions, eip, before, value) {', 'return;'],
  [
    'core/machine/passages.ts',
    'function record(to: CoroutineId, { physical, host, guest }: Door): void {',
    'written++; return;',
  ],
];

/** The same in the AssemblyScript of a module: in which of its files, and the heads there. */
const ASSEMBLY_WRITERS = [
  {
    module: RINGS,
    file: 'record.ts',
    heads: [
      'export function begin(kind: i32, vector: i32, errorCode: i32): void {',
      'export function end(): void {',
    ],
  },
  { module: DIRECT, file: 'branches.ts', heads: ['export function record(from: u32, to: u32): void {'] },
];

function silenced(text, [file, head, instead]) {
  if (!text.includes(head)) throw new Error(`${file} has no "${head}" any more.`);
  return text.replace(head, `${head} ${instead}`);
}
const assemblyWithoutRecords = ({ module, file, heads }) =>
  compileAssembly(module, (name, text) =>
    name.endsWith(file) ? heads.reduce((all, head) => silenced(all, [name, head, 'return;']), text) : text,
  );
/** Matches the end of a path. */
const pathOf = (file) => new RegExp(`${file.replaceAll(/[./]/g, '[\\\\$&]')}$`);

/** Leaves the records out. A source that has changed is an error: then this would measure nothing. */
const withoutRecords = {
  name: 'without-records',
  setup({ onLoad }) {
    for (const file of new Set(WRITERS.map(([path]) => path))) {
      onLoad({ filter: pathOf(file) }, async ({ path }) => {
        const contents = WRITERS.filter(([of]) => of === file).reduce(silenced, await readFile(path, 'utf8'));
        return { contents, loader: 'ts' };
      });
    }
    for (const writer of ASSEMBLY_WRITERS) {
      const { module } = writer;
      onLoad({ filter: pathOf(`${module.folder}/generated.ts`) }, async () => ({
        contents: await assemblyWithoutRecords(writer),
        loader: 'ts',
      }));
    }
  },
};

/** Processes, files and system calls under a guest's shell. */
const UNIX_WORK = `run=${'sum+/bin/*;ls+/bin;ps;'.repeat(8)}halt`;

/** What runs: in which tier, how, and in slices of how many instructions: some 30 ms each. */
const CASES = [
  ...[
    ['integers', 'alu_mix', 20e6, 1e6],
    ['branches', 'branch_switch', 20e6, 1e6],
    ['calls', 'call_fib', 20e6, 1e6],
    ['INT 80h', 'sys_int80', 4e6, 5e5],
    ['loads of CR3', 'sys_cr3', 2e6, 5e5],
  ].flatMap(([name, only, ...slices]) =>
    ['jit', 'interpreter'].map((tier, n) => ({
      ...{ name, tier, slice: slices[n] },
      args: ['64', kernel('bench'), `only=${only} repeat=100000`, '', '', tier],
    })),
  ),
  {
    ...{ name: 'all benchmarks', tier: 'jit', slice: 10e6, whole: true },
    args: ['64', kernel('bench'), 'repeat=3 divide=2', '', '', 'jit'],
  },
  {
    ...{ name: 'a Unix guest', tier: 'jit', slice: 1e6, whole: true },
    args: ['64', HOST, 'mem=16', sample('unix-guest'), UNIX_WORK, 'jit'],
  },
  ...['jit', 'interpreter'].map((tier) => ({
    ...{ name: 'switches', tier, slice: 5e5 },
    args: ['64', HOST, 'mem=2', kernel('busy-guest'), 's~', tier],
  })),
];
/** Slices until translations are made and the engine has compiled them, and slices that are measured then, of a case that goes on for ever. */
const [WARM, MEASURED] = [15, 40];

/** A machine in a process of its own, which runs slice by slice. */
function startMachine(driver, args) {
  const child = fork(driver, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // It ends by `kill` alone, when nobody waits any more.
  const ended = once(child, 'exit').then(() => ({ exit: 'a failure' }));
  return {
    async run(instructions) {
      const answer = new Promise((resolve) => {
        child.once('message', resolve);
      });
      child.send(instructions);
      const result = await Promise.race([answer, ended]);
      if (result.exit !== undefined && result.exit !== 1)
        throw new Error(`the image ended with ${result.exit} instead of 1`);
      return result;
    },
    end: () => child.kill(),
  };
}

/** Both machines run the same slices in turns. @returns seconds of each slice: [with records, without] */
async function pairedSlices(drivers, { name, args, slice, whole }) {
  const machines = drivers.map((driver) => startMachine(driver, args));
  const pairs = [];
  try {
    for (let n = 0; whole || n < WARM + MEASURED; n++) {
      const results = [];
      // Who is first changes, for the second one may find a cache or a clock that the first has changed.
      for (const which of n % 2 === 0 ? [0, 1] : [1, 0]) results[which] = await machines[which].run(slice);
      const [{ instructions, exit }, plain] = results;
      if (instructions !== plain.instructions || exit !== plain.exit)
        throw new Error(`${name} is another run without records.`);
      if (whole || n >= WARM) pairs.push(results.map(({ processor }) => processor));
      if (exit !== undefined) break;
    }
  } finally {
    for (const machine of machines) machine.end();
  }
  return pairs;
}

/** The driver that runs an image slice by slice, with records or without. @throws if a source has changed so that they cannot be left out */
export const bundleDriver = (outfile, records, entry = 'test/bench/run-slices.ts') =>
  build({
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'es2022', logLevel: 'error', outfile },
    plugins: records ? [] : [withoutRecords],
    entryPoints: [join(root, entry)],
  });

const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/**
 * Of several pairs of processes, each with as many slices: what the records cost. A case that does the same all the time has the median of all
 * quotients; one that does not, that of its whole runs, each slice by the least of all pairs, for whatever else the computer does adds to it.
 */
export function costOf(runs, whole) {
  const least = (which) => sum(runs[0].map((_, n) => Math.min(...runs.map((pairs) => pairs[n][which]))));
  const quotients = runs.map((pairs) =>
    whole
      ? sum(pairs.map(([recording]) => recording)) / sum(pairs.map(([, plain]) => plain))
      : median(pairs.map(([recording, plain]) => recording / plain)),
  );
  const all = runs.flat().map(([recording, plain]) => recording / plain);
  return {
    ...{ recording: least(0), plain: least(1) },
    cost: (whole ? least(0) / least(1) : median(all)) - 1,
    // What one pair of processes says more or less than another one.
    spread: Math.max(...quotients) - Math.min(...quotients),
  };
}

/** @returns one row for each case: seconds with and without by the least times of the slices, what records cost, and its spread over the runs */
export async function recordRows({ folder, runs, only, onRow }) {
  const drivers = ['with-records.cjs', 'without-records.cjs'].map((name) => join(folder, name));
  await bundleDriver(drivers[0], true);
  await bundleDriver(drivers[1], false);
  return measureCases(drivers, { runs, only, onRow });
}
/** The same of two drivers that are there: [the one whose cost is wanted, the other one]. @param only names of cases, or `name:tier` */
export async function measureCases(drivers, { runs, only, onRow }) {
  const rows = [];
  for (const one of CASES) {
    if (only && !only.includes(one.name) && !only.includes(`${one.name}:${one.tier}`)) continue;
    const pairs = [];
    for (let run = 0; run < runs; run++) pairs.push(await pairedSlices(drivers, one));
    const row = { name: one.name, tier: one.tier, ...costOf(pairs, one.whole) };
    onRow(row);
    rows.push(row);
  }
  return rows;
}

const percent = (share) => `${(share * 100).toFixed(1)} %`.padStart(10);
export const recordHead = `${'seconds'.padEnd(16)}${'tier'.padEnd(14)}${['with', 'without', 'cost', 'spread'].map((title) => title.padStart(10)).join('')}\n`;

export const recordLine = ({ name, tier, recording, plain, cost, spread }) =>
  `${name.padEnd(16)}${tier.padEnd(14)}${recording.toFixed(3).padStart(10)}${plain.toFixed(3).padStart(10)}${percent(cost)}${percent(spread)}\n`;
