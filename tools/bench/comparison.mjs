// What a comparison of machines comes to: medians, ratios, geometric means, and the table that people read.
import { median } from './figures.mjs';

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

/** The row of a benchmark; one that fails, or computes something else somewhere, has a `problem` instead of figures. */
export async function measured(name, compare) {
  try {
    return row(await compare());
  } catch (error) {
    return { name, problem: error.message };
  }
}

/** Geometric means of how many times faster we are than each of the others. */
export function means(all) {
  const rows = all.filter(({ problem }) => problem === undefined);
  const mean = (kind, engine) => {
    const ratios = rows.map((of) => of[kind][engine]).filter((number) => number !== null);
    return ratios.length > 0 ? geometricMean(ratios) : null;
  };
  const both = (kind) => ({ qemu: mean(kind, 'qemu'), v86: mean(kind, 'v86') });
  return { faster: both('faster'), firstFaster: both('firstFaster') };
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

export const tableHead = ({ runs, repeat }) =>
  `Seconds of a benchmark, medians of ${runs} runs; "× QEMU" is how many times faster we are.\n` +
  `${''.padEnd(16)}${`repetitions 2 to ${repeat}`.padStart(27)}${''.padEnd(18)}${'first repetition'.padStart(27)}\n` +
  `${'benchmark'.padEnd(16)}${[...Array(2)]
    .flatMap(() => ['ours', 'QEMU', 'v86', '× QEMU', '× v86'])
    .map((title) => title.padStart(9))
    .join('')}\n`;
export const tableRow = (of) =>
  of.problem === undefined ? tableLine(of.name, of) : `${of.name.padEnd(16)} ${of.problem}\n`;
export const tableFoot = (mean) => tableLine('geometric mean', mean);
