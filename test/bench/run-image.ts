/*
 * Owns one measurement of our machine, in a process of its own so that none warms up another's engine: boots an image,
 * runs it to its end and prints {instructions, seconds, exit} as JSON. Only the run is timed, not reading files.
 * Arguments: memory in MiB, kernel, its command line, module (or ""), its command line.
 */

import { readFileSync } from 'node:fs';
import { createMachine } from '../../core/machine/machine.ts';
import type { BootImage } from '../../core/protocol/machine-protocol.ts';

const [memory = '32', kernel = '', kernelArgs = '', module = '', moduleArgs = ''] = process.argv.slice(2);
const image = (file: string, args: string): BootImage => ({ bytes: readFileSync(file), name: file, args });
const config = {
  memoryBytes: Number(memory) << 20,
  kernel: image(kernel, kernelArgs),
  modules: module ? [image(module, moduleArgs)] : [],
  rtcSeconds: 0,
};

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
process.stdout.write(`${JSON.stringify({ instructions: machine.instructions(), seconds, exit })}\n`);
