/**
 * Files that a launch names by patterns, `*` and `?` in a part of the path and `**` for any number of folders, or by a folder for all
 * files in and below it that end as they should. Read through the same door as files, so that it works wherever that can list folders.
 */
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import { reasonOf } from './read-file.ts';

/** Most entries of folders that are looked at for one option, and how deep. */
const MAX_ENTRIES = 20_000;
const MAX_DEPTH = 32;

const isPattern = (text: string): boolean => /[*?]/.test(text);

/** One part of a path: `*` is any text in it, `?` one character. */
const partPattern = (part: string): RegExp =>
  new RegExp(
    `^${part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '[^/]*')
      .replace(/\?/g, '[^/]')}$`,
  );

const join = (folder: string, name: string): string =>
  folder === '' || folder.endsWith('/') ? folder + name : `${folder}/${name}`;

/**
 * The files that paths and patterns name, each once: those of a pattern sorted, in place of it. A path without wildcards stays
 * what it is, unless it is a folder.
 * @param endings of files that a folder stands for
 * @throws AdapterError for a pattern that names nothing, or a folder that cannot be listed
 */
export async function expandPaths(
  paths: readonly string[],
  option: string,
  endings: readonly string[],
  host: AdapterHost,
): Promise<readonly string[]> {
  const files = new Set<string>();
  const search = new Search(option, host);
  for (const path of paths) {
    const parts = path.replace(/\\/g, '/').split('/');
    const first = parts.findIndex(isPattern);
    let found: string[] = [];
    if (first >= 0) {
      const root = parts.slice(0, first).join('/') + (first > 0 ? '/' : '');
      await search.matching(root, parts.slice(first), 0, found);
    } else if (await search.isFolder(path)) await search.below(path, endings, 0, found);
    else found = [path];
    if (found.length === 0)
      throw new AdapterError(
        'file-unreadable',
        first >= 0
          ? say`The launch option "${option}" names ${path}, but there is no such file: check the pattern, and build first.`
          : say`The launch option "${option}" names the folder ${path}, but no file in it ends with ${endings.join(', ')}: name the files themselves, or build first.`,
      );
    for (const file of found) files.add(file);
  }
  return [...files];
}

class Search {
  private entries = 0;

  constructor(
    private readonly option: string,
    private readonly host: AdapterHost,
  ) {}

  /** False where folders cannot be listed: then it is a file or nothing. */
  async isFolder(path: string): Promise<boolean> {
    const listed = await this.host.listFolder?.(path).catch(() => undefined);
    return listed !== undefined;
  }

  private async list(folder: string) {
    const { host, option } = this;
    if (!host.listFolder)
      throw new AdapterError(
        'file-unreadable',
        say`The launch option "${option}" has a pattern, but folders cannot be listed here: name the files one by one.`,
      );
    const entries = await host.listFolder(folder === '' ? '.' : folder).catch((error: unknown) => {
      throw new AdapterError(
        'file-unreadable',
        say`The folder ${folder} of the launch option "${option}" cannot be listed, for ${reasonOf(error)}: check the path.`,
      );
    });
    this.entries += entries.length;
    if (this.entries > MAX_ENTRIES)
      throw new AdapterError(
        'file-unreadable',
        say`The launch option "${option}" has to look at more than ${MAX_ENTRIES} files: name a folder with fewer.`,
      );
    return [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param rest parts of the pattern that are to match below a folder */
  async matching(
    folder: string,
    [part = '', ...rest]: readonly string[],
    depth: number,
    found: string[],
  ): Promise<void> {
    if (depth > MAX_DEPTH) return;
    const any = part === '**';
    if (any) await this.matching(folder, rest, depth + 1, found);
    const pattern = partPattern(part);
    for (const { name, isFolder } of await this.list(folder)) {
      const path = join(folder, name);
      if (any && isFolder) await this.matching(path, [part, ...rest], depth + 1, found);
      else if (!any && pattern.test(name)) {
        if (rest.length === 0 && !isFolder) found.push(path);
        else if (rest.length > 0 && isFolder) await this.matching(path, rest, depth + 1, found);
      }
    }
  }

  /** Files in and below a folder. */
  async below(folder: string, endings: readonly string[], depth: number, found: string[]): Promise<void> {
    if (depth > MAX_DEPTH) return;
    for (const { name, isFolder } of await this.list(folder)) {
      const path = join(folder, name);
      if (isFolder) await this.below(path, endings, depth + 1, found);
      else if (endings.some((ending) => name.endsWith(ending))) found.push(path);
    }
  }
}
