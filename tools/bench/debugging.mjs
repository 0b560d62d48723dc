// `npm run bench -- debugging`: what a debugger costs that never stops the machine. Benchmarks of kernels/bench run with 1,000
// breakpoints elsewhere and a watchpoint on a page of its own, and without; each run is a process, and they take turns. What is always recorded
// (branches, handlers, switches, loads of CR3) is so in both.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './figures.mjs';
import { kernel } from './machines.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BREAKPOINTS = 1000;
/** Some of each kind: the sum of all takes long and says no more. */
export const DEBUGGED = [
  'alu_mix',
  'branch_switch',
  'call_fib',
  'mem_loop32',
  'sort_quick',
  'core_mix',
  'sys_int80',
];

function secondsOf(driver, name, breakpoints) {
  const args = [driver, kernel('bench'), name, '5', String(breakpoints)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** @returns one row for each benchmark: medians in seconds, and how much longer it takes with a debugger */
export async function debuggingRows({ folder, runs, only }) {
  const driver = join(folder, 'debugged-benchmark.cjs');
  await build({
    entryPoints: [join(root, 'test/bench/debugged-benchmark.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    outfile: driver,
    logLevel: 'error',
  });
  return DEBUGGED.filter((name) => only === undefined || only.includes(name)).map((name) => {
    const samples = Array.from({ length: runs }, () => [
      secondsOf(driver, name, 0),
      secondsOf(driver, name, BREAKPOINTS),
    ]);
    const checksums = new Set(samples.flat().map(({ checksum }) => checksum));
    if (checksums.size !== 1) throw new Error(`${name} computes something else with a debugger.`);
    const [plain, debugged] = [0, 1].map((n) => median(samples.map((pair) => pair[n].seconds)));
    return { name, plain, debugged, cost: debugged / plain - 1 };
  });
}

export function debuggingTable(rows) {
  const mean = rows.reduce((sum, { cost }) => sum + Math.log1p(cost), 0) / rows.length;
  const percent = (part) => `${(part * 100).toFixed(1)} %`.padStart(10);
  const line = (name, plain, debugged, cost) =>
    `${name.padEnd(20)}${plain.padStart(10)}${debugged.padStart(10)}${cost}`;
  return [
    line('seconds', 'alone', 'debugged', 'cost'.padStart(10)),
    ...rows.map((row) => line(row.name, row.plain.toFixed(3), row.debugged.toFixed(3), percent(row.cost))),
    line('geometric mean', '', '', percent(Math.expm1(mean))),
    '',
  ].join('\n');
}
