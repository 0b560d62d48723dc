// `npm run bench -- processor`: the benchmarks of kernels/bench on our machine, on QEMU (TCG) and on v86. They take turns; each run of a
// benchmark is a process of its own, so that the first repetition in it shows what warming up costs, and the others what comes after.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runEngine } from '../engines.mjs';
import { measured } from './comparison.mjs';
import { LEAST_SECONDS } from './figures.mjs';
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
      seconds.push(Math.max(now - began, LEAST_SECONDS));
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
async function compare(name, engines, { runs, repeat, divide, kept }) {
  const times = Object.fromEntries(engines.map((engine) => [engine, { first: [], warm: [] }]));
  const repeats = ONCE.includes(name) ? 1 : repeat;
  let checksum;
  if (kept) await measure('ours', name, repeats, divide);
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

/**
 * @param only names of benchmarks, all if undefined
 * @param onRow is told each row when it is there
 * @returns the rows
 */
export async function kernelRows({ only, engines, onRow, ...settings }) {
  const rows = [];
  for (const name of benchmarkNames()) {
    if (only !== undefined && !only.includes(name)) continue;
    rows.push(await measured(name, () => compare(name, engines, settings)));
    onRow(rows.at(-1));
  }
  return rows;
}
