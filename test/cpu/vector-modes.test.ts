/**
 * The recorded instructions in real, virtual-8086 and 16-bit protected mode: the same results, size prefixes turned over.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { carryOver } from '../../core/testing/vector-modes.ts';
import type { VectorRecord } from '../../core/testing/vector-record.ts';
import { createVectorRunner } from '../../core/testing/vectors.ts';

const folder = join(import.meta.dirname, '../vectors');
const SUFFIX = '.jsonl.gz';
/** All of whose records fault, single-step, load segments or are 16-bit code. */
const NOT_CARRIED = ['code16', 'fault', 'seg', 'step', 'ssefault', 'x87fault'];
const groups = readdirSync(folder)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => name.slice(0, -SUFFIX.length))
  .filter((name) => !NOT_CARRIED.includes(name));

describe.each(['real', 'virtual-8086', '16-bit protected'] as const)(
  'recorded instructions in %s mode',
  (mode) => {
    it.each(groups)('%s', (group) => {
      const runner = createVectorRunner({ mode });
      const failures: string[] = [];
      let ran = 0;
      for (const line of gunzipSync(readFileSync(join(folder, group + SUFFIX)))
        .toString('latin1')
        .split('\n')
        .filter(Boolean)) {
        const record = carryOver(JSON.parse(line) as VectorRecord);
        if (!record) continue;
        ran++;
        const difference = runner.run(record, group);
        if (difference) failures.push(`${record.n} [${record.c}]: ${difference}`);
      }
      expect(failures).toEqual([]);
      expect(ran).toBeGreaterThan(40);
    });
  },
);
