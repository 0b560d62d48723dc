/**
 * `colinux dap`: the debug adapter on stdin and stdout, or on a TCP port of this computer. The adapter is a bundle of
 * its own that lies beside this one; here are only its options.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from './problem.ts';
import { parseProblem } from './run-options.ts';

const BUNDLE = 'adapter.cjs';

/** @throws Problem */
export function parseDapOptions(args: readonly string[]): { readonly port: number | undefined } {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: { port: { type: 'string' } } });
  } catch (error) {
    throw parseProblem(error);
  }
  const { port } = parsed.values;
  if (port === undefined) return { port };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : NaN;
  if (number >= 1 && number <= 65535) return { port: number };
  throw new Problem(`--port expects a TCP port from 1 to 65535, but found "${port}": see colinux --help.`);
}

/** Runs the adapter to its end. @throws Problem */
export async function dap(args: readonly string[], folder: string): Promise<number> {
  const { port } = parseDapOptions(args);
  const bundle = join(folder, BUNDLE);
  if (!existsSync(bundle)) {
    throw new Problem(
      `The debug adapter (${BUNDLE}) is expected beside this program, but it is not there: build it with npm run build.`,
    );
  }
  const child = spawn(process.execPath, [bundle, ...(port === undefined ? [] : ['--port', String(port)])], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('close', (status) => {
      resolve(status ?? 130);
    });
  });
}
