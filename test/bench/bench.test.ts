/*
 * The benchmark runs and says what it should; how fast anything is, no test asserts.
 */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Report {
  readonly results: readonly { readonly name: string; readonly median: number; readonly unit: string }[];
}

it('npm run bench measures three loops, switches and a boot', () => {
  const text = execFileSync('node', [join(root, 'tools/bench.mjs'), '--json', '--quick'], {
    encoding: 'utf8',
  });
  const { results } = JSON.parse(text) as Report;
  expect(results.map(({ name, unit }) => [name, unit])).toEqual([
    ['bench-alu', 'MIPS'],
    ['bench-mem', 'MIPS'],
    ['bench-fpu', 'MIPS'],
    ['round trips to host', '1000/s'],
    ['host + sample guest', 's'],
  ]);
  for (const { median } of results) expect(median).toBeGreaterThan(0);
});
