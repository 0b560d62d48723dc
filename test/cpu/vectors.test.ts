/**
 * The interpreter against instructions recorded on a real processor (`test/vectors/FORMAT.md`). A sample is in the
 * repository; `COLINUX_VECTORS` names another folder of the same format, and `npm run test:vectors` reports on all of it.
 * The group `impl` holds what the manual leaves undefined; there too the recorded processor is the model. `native` is of
 * another processor and only in the repository: what random inputs found, see `tools/record-vectors/README.md`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../core/jit/tier.ts';
import type { VectorRecord } from '../../core/testing/vector-record.ts';
import { createVectorRunner } from '../../core/testing/vectors.ts';

const sample = join(import.meta.dirname, '../vectors');
const folder = process.env.COLINUX_VECTORS ?? sample;
const INTEGERS = [
  ...['alu', 'mov', 'shift', 'muldiv', 'bcd', 'bit', 'stack', 'string', 'flow', 'atomic', 'address'],
  ...['fault', 'step', 'seg', 'code16', 'impl'],
];
const GROUPS = [
  ...INTEGERS,
  ...['x87arith', 'x87cmp', 'x87ldst', 'x87ctl', 'x87fault', 'x87trans'],
  ...['mmx', 'sse', 'sse2', 'sseint', 'ssecvt', 'ssefault'],
];

/** One record of so many is run in `mixed`, which takes longest. */
const MIXED_SHARE = folder === sample ? 3 : 1;

describe('instructions recorded on hardware', () => {
  /**
   * `direct` runs integer instructions straight from their bytes. `eager` translates each instruction before it runs. In `mixed` others run before it, which change nothing, and a die decides for each
   * block who runs it: so it may be anywhere in a translation, and go on from either tier.
   */
  const everyVector = (from: string, group: string, tier: Tier) => {
    const which = tier === 'mixed' && MIXED_SHARE > 1 ? 'a share of the vectors' : 'every vector';
    it(`${group}: ${which} gives the recorded state (${tier})`, () => {
      const file = `${group}.jsonl.gz`;
      expect(readdirSync(from), `${from} has no ${file}`).toContain(file);
      const runner = createVectorRunner({ tier, ...(tier === 'mixed' && { neighbours: 1 }) });
      const lines = gunzipSync(readFileSync(join(from, file)))
        .toString('latin1')
        .split('\n')
        .filter(Boolean);
      expect(lines.length).toBeGreaterThan(100);
      const failures: string[] = [];
      let ran = 0;
      const chosen = lines.filter((_, n) => tier !== 'mixed' || n % MIXED_SHARE === 0);
      for (const line of chosen) {
        const record = JSON.parse(line) as VectorRecord;
        ran++;
        const difference = runner.run(record, group);
        if (difference) failures.push(`${record.n} [${record.c}]: ${difference}`);
      }
      expect(ran).toBe(chosen.length);
      expect(failures).toEqual([]);
    });
  };
  for (const tier of ['interpreter', 'eager', 'mixed'] as const) {
    for (const group of GROUPS) everyVector(folder, group, tier);
    everyVector(sample, 'native', tier);
  }
  for (const group of [...INTEGERS, 'native'])
    everyVector(group === 'native' ? sample : folder, group, 'direct');

  it('notices a wrong result', () => {
    const runner = createVectorRunner();
    // ADD AL, 1 with AL = 1, recorded as if it gave 3.
    const wrong: VectorRecord = {
      n: 'add8',
      c: '0401',
      r: [1, 0, 0, 0, 0x40_1000, 0, 0, 0],
      f: 2,
      R: [[0, 3]],
      E: 0x20_0102,
      F: 0,
    };
    expect(runner.run(wrong, 'alu')).toBe('register 0 is 2, expected 3');
  });

  it('takes a transcendental result for right when it is the neighbour, also of another exponent, and no other', () => {
    const runner = createVectorRunner();
    // FCOS of 0 is 1; recorded as if it gave the value before it, and the one before that.
    const registers = Array.from({ length: 8 }, () => '0'.repeat(20));
    const recorded = (result: string): VectorRecord => ({
      n: 'fcos',
      c: 'd9ff',
      r: [0, 0, 0, 0, 0x40_1000, 0, 0, 0],
      f: 2,
      x: { cw: 0x37f, sw: 0, tw: 0xfffd, r: registers },
      E: 0x20_0102,
      F: 0,
      X: { tw: 0xfffc, r: [[0, result]] },
      tol: 1,
    });
    expect(runner.run(recorded('3fff8000000000000000'), 'x87trans')).toBeUndefined();
    expect(runner.run(recorded('3ffeffffffffffffffff'), 'x87trans')).toBeUndefined();
    expect(runner.run(recorded('3ffefffffffffffffffe'), 'x87trans')).toMatch(
      /^R0 is 3fff8000000000000000, expected/,
    );
    expect(runner.run(recorded('bfff8000000000000000'), 'x87trans')).toMatch(/^R0 is /);
  });
});
