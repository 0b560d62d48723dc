/*
 * The system-level test programs, on our machine and on the oracles. Ours must pass every case. An oracle may fail those of
 * `deviations.ts`, which say what the manual has; so a wrong expectation in a program does not go unnoticed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tier } from '../../core/jit/tier.ts';
import type { RunResult } from '../../core/machine/machine.ts';
import { runQemu } from '../oracle/kernels-run-qemu.ts';
import { bootInput, qemuBootInput } from './boot-input.ts';
import { canRun, type Oracle, unexplained } from './deviations.ts';
import { needsBoard, withQemuBoard } from './virtio-board.ts';
import { hasBochs, runBochs } from './run-bochs.ts';
import { runMachine, runRom } from './run-machine.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const build = join(folder, 'build');
/** Programs that do not come to their end: they shut the processor down or reset the machine. */
const ENDINGS: readonly (readonly [program: string, kind: RunResult['kind']])[] = [
  ['shutdown', 'shutdown'],
  ['reset92', 'reset'],
  ['reset8042', 'reset'],
];
const programs = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2))
  .filter((name) => !ENDINGS.some(([ending]) => ending === name));
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

const lastLine = (com1: string) => com1.trimEnd().split('\n').at(-1);
const failures = (com1: string) => com1.split('\n').filter((line) => line.startsWith('FAIL'));
/** Here nothing may be left out either. */
const notPassed = (com1: string) => com1.split('\n').filter((line) => /^(FAIL|SKIP)/.test(line));

/** QEMU's default processor, with no-execute pages. */
const NO_EXECUTE = ['-cpu', 'qemu32,+nx'];

function expectExplained(oracle: Oracle, program: string, com1: string): void {
  expect(lastLine(com1)).toMatch(/^\d+ passed, \d+ failed$/);
  expect(unexplained(oracle, program, failures(com1)).slice(0, 20)).toEqual([]);
}

describe('the system-level test programs', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'test-kernels-'));

  beforeAll(async () => {
    execFileSync('node', [join(folder, '../../tools/build-kernels.mjs'), 'test/kernels'], {
      stdio: 'inherit',
    });
  });
  afterAll(() => {
    rmSync(temporary, { recursive: true });
  });

  describe('here', () => {
    it.each([...programs, 'rom'])('%s', (program) => {
      const runIn = (tier: Tier) => runMachine(join(build, `${program}.elf`), undefined, tier);
      const run = program === 'rom' ? runRom(join(build, 'rom.rom')) : runIn('hot');
      const { com1, end, status, instructions } = run;
      expect(notPassed(com1).slice(0, 20)).toEqual([]);
      expect(lastLine(com1), end).toMatch(/^[1-9]\d* passed, 0 failed$/);
      expect(status).toBe(1);
      if (program === 'rom') return;
      // The interpreter says the same, after as many instructions.
      const interpreted = runIn('interpreter');
      expect(interpreted.com1).toBe(com1);
      expect(interpreted.instructions).toBe(instructions);
    });
    it.each(ENDINGS)('%s', (program, kind) => {
      const { com1, result } = runMachine(join(build, `${program}.elf`));
      expect(com1).not.toMatch(/FAIL|passed/);
      expect(result.kind).toBe(kind);
      // #BP finds no gate, nor does any exception after it.
      if (result.kind === 'shutdown')
        expect(result.causes.map(({ vector }) => vector)).toEqual([13, 13, 8, 13]);
    });
  });

  describe.skipIf(!hasQemu)('on QEMU', () => {
    it.each(programs.filter((program) => canRun('qemu', program)))('%s', async (program) => {
      const input = qemuBootInput(bootInput(program), temporary);
      const start = (board: readonly string[]) =>
        runQemu({ kernel: join(build, `${program}.elf`), ...input, extra: [...NO_EXECUTE, ...board] });
      const { com1 } = await (needsBoard(program) ? withQemuBoard(temporary, start) : start([]));
      expectExplained('qemu', program, com1);
    });
    it('rom', async () => {
      const { com1 } = await runQemu({ bios: join(build, 'rom.rom') });
      expectExplained('qemu', 'rom', com1);
    });
    it.each(ENDINGS)('%s', async (program) => {
      const { com1, status } = await runQemu({ kernel: join(build, `${program}.elf`) });
      expect(com1).not.toMatch(/FAIL|passed/);
      // By a reset, which `-no-reboot` makes the end. Port F4h gives odd numbers only.
      expect(status).toBe(0);
    });
  });

  describe.skipIf(!hasBochs)('on Bochs', () => {
    it.each(programs.filter((program) => canRun('bochs', program) && !needsBoard(program)))(
      '%s',
      async (program) => {
        expectExplained('bochs', program, await runBochs(build, program));
      },
    );
    it.each(ENDINGS)('%s', async (program, kind) => {
      const com1 = await runBochs(build, program);
      expect(com1).not.toContain('FAIL');
      // After a reset the program begins again, and sees that; a shutdown is Bochs' end.
      expect(com1.includes('passed')).toBe(kind === 'reset');
    });
  });
});
