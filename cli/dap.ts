/**
 * `colinux dap`: loads the debug adapter, a bundle of its own that lies beside this one, so that `colinux run` does not
 * carry it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadCompiled } from '../debug-adapter/compiled-bundle-node.ts';
import { userCodeFolder } from '../debug-adapter/kept-code-node.ts';
import { parseDapOptions } from './dap-options.ts';
import { Problem } from './problem.ts';

const BUNDLE = 'adapter.cjs';

/** Serves until the client or a signal ends the process. @throws Problem */
export async function dap(args: readonly string[], folder: string): Promise<never> {
  parseDapOptions(args);
  return loadAdapter(args, folder);
}

/** Runs the bundle of the adapter with a command line of its own; it ends the process. @throws Problem */
export async function loadAdapter(args: readonly string[], folder: string): Promise<never> {
  const bundle = join(folder, BUNDLE);
  if (!existsSync(bundle)) {
    throw new Problem(
      `The debug adapter (${BUNDLE}) is expected beside this program, but it is not there: run npm run build.`,
    );
  }
  process.argv = [process.argv[0]!, bundle, ...args];
  const { keep } = loadCompiled(bundle, userCodeFolder());
  process.on('exit', () => {
    keep();
  });
  return new Promise<never>(() => undefined);
}
