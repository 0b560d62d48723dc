/**
 * Entry of the program `colinux`: loads its commands, a bundle of their own that lies beside this one, with what the engine has compiled of
 * them in an earlier process. That is half of the time until a machine runs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadCompiled } from '../debug-adapter/compiled-bundle-node.ts';
import { userCodeFolder } from '../debug-adapter/kept-code-node.ts';
import { bundleFolder, failed } from './process.ts';
import { Problem } from './problem.ts';

const BUNDLE = 'commands.cjs';

try {
  const bundle = join(bundleFolder(), BUNDLE);
  if (!existsSync(bundle))
    throw new Problem(
      `The commands (${BUNDLE}) are expected beside this program, but they are not there: run npm run build.`,
    );
  const { keep } = loadCompiled(bundle, userCodeFolder());
  process.on('exit', () => {
    keep();
  });
} catch (error) {
  failed(error);
}
