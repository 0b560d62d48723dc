/*
 * Rung 2 of the ladder: our processor and QEMU's side by side on the lock-step images, all registers and everything
 * stored compared after each of their instructions, all of RAM at the end.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare, type LockstepOptions, type LockstepResult, SEEN_REGISTER } from './compare.ts';
import { type QemuLog, traceQemu } from './qemu.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

/** Half a gigabyte of log on a busy machine. */
const TIMEOUT_MS = 300_000;

/** The image and its memory, where 16-bit code runs, and the window of the paging image; the firmware is elsewhere. */
const RANGES = '0x100000+0x100000,0x20000+0x10000,0x400000+0x10000';

/** @param store may change what QEMU is said to have stored */
async function lockstep(
  name: string,
  options?: LockstepOptions,
  store: (bytes: Uint8Array) => void = () => undefined,
): Promise<LockstepResult & { theirs: string }> {
  const kernel = join(root, `kernels/build/${name}.elf`);
  const log = await traceQemu(kernel, RANGES);
  try {
    const changed: QemuLog = {
      ...log,
      forEach: (events) =>
        log.forEach({
          ...events,
          store: (physical, bytes) => {
            store(bytes);
            events.store(physical, bytes);
          },
        }),
    };
    const result = await compare(readFileSync(kernel), changed, options);
    return { ...result, theirs: log.com1() };
  } finally {
    await log.close();
  }
}

describe.skipIf(!hasQemu)('lock-step with QEMU', { timeout: TIMEOUT_MS }, () => {
  beforeAll(() => {
    execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  });

  it.each([
    ['integer, strings, segments, rings', 'lockstep', 300_000],
    ['paging', 'lockstep-paging', 10_000],
    ['task switches', 'lockstep-tasks', 2_000],
    ['x87, MMX and SSE', 'lockstep-fpu', 10_000],
    ['real mode', 'lockstep-real', 10_000],
  ])('has the same registers and memory after each instruction: %s', async (_, name, atLeast) => {
    const result = await lockstep(name);
    expect(result.difference ?? 'no difference').toBe('no difference');
    expect(result.compared).toBeGreaterThan(atLeast);
    expect(result.exitStatus).toBe(1);
    expect(result.com1).toBe(result.theirs);
    if (name === 'lockstep')
      expect(result.com1).toBe(readFileSync(join(root, 'test/golden/lockstep.com1.txt'), 'latin1'));
    console.log(
      `${name}: ${String(result.compared)} instructions the same; ` +
        `undefined bits differed after ${String(result.undefinedDifferences)}; ` +
        `${String(result.repeatedRecords)} records of QEMU repeated; ${String(result.deviations)} known deviations`,
    );
  });

  it('sees one wrong bit in one register after one instruction', async () => {
    const { difference, compared } = await lockstep('lockstep', {
      change: (machine, step) => {
        if (step === 1000) machine.cpu.views.reg32[SEEN_REGISTER]! ^= 0x100;
      },
    });
    expect(compared).toBe(1001);
    expect(difference).toMatch(/\* ebx/);
  });

  it('sees one wrong byte that an instruction stored', async () => {
    let stores = 0;
    const { difference } = await lockstep('lockstep-tasks', {}, (bytes) => {
      if (++stores === 100) bytes[0]! ^= 1;
    });
    expect(stores).toBeGreaterThanOrEqual(100);
    expect(difference).toMatch(/^after \d+ instructions, .*: the byte at physical .* here and .* on QEMU$/);
  });

  it('sees one wrong byte that nobody reads again, and who changed it', async () => {
    const unused = 0x1f_f000;
    const options: LockstepOptions = {
      watch: unused,
      change: (machine, step) => {
        if (step === 500) machine.memory.bytes[unused]! ^= 1;
      },
    };
    const { endDifference, difference } = await lockstep('lockstep-tasks', options);
    expect(endDifference).toEqual({ physical: unused, ours: 1, theirs: 0 });
    expect(difference).toMatch(/at the end: the byte at physical 1ff000 is 1 here and 0 on QEMU/);
  });
});
