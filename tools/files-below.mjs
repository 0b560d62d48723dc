// The files of a folder tree, for what is made of sources.
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** All files below a folder but what was built there, as paths from it. */
export function filesBelow(folder) {
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
