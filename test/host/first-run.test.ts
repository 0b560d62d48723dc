/*
 * The RUN request, seen from outside: how often the machine crosses between the kernels before the process that has asked for
 * it is back in ring 3. The first one crosses once, there and back.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { CPL } from '../../core/cpu/state.ts';
import { createHost, HELLO } from './host-machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SLICE = 100_000;
/** Far less than the tick of the host's scheduler. */
const MOST_STEPS = 100_000;

beforeAll(() => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
});

it('makes one switch the first time, and many later', { timeout: 60_000 }, () => {
  const { machine } = createHost([HELLO], 'mem=4', 32);
  let crossings = 0;
  machine.passages.watch(() => {
    crossings++;
    machine.interruptRun();
  });

  /** Crossings from the next one on until the machine is in ring 3, or enough has been seen. */
  function crossingsOfRun(): number {
    for (crossings = 0; crossings === 0;) {
      const result = machine.run(SLICE);
      if (result.kind === 'halted') machine.skipTo(result.wake);
      else expect(result.kind).toBe('slice');
    }
    for (let steps = 0; steps < MOST_STEPS && machine.cpu.views.state[CPL] !== 3; steps++) machine.run(1);
    return crossings;
  }

  expect(crossingsOfRun()).toBe(2);
  expect(machine.cpu.views.state[CPL]).toBe(3);
  expect(crossingsOfRun()).toBeGreaterThan(2);
});
