/*
 * Rung 2 of the ladder: our processor and QEMU's side by side on the lock-step image, all registers compared after each
 * of its instructions.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare, type LockstepResult, SEEN_REGISTER } from './lockstep-compare.ts';
import { traceQemu } from './lockstep-qemu.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kernel = join(root, 'kernels/build/lockstep.elf');
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

/** The image and its memory; the firmware is elsewhere. */
const RANGE = '0x100000+0x100000';

async function lockstep(
  change?: Parameters<typeof compare>[2],
): Promise<LockstepResult & { theirs: string }> {
  const log = await traceQemu(kernel, RANGE);
  try {
    const result = await compare(readFileSync(kernel), log, change);
    return { ...result, theirs: log.com1() };
  } finally {
    await log.close();
  }
}

describe.skipIf(!hasQemu)('lock-step with QEMU', () => {
  beforeAll(() => {
    execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  });

  it('is in the same state after each instruction of the image', async () => {
    const { difference, compared, exitStatus, com1, theirs, repeatedRecords, undefinedDifferences } =
      await lockstep();
    expect(difference ?? 'no difference').toBe('no difference');
    expect(compared).toBeGreaterThan(300_000);
    expect(exitStatus).toBe(1);
    expect(com1).toBe(theirs);
    expect(com1).toBe(readFileSync(join(root, 'test/golden/lockstep.com1.txt'), 'latin1'));
    console.log(
      `lock-step: ${String(compared)} instructions the same; undefined flags differed after ` +
        `${String(undefinedDifferences)}; ${String(repeatedRecords)} records of QEMU repeated`,
    );
  });

  it('sees one wrong bit in one register after one instruction', async () => {
    const { difference, compared } = await lockstep((machine, step) => {
      if (step === 1000) machine.cpu.views.reg32[SEEN_REGISTER]! ^= 0x100;
    });
    expect(compared).toBe(1001);
    expect(difference).toMatch(/\* ebx/);
  });
});
