// The files of a new guest, by path: those of samples/minimal-guest that are in the repository, and the ABI headers.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** All files below a folder but what was built there, as paths from it. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .filter((path) => !path.startsWith('build/'))
    .sort();
}

export function guestTemplate() {
  const texts = {};
  for (const [from, to] of [
    ['samples/minimal-guest', ''],
    ['kernels/include', 'include/'],
  ]) {
    const folder = join(root, from);
    for (const path of filesBelow(folder)) texts[to + path] = readFileSync(join(folder, path), 'utf8');
  }
  return texts;
}
