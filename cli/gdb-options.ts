/** The options of `colinux gdb`: those of `colinux run` that make sense for a machine that a debugger runs, and a port. */
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

/** Takes `--port N` or `--port=N` out; the other options are those of another command. @throws Problem */
function takePort(args: readonly string[]): { readonly port: number; readonly rest: readonly string[] } {
  const at = args.findIndex((word) => /^--port(=|$)/.test(word));
  if (at < 0) return { port: USUAL_PORT, rest: args };
  const [, joined] = args[at]!.split('=', 2);
  const value = joined ?? args[at + 1];
  if (value === undefined) throw new Problem('--port expects a value, but found none: give one.');
  return {
    port: parsePort(value),
    rest: args.filter((_word, n) => n !== at && (joined !== undefined || n !== at + 1)),
  };
}

/** @throws Problem */
export function parseGdbOptions(args: readonly string[]): GdbOptions {
  const { port, rest } = takePort(args);
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
