/** The machine of a measurement. */
import { readFileSync } from 'node:fs';
import type { Tier } from '../../core/jit/tier.ts';
import { createMachine, type Machine } from '../../core/machine/machine.ts';
import type { BootImage } from '../../core/protocol/machine-protocol.ts';

const image = (file: string, args: string): BootImage => ({ bytes: readFileSync(file), name: file, args });

/** @param args memory in MiB, kernel, its command line, module (or ""), its command line, tier */
export function machineOf(args: readonly string[]): Machine {
  const [memory = '32', kernel = '', kernelArgs = '', module = '', moduleArgs = '', tier] = args;
  return createMachine(
    {
      memoryBytes: Number(memory) << 20,
      kernel: image(kernel, kernelArgs),
      modules: module ? [image(module, moduleArgs)] : [],
      rtcSeconds: 0,
      ...(tier !== undefined && { tier: tier as Tier }),
    },
    { serial: () => undefined, debugcon: () => undefined, log: () => undefined },
  );
}
