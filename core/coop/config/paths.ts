/** Paths in configurations: relative to the file in which they stand. */

/** The path `path` as it stands in `file`, which may be a URI: ready for use by whoever can use `file`. */
export function beside(file: string, path: string): string {
  if (/^(?:[\\/]|[a-z][a-z0-9+.-]*:)/i.test(path)) return path;
  return file.replace(/[^\\/]*$/, '') + path;
}
