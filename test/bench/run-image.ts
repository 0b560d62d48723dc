/*
 * Owns one measurement of our machine, in a process of its own so that none warms up another's engine: boots an image,
 * runs it to its end and prints {instructions, seconds, processor, exit} as JSON: seconds by the clock and of the process. Only the run
 * is timed, not reading files. Arguments: memory in MiB, kernel, its command line, module (or ""), its command line, tier.
 */

import { readFileSync } from 'node:fs';
import type { Tier } from '../../core/jit/tier.ts';
import { createMachine } from '../../core/machine/machine.ts';
import type { BootImage } from '../../core/protocol/machine-protocol.ts';

const [memory = '32', kernel = '', kernelArgs = '', module = '', moduleArgs = '', tier] =
  process.argv.slice(2);
const image = (file: string, args: string): BootImage => ({ bytes: readFileSync(file), name: file, args });
const config = {
  memoryBytes: Number(memory) << 20,
  kernel: image(kernel, kernelArgs),
  modules: module ? [image(module, moduleArgs)] : [],
  rtcSeconds: 0,
  ...(tier !== undefined && { tier: tier as Tier }),
};

const before = process.cpuUsage();
const began = performance.now();
const machine = createMachine(config, {
  serial: () => undefined,
  debugcon: () => undefined,
  log: () => undefined,
});
let exit: number | string = 'none';
for (;;) {
  const result = machine.run(1_000_000);
  if (result.kind === 'slice') continue;
  if (result.kind === 'halted' && !machine.dead() && result.wake !== Infinity) {
    machine.skipTo(result.wake);
    continue;
  }
  exit = result.kind === 'exit' ? result.status : result.kind;
  break;
}
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
const processor = (user + system) / 1e6;
const instructions = machine.instructions();
process.stdout.write(`${JSON.stringify({ instructions, seconds, processor, exit })}\n`);
