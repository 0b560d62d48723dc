// `npm run bench -- records`: what the records cost that are always on: branches, entries and returns, loads of CR3, switches. The same
// machine is built a second time without them; both run in turns, each time in a process of its own, in seconds of the processor.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAssembly, DIRECT, RINGS } from '../build-assembly.mjs';
import { HOST, kernel, sample } from './machines.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where a record is written: the head of what writes it, and what stands behind that when it is to write nothing. */
const WRITERS = [
  ...[
    'recordBranch(frame: Frame, from: number, to: number)',
    'recordBranchIf(frame: Frame, from: number, to: number, taken: number)',
    'recordComputedBranch(frame: Frame, from: number, to: number)',
  ].map((head) => ['core/jit/emit/branch-records.ts', `export function ${head}: void {`, 'return;']),
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

/** What runs: in which tier, and how. */
const CASES = [
  ...['jit', 'interpreter'].flatMap((tier) =>
    [
      ['integers', 'alu_mix'],
      ['branches', 'branch_switch'],
      ['calls', 'call_fib'],
      ['INT 80h', 'sys_int80'],
      ['loads of CR3', 'sys_cr3'],
    ].map(([name, only]) => ({
      ...{ name, tier },
      args: [
        '64',
        kernel('bench'),
        `only=${only} ${tier === 'jit' ? 'repeat=3' : 'divide=10'}`,
        '',
        '',
        tier,
      ],
    })),
  ),
  { name: 'all benchmarks', tier: 'jit', args: ['64', kernel('bench'), 'repeat=3 divide=2', '', '', 'jit'] },
  { name: 'a Unix guest', tier: 'jit', args: ['64', HOST, 'mem=16', sample('unix-guest'), UNIX_WORK, 'jit'] },
  ...['jit', 'interpreter'].map((tier) => ({
    ...{ name: 'switches', tier },
    args: ['64', HOST, 'mem=2', kernel('busy-guest'), tier === 'jit' ? 's40' : 's9', tier],
  })),
];

function processorSeconds(driver, args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [driver, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`our machine failed: ${stderr}`);
  const { exit, processor, instructions } = JSON.parse(stdout);
  if (exit !== 1) throw new Error(`the image ended with ${exit} instead of 1`);
  return { processor, instructions };
}

/** The driver that runs an image, with records or without. @throws if a source has changed so that they cannot be left out */
export const bundleDriver = (outfile, records) =>
  build({
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'es2022', logLevel: 'error', outfile },
    plugins: records ? [] : [withoutRecords],
    entryPoints: [join(root, 'test/bench/run-image.ts')],
  });

/** @returns one row for each case: seconds with and without, each the least of its runs, for whatever else the computer does adds to them */
export async function recordRows({ folder, runs, onRow }) {
  const [recording, plain] = ['with-records.cjs', 'without-records.cjs'].map((name) => join(folder, name));
  await bundleDriver(recording, true);
  await bundleDriver(plain, false);
  return CASES.map(({ name, tier, args }) => {
    const pairs = Array.from({ length: runs }, (_, n) => {
      const order = n % 2 === 0 ? [recording, plain] : [plain, recording];
      const found = new Map(order.map((driver) => [driver, processorSeconds(driver, args)]));
      return [found.get(recording), found.get(plain)];
    });
    const [first] = pairs;
    if (first[0].instructions !== first[1].instructions)
      throw new Error(`${name} is another run without records.`);
    const least = (n) => Math.min(...pairs.map((pair) => pair[n].processor));
    const row = { name, tier, recording: least(0), plain: least(1), cost: least(0) / least(1) - 1 };
    onRow(row);
    return row;
  });
}

export const recordHead = `${'seconds'.padEnd(16)}${'tier'.padEnd(14)}${'with'.padStart(10)}${'without'.padStart(10)}${'cost'.padStart(10)}\n`;

export const recordLine = ({ name, tier, recording, plain, cost }) =>
  `${name.padEnd(16)}${tier.padEnd(14)}${recording.toFixed(3).padStart(10)}${plain.toFixed(3).padStart(10)}${`${(cost * 100).toFixed(1)} %`.padStart(10)}\n`;
