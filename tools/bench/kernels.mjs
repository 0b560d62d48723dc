// `npm run bench -- processor`: the benchmarks of kernels/bench on our machine, on QEMU (TCG) and on v86. They take turns; each run of a
// benchmark is a process of its own, so that the first repetition in it shows what warming up costs, and the others what comes after.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENGINES, runEngine } from './engines.mjs';
import { median } from './figures.mjs';
import { kernel } from './machines.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LONGEST_SECONDS = 600;
/** Benchmarks of what is slow once: their first repetition is what counts. */
const ONCE = ['cold_once'];

/** The names of all benchmarks, in their order. */
export function benchmarkNames() {
  const header = readFileSync(join(root, 'kernels/bench/bench.h'), 'utf8');
  return [...header.matchAll(/\bB\((\w+), \d+\)/g)].map(([, name]) => name);
}

/** One process: {checksum, seconds: of each repetition}. */
async function measure(engine, name, repeat, divide) {
  const seconds = [];
  let checksum;
  let began;
  const boot = {
    kernel: kernel('bench'),
    append: `only=${name} repeat=${repeat} divide=${divide}`,
  };
  await runEngine(engine, boot, LONGEST_SECONDS, (line, now) => {
    if (line === `@begin ${name}`) began = now;
    const [, found] = new RegExp(`^@end ${name} ([0-9a-f]{8})$`).exec(line) ?? [];
    if (found !== undefined && began !== undefined) {
      seconds.push(now - began);
      began = undefined;
      checksum ??= found;
      if (found !== checksum) throw new Error(`${name} has checksums ${checksum} and ${found} on ${engine}`);
    }
    if (line.startsWith('@fail')) throw new Error(`${name} failed on ${engine}: ${line}`);
    return line === '@done';
  });
  return { checksum, seconds };
}

/** All runs of a benchmark on all engines. */
async function compare(name, engines, { runs, repeat, divide }) {
  const times = Object.fromEntries(engines.map((engine) => [engine, { first: [], warm: [] }]));
  const repeats = ONCE.includes(name) ? 1 : repeat;
  let checksum;
  for (let run = 0; run < runs; run++)
    for (const engine of engines) {
      const result = await measure(engine, name, repeats, divide);
      checksum ??= result.checksum;
      if (result.checksum !== checksum)
        throw new Error(`${name} has the checksum ${result.checksum} on ${engine} instead of ${checksum}`);
      const [first, ...warm] = result.seconds;
      times[engine].first.push(first);
      times[engine].warm.push(...(warm.length > 0 ? warm : [first]));
    }
  return { name, checksum, times };
}

const ratio = (theirs, ours) => (theirs === undefined || ours === undefined ? null : theirs / ours);
const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, n) => sum + Math.log(n), 0) / numbers.length);

/** Medians of a benchmark in seconds, and how many times faster we are. */
function row({ name, checksum, times }) {
  const medians = (kind) =>
    Object.fromEntries(Object.entries(times).map(([engine, of]) => [engine, median(of[kind])]));
  const [first, warm] = [medians('first'), medians('warm')];
  const faster = (of) => ({ qemu: ratio(of.qemu, of.ours), v86: ratio(of.v86, of.ours) });
  return { name, checksum, warm, first, faster: faster(warm), firstFaster: faster(first), samples: times };
}

/**
 * @param only names of benchmarks, all if undefined
 * @param engines some of `ENGINES`, all if undefined
 * @param onRow is told each row when it is there
 */
export async function kernelFigures({ only, engines, onRow, ...settings }) {
  const names = benchmarkNames();
  const unknown = (only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`--only expects names of ${names.join(', ')}, but found ${unknown.join(', ')}.`);
  const rows = [];
  for (const name of names) {
    if (only !== undefined && !only.includes(name)) continue;
    rows.push(row(await compare(name, engines ?? Object.keys(ENGINES), settings)));
    onRow?.(rows.at(-1));
  }
  const means = (kind, engine) => {
    const ratios = rows.map((of) => of[kind][engine]).filter((number) => number !== null);
    return ratios.length > 0 ? geometricMean(ratios) : null;
  };
  const mean = (kind) => ({ qemu: means(kind, 'qemu'), v86: means(kind, 'v86') });
  return { rows, mean: { faster: mean('faster'), firstFaster: mean('firstFaster') } };
}

const cell = (number, digits) => (typeof number === 'number' ? number.toFixed(digits) : '-').padStart(9);
const COLUMNS = [
  ['warm', 'ours', 3],
  ['warm', 'qemu', 3],
  ['warm', 'v86', 3],
  ['faster', 'qemu', 2],
  ['faster', 'v86', 2],
  ['first', 'ours', 3],
  ['first', 'qemu', 3],
  ['first', 'v86', 3],
  ['firstFaster', 'qemu', 2],
  ['firstFaster', 'v86', 2],
];

const tableLine = (title, of) =>
  `${title.padEnd(16)}${COLUMNS.map(([kind, engine, digits]) => cell(of[kind]?.[engine], digits)).join('')}\n`;

export const kernelTableHead = ({ runs, repeat }) =>
  `Seconds of a benchmark, medians of ${runs} runs; "× QEMU" is how many times faster we are.\n` +
  `${''.padEnd(16)}${`repetitions 2 to ${repeat}`.padStart(27)}${''.padEnd(18)}${'first repetition'.padStart(27)}\n` +
  `${'benchmark'.padEnd(16)}${[...Array(2)]
    .flatMap(() => ['ours', 'QEMU', 'v86', '× QEMU', '× v86'])
    .map((title) => title.padStart(9))
    .join('')}\n`;
export const kernelTableRow = (of) => tableLine(of.name, of);
export const kernelTableFoot = ({ mean }) => tableLine('geometric mean', mean);
