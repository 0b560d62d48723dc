/**
 * Paths and URIs between VS Code and the adapter. The adapter knows strings only: a path where files are on this disk, a
 * URI everywhere else (a server seen from a browser, a virtual file system). No VS Code here.
 */

/** Is it a URI, as opposed to a path (`C:\` is a path)? */
export function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** Is it an absolute path, POSIX or Windows? */
export function isAbsolutePath(text: string): boolean {
  return /^(?:[\\/]|[a-z]:[\\/])/i.test(text);
}

/**
 * The same text of a device with the path in it replaced: of a disk `FILE[,rw|,ro|,cow]`, of a share `TAG=FOLDER[,ro|,rw]`, of
 * a network the file behind `capture=`.
 */
export function locateDevice(
  kind: 'disks' | 'networks' | 'shares',
  text: string,
  locate: (path: string) => string,
): string {
  const [before, path, after] =
    kind === 'disks'
      ? parts(/^()(.*?)(,(?:rw|ro|cow))?$/s, text)
      : kind === 'shares'
        ? parts(/^([^=]*=)(.*?)(,(?:rw|ro))?$/s, text)
        : parts(/^(.*,capture=)([^,]+)(.*)$/s, text);
  return path === '' ? text : before + locate(path) + after;
}

function parts(pattern: RegExp, text: string): readonly [string, string, string] {
  const [, before = '', path = '', after = ''] = pattern.exec(text) ?? [];
  return [before, path, after];
}

/** Splits a module "FILE ARGUMENTS" at the first blank. */
export function splitModule(module: string): { file: string; rest: string } {
  const [, file = '', rest = ''] = /^(\S+)(.*)$/s.exec(module.trim()) ?? [];
  return { file, rest };
}
