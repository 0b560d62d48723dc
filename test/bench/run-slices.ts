/*
 * Owns one machine whose run is measured in slices, in a process of its own, so that builds of the machine can take turns within one run: a
 * parent sends how many instructions are to run, and gets {instructions, processor, exit} of that slice: `processor` in seconds of this
 * process, `exit` only if the machine has ended. Arguments as for `run-image.ts`.
 */
import { machineOf } from './image-machine.ts';

const machine = machineOf(process.argv.slice(2));

/** Runs until so many instructions are done, or to the end. */
function runSlice(most: number): number | string | undefined {
  const end = machine.instructions() + most;
  for (;;) {
    const left = end - machine.instructions();
    if (left <= 0) return undefined;
    const result = machine.run(left);
    if (result.kind === 'slice') continue;
    if (result.kind !== 'halted' || machine.dead() || result.wake === Infinity)
      return result.kind === 'exit' ? result.status : result.kind;
    machine.skipTo(result.wake);
  }
}

process.on('message', (most: number) => {
  const began = machine.instructions();
  const before = process.cpuUsage();
  const exit = runSlice(most);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ instructions: machine.instructions() - began, processor: (user + system) / 1e6, exit });
});
