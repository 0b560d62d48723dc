// A number for the sources that a translation depends on, which is all of core/: what is kept of one is of no use to another.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { filesBelow } from './files-below.mjs';

/** What `esbuild` and `vitest` are to put in place of names. `core/` must be built (`build-assembly.mjs`): made sources count, too. */
export function translatorNumber(root) {
  const hash = createHash('sha256');
  for (const file of filesBelow(`${root}/core`).sort())
    if (file.endsWith('.ts') && !file.endsWith('.test.ts'))
      hash.update(file).update(readFileSync(`${root}/core/${file}`));
  // Positive, with room for one more bit.
  return { COLINUX_TRANSLATOR: String((hash.digest().readUInt32LE() >>> 2) | 1) };
}
