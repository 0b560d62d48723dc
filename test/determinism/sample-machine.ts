/*
 * Owns the machine of the determinism tests: the host kernel with the sample guest, always the same; and how it is run
 * to an exact count of instructions, however the time is sliced.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tier } from '../../core/jit/tier.ts';
import { createMachine, type Machine } from '../../core/machine/machine.ts';
import type { Processor } from '../../core/machine/processor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Ten looks: the host boots, the guest boots, its process runs, timers tick. */
export const LOOKS: readonly number[] = [
  1000, 54_321, 400_003, 1_000_000, 2_345_678, 4_000_001, 5_999_999, 8_000_000, 10_101_010, 12_345_678,
];

export function buildKernels(): void {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
}

/** RAM of the sample's machine in bytes. */
export const SAMPLE_MEMORY = 32 << 20;

export interface SampleSettings {
  /** The guest's command line. */
  readonly args?: string;
  readonly rtcSeconds?: number;
  readonly tier?: Tier;
  /** Of a machine before; it has `SAMPLE_MEMORY`, and the same tier. */
  readonly processor?: Processor;
}

export interface Sample {
  readonly machine: Machine;
  readonly com1: () => string;
  /** Bytes that have left on COM2, the cocon wire. */
  readonly com2Length: () => number;
}

export function createSample({
  args = '',
  rtcSeconds = 1_100_000_000,
  tier,
  processor,
}: SampleSettings = {}): Sample {
  let com1 = '';
  let com2Length = 0;
  const image = (path: string, words: string) => ({
    bytes: readFileSync(join(root, path)),
    name: path.split('/').at(-1)!,
    args: words,
  });
  const machine = createMachine(
    {
      memoryBytes: SAMPLE_MEMORY,
      kernel: image('kernels/build/colinux-host.elf', ''),
      modules: [image('samples/hello-guest/build/hello-guest.elf', args)],
      rtcSeconds,
      ...(tier ? { tier } : {}),
    },
    {
      serial(port, byte) {
        if (port === 'com1') com1 += String.fromCharCode(byte);
        else com2Length++;
      },
      debugcon: () => undefined,
      log: () => undefined,
    },
    processor,
  );
  return { machine, com1: () => com1, com2Length: () => com2Length };
}

/** Length of the next slice in ticks. */
export type Slicing = () => number;
export const whole: Slicing = () => Infinity;

/** Slices of the lengths 1 to `most`, in an order that looks random and is always the same. */
export function oddSlices(most: number): Slicing {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (seed % most);
  };
}

/**
 * Runs until `instructions` have retired; halted time is skipped. Returns the exit status if the machine ends before.
 * @param look is called between two slices.
 */
export function runTo(
  machine: Machine,
  instructions: number,
  slicing: Slicing = whole,
  look: () => void = () => undefined,
): number | undefined {
  for (;;) {
    const left = instructions - machine.instructions();
    if (left <= 0) return undefined;
    const result = machine.run(Math.min(left, slicing()));
    look();
    switch (result.kind) {
      case 'exit':
        return result.status;
      case 'halted':
        machine.skipTo(result.wake);
        break;
      case 'slice':
      case 'event':
        break;
      case 'breakpoint':
        machine.cpu.skipBreakpoint(machine.cpu.linearEip());
        break;
      default:
        throw new Error(`The sample ended by ${result.kind}.`);
    }
  }
}

/** The state hashes at all `LOOKS`. */
export function hashes(machine: Machine, slicing: Slicing = whole, look?: () => void): string[] {
  return LOOKS.map((instructions) => {
    runTo(machine, instructions, slicing, look);
    if (machine.instructions() !== instructions)
      throw new Error(`The sample missed ${String(instructions)}.`);
    return machine.hash();
  });
}
