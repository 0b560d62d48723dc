/**
 * Coverage of a program's sources: lines, functions and branches with their counts, from the record of execution and the DWARF line
 * table. A line ran as often as the most frequent of its statements; a branch is a conditional jump, its two ways are the jump and what
 * follows it. Compilers make more or fewer of them than the source has, so branches of optimised code are those of the code.
 */
import type { SymbolImage } from '../symbols/image.ts';
import { conditionalBranches } from './branch-sites.ts';
import type { Executed } from './executed.ts';

export interface LineCoverage {
  readonly line: number;
  readonly count: number;
}
export interface FunctionCoverage extends LineCoverage {
  readonly name: string;
}
export interface BranchCoverage {
  readonly line: number;
  /** Counts the branches of a line, from 0. */
  readonly branch: number;
  /** The branch was come to. */
  readonly reached: boolean;
  readonly taken: number;
  readonly passed: number;
}

/** All ascending by line. */
export interface FileCoverage {
  /** As debug information has it. */
  readonly file: string;
  readonly lines: readonly LineCoverage[];
  readonly functions: readonly FunctionCoverage[];
  readonly branches: readonly BranchCoverage[];
}

interface Gathered {
  readonly lines: Map<number, number>;
  readonly functions: Map<string, FunctionCoverage>;
  readonly branches: Map<string, BranchCoverage>;
}

class Gathering {
  private readonly files = new Map<string, Gathered>();

  /** Numbers the branches, which are known by their addresses. */
  numberBranches(): this {
    for (const { branches } of this.files.values()) number(branches);
    return this;
  }

  file(name: string): Gathered {
    let known = this.files.get(name);
    if (!known)
      this.files.set(name, (known = { lines: new Map(), functions: new Map(), branches: new Map() }));
    return known;
  }

  result(): FileCoverage[] {
    const byLine = <T extends { readonly line: number }>(all: Iterable<T>) =>
      [...all].sort((a, b) => a.line - b.line);
    return [...this.files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, { lines, functions, branches }]) => ({
        file,
        lines: byLine(Array.from(lines, ([line, count]) => ({ line, count }))),
        functions: byLine(functions.values()),
        branches: byLine(branches.values()).sort((a, b) => a.line - b.line || a.branch - b.branch),
      }));
  }
}

/**
 * The branches of a line in the order of their code: the same source in another program has the same numbers.
 * @param branches by their addresses
 */
function number(branches: Map<string, BranchCoverage>): void {
  const sorted = [...branches].sort(([, a], [, b]) => a.line - b.line || a.branch - b.branch);
  let before = -1;
  let count = 0;
  for (const [key, one] of sorted) {
    count = one.line === before ? count + 1 : 0;
    before = one.line;
    branches.set(key, { ...one, branch: count });
  }
}

/** @param executed by run-time addresses: those where the program is linked, and those where it was loaded before paging */
export function coverageOf(image: SymbolImage, executed: Executed): FileCoverage[] {
  const gathering = new Gathering();
  /** The same instruction may have run before and after a higher-half kernel has moved to where it is linked. */
  const places = (address: number): number[] => {
    const loaded = image.loadAddress(address);
    return loaded === undefined || loaded === address ? [address] : [address, loaded];
  };
  const countOf = (address: number) =>
    places(address).reduce((sum, place) => sum + (executed.counts.get(place) ?? 0), 0);

  for (const { file, line, address } of image.allStatements()) {
    const { lines } = gathering.file(file);
    lines.set(line, Math.max(lines.get(line) ?? 0, countOf(address)));
  }
  for (const fn of image.functionNames().flatMap((name) => image.findFunctions(name))) {
    const at = fn.declaration ?? image.lineAt(fn.lowPc);
    if (!at || at.line <= 0) continue;
    const { functions, branches } = gathering.file(at.file);
    functions.set(`${fn.name} ${fn.lowPc}`, { name: fn.name, line: at.line, count: countOf(fn.lowPc) });
    for (const { low, high } of fn.ranges) {
      for (const branch of conditionalBranches(
        image.linkedBytes(low, high - low) ?? new Uint8Array(0),
        low,
      )) {
        const where = image.lineAt(branch);
        if (!where || where.line <= 0) continue;
        const found = places(branch).map((place) => executed.branches.get(place));
        const sum = (which: 'taken' | 'passed') =>
          found.reduce((total, one) => total + (one?.[which] ?? 0), 0);
        const own = where.file === at.file ? branches : gathering.file(where.file).branches;
        own.set(String(branch), {
          ...{ line: where.line, branch, reached: countOf(branch) > 0 },
          ...{ taken: sum('taken'), passed: sum('passed') },
        });
      }
    }
  }
  return gathering.numberBranches().result();
}

/** The sum of several runs, of one program or of several. */
export function mergeCoverage(runs: readonly (readonly FileCoverage[])[]): FileCoverage[] {
  const gathering = new Gathering();
  for (const { file, lines, functions, branches } of runs.flat()) {
    const sum = gathering.file(file);
    for (const { line, count } of lines) sum.lines.set(line, (sum.lines.get(line) ?? 0) + count);
    for (const one of functions) {
      const key = `${one.name} ${one.line}`;
      sum.functions.set(key, { ...one, count: one.count + (sum.functions.get(key)?.count ?? 0) });
    }
    for (const one of branches) {
      const key = `${one.line} ${one.branch}`;
      const known = sum.branches.get(key);
      sum.branches.set(key, {
        ...one,
        reached: one.reached || known?.reached === true,
        taken: one.taken + (known?.taken ?? 0),
        passed: one.passed + (known?.passed ?? 0),
      });
    }
  }
  return gathering.result();
}
