/** Coverage as an LCOV tracefile (geninfo(1), "FILES"). */
import type { BranchCoverage, FileCoverage } from './coverage.ts';

/** @param test its name, of letters, digits and underscores */
export function lcov(files: readonly FileCoverage[], test = ''): string {
  return files.map((file) => record(file, test)).join('');
}

function record({ file, lines, functions, branches }: FileCoverage, test: string): string {
  const hit = (all: readonly { readonly count: number }[]) => all.filter(({ count }) => count > 0).length;
  const ways = branches.flatMap(waysOf);
  return [
    `TN:${test.replace(/\W/g, '_')}`,
    `SF:${file}`,
    ...functions.map(({ line, name }) => `FN:${line},${name}`),
    ...functions.map(({ count, name }) => `FNDA:${count},${name}`),
    ...[`FNF:${functions.length}`, `FNH:${hit(functions)}`],
    ...branches.flatMap((one) =>
      waysOf(one).map((count, n) => `BRDA:${one.line},${one.branch},${n},${one.reached ? count : '-'}`),
    ),
    ...[`BRF:${ways.length}`, `BRH:${ways.filter((count) => count > 0).length}`],
    ...lines.map(({ line, count }) => `DA:${line},${count}`),
    ...[`LF:${lines.length}`, `LH:${hit(lines)}`],
    'end_of_record\n',
  ].join('\n');
}

const waysOf = ({ taken, passed }: BranchCoverage) => [taken, passed];
