/*
 * The benchmark runs and says what it should; how fast anything is, no test asserts.
 */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Report {
  readonly latency: readonly {
    readonly name: string;
    readonly debuggers: readonly { readonly name: string; readonly median: number }[];
  }[];
  readonly results: readonly { readonly name: string; readonly median: number; readonly unit: string }[];
}

it('npm run bench measures three loops, switches, a boot, a disk, a network and how long a debugger takes', () => {
  const text = execFileSync('node', [join(root, 'tools/bench.mjs'), '--json', '--quick'], {
    encoding: 'utf8',
  });
  const { results, latency } = JSON.parse(text) as Report;
  expect(results.map(({ name, unit }) => [name, unit])).toEqual([
    ['bench-alu', 'MIPS'],
    ['bench-mem', 'MIPS'],
    ['bench-fpu', 'MIPS'],
    ['round trips to host', '1000/s'],
    ['host + sample guest', 's'],
    ['cobd read', 'MB/s'],
    ['cobd write and flush', 'MB/s'],
    ['cobd requests, 4 KiB', '1/s'],
    ['conet round trips', '1/s'],
    ['conet TCP download', 'MB/s'],
    ['conet TCP upload', 'MB/s'],
  ]);
  expect(latency.map(({ name }) => name)).toEqual([
    'step a line',
    'step an instruction',
    'step over a call',
    'breakpoint to stop',
    'step, with variables',
    'stop, with variables',
    '200 fields',
    'page walk',
    'all mappings of 4 GiB',
    'the same as objects',
    'restart to stop',
    'launch to stop',
    '10 M instructions, more',
    '1 M calls, more',
  ]);
  // A difference of two times may be anything.
  const times = latency.filter(({ name }) => !name.endsWith('more'));
  const medians = times.flatMap(({ debuggers }) => debuggers);
  for (const { median } of [...results, ...medians]) expect(median).toBeGreaterThan(0);
  // Those of ours answer everything, whoever is installed besides.
  for (const { debuggers } of latency)
    expect(debuggers.slice(0, 2).map(({ name }) => name)).toEqual(['over pipes', 'in the editor']);
});
