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

/** Splits a module "FILE ARGUMENTS" at the first blank. */
export function splitModule(module: string): { file: string; rest: string } {
  const [, file = '', rest = ''] = /^(\S+)(.*)$/s.exec(module.trim()) ?? [];
  return { file, rest };
}
