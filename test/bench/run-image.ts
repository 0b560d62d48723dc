/*
 * Owns one measurement of our machine, in a process of its own so that none warms up another's engine: boots an image,
 * runs it to its end and prints {instructions, seconds, processor, exit} as JSON: seconds by the clock and of the process. Only the run
 * is timed, not reading files. Arguments: memory in MiB, kernel, its command line, module (or ""), its command line, tier.
 */

import { machineOf } from './image-machine.ts';

const before = process.cpuUsage();
const began = performance.now();
const machine = machineOf(process.argv.slice(2));
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
