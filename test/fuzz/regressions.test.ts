/** Rounds of `npm run fuzz` that once did not behave, by their seeds. A round ends by itself, with what it has found wrong. */
import { expect, it } from 'vitest';
import { fuzzTargets as gdb } from '../../debug-adapter/gdb/testing/fuzz.ts';
import { fuzzTargets as mangled } from '../../debug-adapter/symbols/demangle/testing/names.ts';
import { fuzzTargets as symbols } from '../../debug-adapter/symbols/testing/fuzz.ts';
import { seededRandom } from '../../debug-adapter/symbols/testing/random.ts';
import { fuzzTargets as expressions } from '../../debug-adapter/values/testing/fuzz.ts';
import regressions from './regressions.json' with { type: 'json' };

const PARSERS: Readonly<Record<string, typeof symbols>> = { symbols, expressions, gdb, mangled };

it.each(regressions)('$parser, $target, seed $seed: $was', async ({ parser, target, seed }) => {
  const found = (await PARSERS[parser]!()).find(({ name }) => name === target);
  expect(found).toBeDefined();
  await found!.round(seededRandom(seed));
});
