/**
 * Source paths: joining with a compilation directory, normalising, and comparing what a client calls a file
 * with what the compiler called it. Pure text; no file system. Windows separators and drive letters are understood.
 */

/** Absolute by the rules of either POSIX or Windows. */
export function isAbsolutePath(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** Forward slashes, no `.`, `..` or doubled slash, a lower-case drive letter. */
export function normalisePath(path: string): string {
  const slashed = path.replace(/\\/g, '/').replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
  const root = /^(?:[a-z]:)?\//.exec(slashed)?.[0] ?? '';
  const parts: string[] = [];
  for (const part of slashed.slice(root.length).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (root === '') parts.push(part);
  }
  return root + parts.join('/');
}

/** Joins from the right until the path is absolute, then normalises. */
export function joinPath(...parts: readonly string[]): string {
  let joined = '';
  for (let i = parts.length - 1; i >= 0; i--) {
    if (parts[i] === '') continue;
    joined = joined === '' ? parts[i]! : `${parts[i]!}/${joined}`;
    if (isAbsolutePath(joined)) break;
  }
  return normalisePath(joined);
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** How many components the two normalised paths share, counted from the end; `Infinity` when they are equal. */
export function commonSuffix(a: string, b: string): number {
  if (a === b) return Infinity;
  const left = a.split('/');
  const right = b.split('/');
  let n = 0;
  while (n < left.length && n < right.length && left.at(-1 - n) === right.at(-1 - n)) n++;
  return n;
}
