/** The options of `colinux dap`, checked. */
import { parseArgs } from 'node:util';
import { parsePort } from './port.ts';
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
  return { port: port === undefined ? undefined : parsePort(port) };
}
