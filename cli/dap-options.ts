/** The options of `colinux dap`, checked. */
import { parseArgs } from 'node:util';
import { Problem } from './problem.ts';
import { parseProblem } from './run-options.ts';

export interface DapOptions {
  /** TCP port of the loopback interface, 0 for any free one; `undefined`: stdin and stdout. */
  readonly port: number | undefined;
}

/** @throws Problem */
export function parseDapOptions(args: readonly string[]): DapOptions {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: { port: { type: 'string' } } });
  } catch (error) {
    throw parseProblem(error);
  }
  const { port } = parsed.values;
  if (port === undefined) return { port };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : NaN;
  if (number >= 0 && number <= 65535) return { port: number };
  throw new Problem(
    `--port expects a TCP port from 1 to 65535 (or 0 for any free one), but found "${port}": see colinux --help.`,
  );
}
