/*
 * The system-level test programs, on our machine and on the oracles. Ours must pass every case. An oracle may fail those of
 * `deviations.ts`, which say what the manual has; so a wrong expectation in a program does not go unnoticed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { runQemu } from '../oracle/kernels-run-qemu.ts';
import { canRun, type Oracle, unexplained } from './deviations.ts';
import { hasBochs, runBochs } from './run-bochs.ts';
import type { MachineRun } from './run-machine.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const build = join(folder, 'build');
const programs = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2));
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

const lastLine = (com1: string) => com1.trimEnd().split('\n').at(-1);
const failures = (com1: string) => com1.split('\n').filter((line) => line.startsWith('FAIL'));

function expectExplained(oracle: Oracle, program: string, com1: string): void {
  expect(lastLine(com1)).toMatch(/^\d+ passed, \d+ failed$/);
  expect(unexplained(oracle, program, failures(com1)).slice(0, 20)).toEqual([]);
}

describe('the system-level test programs', () => {
  let runMachine: (kernel: string) => MachineRun;

  beforeAll(async () => {
    execFileSync('make', ['--no-print-directory', '-s', '-j2', '-C', folder], { stdio: 'inherit' });
    // Bundled as the product is: six times as fast as module by module.
    const temporary = mkdtempSync(join(tmpdir(), 'test-kernels-'));
    const outfile = join(temporary, 'run-machine.mjs');
    await bundle({
      entryPoints: [join(folder, 'run-machine.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
    });
    ({ runMachine } = (await import(pathToFileURL(outfile).href)) as { runMachine: typeof runMachine });
    rmSync(temporary, { recursive: true });
  });

  describe('here', () => {
    it.each(programs)('%s', (program) => {
      const { com1, end, status } = runMachine(join(build, `${program}.elf`));
      expect(failures(com1).slice(0, 20)).toEqual([]);
      expect(lastLine(com1), end).toMatch(/^[1-9]\d* passed, 0 failed$/);
      expect(status).toBe(1);
    });
  });

  describe.skipIf(!hasQemu)('on QEMU', () => {
    it.each(programs.filter((program) => canRun('qemu', program)))('%s', async (program) => {
      const { com1 } = await runQemu({ kernel: join(build, `${program}.elf`) });
      expectExplained('qemu', program, com1);
    });
  });

  describe.skipIf(!hasBochs)('on Bochs', () => {
    it.each(programs.filter((program) => canRun('bochs', program)))('%s', async (program) => {
      expectExplained('bochs', program, await runBochs(build, program));
    });
  });
});
