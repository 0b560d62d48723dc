/**
 * Finds where a source file of the debug information is *here*. A kernel may have been built in another folder, on
 * another machine or in a container, and in a browser every file is a URI of the folder's own scheme. So: the file at
 * exactly that path if the workspace has it, else the known file that shares the longest tail of the path, of at least
 * two names. Known files are the workspace's and the sources of the embedded host kernel. No VS Code here.
 */

/** A file that exists. */
export interface KnownFile {
  /** With slashes, as in its URI. */
  path: string;
  /** What the client shall be told: a path on the desktop, a URI elsewhere. */
  location: string;
  /** How many names at its end a path must share with it; two, unless told. */
  least?: number;
}

const MIN_SHARED = 2;

/** A function that maps paths of debug information. `files` are in order of preference; unknown paths go to `otherwise`. */
export function sourceMapper(
  files: readonly KnownFile[],
  otherwise: (path: string) => string,
): (path: string) => string {
  const byName = new Map<string, { names: string[]; file: KnownFile }[]>();
  for (const file of files) {
    const names = split(file.path);
    const name = names.at(-1);
    if (name === undefined) continue;
    const list = byName.get(name) ?? [];
    list.push({ names, file });
    byName.set(name, list);
  }
  const cache = new Map<string, string>();
  return (path) => {
    let location = cache.get(path);
    if (location === undefined) {
      location = best(byName, path)?.location ?? otherwise(path);
      cache.set(path, location);
    }
    return location;
  };
}

function best(
  byName: Map<string, { names: string[]; file: KnownFile }[]>,
  path: string,
): KnownFile | undefined {
  const wanted = split(path);
  let longest = 0;
  let found: KnownFile | undefined;
  for (const { names, file } of byName.get(wanted.at(-1) ?? '') ?? []) {
    let shared = 0;
    while (shared < Math.min(names.length, wanted.length) && names.at(-1 - shared) === wanted.at(-1 - shared))
      shared++;
    if (shared > longest && shared >= (file.least ?? MIN_SHARED)) {
      longest = shared;
      found = file;
    }
  }
  return found;
}

/** Names of a path without `.` and with `..` taken back. */
function split(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split(/[\\/]+/)) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}
