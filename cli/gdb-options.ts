/** The options of `colinux gdb`: those of `colinux run` that make sense for a machine that a debugger runs, and a port. */
import { takeOptions } from './own-options.ts';
import { parsePort } from './port.ts';
import { Problem } from './problem.ts';
import { parseRunOptions, type RunOptions } from './run-options.ts';

/** What QEMU and others use. */
const USUAL_PORT = 1234;

export interface GdbOptions {
  readonly run: RunOptions;
  /** TCP port of the loopback interface, 0 for any free one. */
  readonly port: number;
}

/** @throws Problem */
export function parseGdbOptions(args: readonly string[]): GdbOptions {
  const { values, rest } = takeOptions(args, ['port']);
  const port = values.port === undefined ? USUAL_PORT : parsePort(values.port);
  const run = parseRunOptions(rest, 'gdb');
  const senseless = [
    ...(run.bios === undefined ? [] : ['bios']),
    ...(run.maxInstructions === Infinity ? [] : ['max-instructions']),
    ...(run.stats === undefined ? [] : ['stats']),
    ...(run.post ? ['post'] : []),
  ];
  if (senseless.length > 0)
    throw new Problem(`--${senseless[0]!} is an option of colinux run only: leave it out.`);
  return { run, port };
}
