/*
 * The benchmarks of kernels/bench, made short, compute on our machine what they compute on QEMU; and `npm run bench -- processor` runs
 * them on all three machines. How fast anything is, no test asserts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runImage } from '../kernels/run-machine.ts';
import { runQemu } from '../oracle/kernels-run-qemu.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kernel = join(root, 'kernels/build/bench.elf');
/** As few rounds of each as there can be, and some more of those that take no time; how many benchmarks that is. */
const SHORT = [
  ['divide=1000000', 42],
  ['divide=20000 only=alu_mix,alu_wide,call_indirect,call_vm,mem_movs_short', 5],
] as const;
const MEMORY_MIB = 128;

const linesOf = (com1: string) => com1.split(/\r?\n/);

describe.skipIf(spawnSync('qemu-system-i386', ['--version']).status !== 0)(
  'the benchmarks of the processor',
  () => {
    it.each(SHORT)('compute here what they compute on QEMU: %s', async (args, count) => {
      const ours = runImage(kernel, args, MEMORY_MIB);
      const theirs = await runQemu({ kernel, append: args });
      expect(linesOf(ours.com1)).toEqual(linesOf(theirs.com1));
      expect(ours.com1.match(/^@end \w+ [0-9a-f]{8}$/gm)).toHaveLength(count);
      expect([ours.status, theirs.status]).toEqual([1, 1]);
    });

    it('are measured here, on QEMU and on v86', () => {
      const text = execFileSync('node', [
        ...[join(root, 'tools/bench.mjs'), 'processor', '--json', '--quick'],
        ...['--repeat', '2', '--divide', '10', '--only', 'sys_switch,smc_shared'],
      ]);
      const { rows, mean } = JSON.parse(text.toString()) as Report;
      expect(rows.map(({ name }) => name)).toEqual(['sys_switch', 'smc_shared']);
      for (const times of [...rows.flatMap(({ warm, first }) => [warm, first]), ...Object.values(mean)])
        for (const figure of Object.values(times)) expect(figure).toBeGreaterThan(0);
      expect(Object.keys(rows[0]!.warm)).toEqual(['ours', 'qemu', 'v86']);
    });
  },
);

type Figures = Readonly<Record<string, number>>;

interface Report {
  readonly rows: readonly { readonly name: string; readonly warm: Figures; readonly first: Figures }[];
  readonly mean: { readonly faster: Figures; readonly firstFaster: Figures };
}
