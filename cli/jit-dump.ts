/**
 * `colinux jit-dump IMAGE ADDRESS`: loads a kernel, runs nothing, and shows how the code at an address would be translated:
 * x86 instructions, operations, structure, WebAssembly. docs/jit.md explains what is seen.
 */
import { createMachine } from '../core/machine/machine.ts';
import { dumpTranslation } from '../core/jit/dump.ts';
import { decodeRun } from '../debug-adapter/disassembly.ts';
import { ExitStatus } from './exit-status.ts';
import { readBootFiles } from './images.ts';
import { Problem } from './problem.ts';
import { write } from './process.ts';
import { parseRunOptions } from './run-options.ts';

/** Most instructions of a region that is shown, as of those that run. */
const MOST_INSTRUCTIONS = 800;
const ADDRESS = /^(?:0x)?([0-9a-f]{1,8})h?$/i;

export function jitDump(args: readonly string[], folder: string): Promise<number> {
  const [image, address, ...rest] = args;
  if (image === undefined || address === undefined || rest.length > 0)
    throw new Problem(
      'colinux jit-dump expects a kernel image and an address, as in colinux jit-dump kernel.elf 101000h.',
    );
  const [, digits] = ADDRESS.exec(address) ?? [];
  if (digits === undefined)
    throw new Problem(
      `colinux jit-dump expects an address of up to 8 hexadecimal digits, such as 101000h, but found "${address}".`,
    );
  const linear = parseInt(digits, 16);
  const options = parseRunOptions([image]);
  const machine = createMachine(
    { memoryBytes: options.memoryMiB << 20, rtcSeconds: 0, ...readBootFiles(options, folder) },
    { serial: () => undefined, debugcon: () => undefined, log: () => undefined },
  );
  const dump = dumpTranslation(machine.cpu, linear, MOST_INSTRUCTIONS);
  if (!dump)
    throw new Problem(
      `There is no code to translate at ${digits}h as "${image}" is loaded: give the address of a function, as nm prints it, of a kernel that runs at its load address.`,
    );
  const x86 = dump.blocks.flatMap(({ eip, bytes }) => [
    `${eip.toString(16)}h:`,
    ...decodeRun(machine.memory.bytes.slice(eip, eip + bytes), eip, 32, bytes).map(({ text }) => `  ${text}`),
  ]);
  const stages = { 'x86 instructions': x86, operations: dump.operations, structure: dump.structure };
  for (const [title, lines] of Object.entries({ ...stages, WebAssembly: dump.wasm }))
    write(1, `; --- ${title}\n${lines.join('\n')}\n\n`);
  return Promise.resolve(ExitStatus.Done);
}
