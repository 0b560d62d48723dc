/**
 * Source files by the names that the client has for them. Debug information has the path that the compiler saw, and of a tree behind a symbolic
 * link that is mostly where the link leads: a client that knows the tree by the link would open each source a second time, without its
 * breakpoints. What the client names, the kernel, sources with breakpoints, its folder, tells which links it goes by. A name is given only if it
 * leads to the same file.
 */
import { realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** The folder of this process as the shell calls it, which may have come there by a link. */
function workingFolder(): string {
  const here = process.cwd();
  const { PWD = here } = process.env;
  return realOf(PWD) === here ? PWD : here;
}

/** Where a path leads; undefined when there is nothing. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

export class NamedPaths {
  /** Names by where they lead: of files, and of folders as far as their paths differ. */
  private readonly files = new Map<string, string>();
  private readonly folders = new Map<string, string>();
  /** There is a name that goes by a link. */
  private hasLinks = false;

  constructor(private readonly folder = workingFolder()) {
    const real = realOf(folder);
    if (real !== undefined) this.addFolder(real, folder);
  }

  /** The client calls a file, or a folder, so. @returns whether other files may have other names by now */
  async learn(path: string, isFolder = false): Promise<boolean> {
    // Debug information has forward slashes and small drive letters there; and links are rare.
    if (process.platform === 'win32') return false;
    const named = resolve(this.folder, path);
    const inside = isFolder ? named : dirname(named);
    const real = await realpath(inside).catch(() => undefined);
    if (real === undefined) return false;
    const isNew = this.addFolder(real, inside);
    const file = isFolder ? undefined : await realpath(named).catch(() => undefined);
    const isNewFile = file !== undefined && this.add(this.files, file, named);
    return this.hasLinks && (isNew || isNewFile);
  }

  /** @returns whether it is news */
  private add(names: Map<string, string>, real: string, named: string): boolean {
    if (names.get(real) === named) return false;
    names.set(real, named);
    this.hasLinks ||= real !== named;
    return true;
  }

  /** With the folders above, up to the link. */
  private addFolder(real: string, named: string): boolean {
    if (!this.add(this.folders, real, named)) return false;
    const [left, right] = [real.split('/'), named.split('/')];
    while (real !== named && left.length > 1 && right.length > 1 && left.at(-1) === right.at(-1)) {
      left.pop();
      right.pop();
      this.folders.set(left.join('/'), right.join('/'));
    }
    return true;
  }

  /** What the client calls the file at a path. */
  nameOf(path: string): string {
    if (!this.hasLinks) return path;
    const real = realOf(path);
    if (real === undefined) return path;
    const own = this.files.get(real);
    if (own !== undefined) return own;
    for (let folder = real; folder !== '';) {
      folder = folder.slice(0, folder.lastIndexOf('/'));
      const named = this.folders.get(folder);
      const name = named === undefined ? undefined : named + real.slice(folder.length);
      if (name !== undefined && realOf(name) === real) return name;
    }
    return path;
  }
}
