/** A configuration in a folder of files that are held in memory. */
import { type ConfigDocument, readDocument } from '../document.ts';
import type { FileEntry, FileView } from '../files.ts';
import type { Edit, Position } from '../text.ts';

/** @param contents by path; a path that ends with a slash is a folder */
export function filesOf(contents: Readonly<Record<string, string>>): FileView {
  const paths = Object.keys(contents);
  return {
    kindOf: (path) => {
      const file = Object.hasOwn(contents, path) && !path.endsWith('/');
      const folder = path === '.' || paths.some((other) => other.startsWith(`${path.replace(/\/$/, '')}/`));
      return Promise.resolve(file ? 'file' : folder ? 'folder' : undefined);
    },
    read: (path) => Promise.resolve(contents[path]),
    list: (folder) => {
      const prefix = folder === '.' ? '' : folder.replace(/\/?$/, '/');
      const entries = new Map<string, FileEntry>();
      for (const path of paths.filter((other) => other.startsWith(prefix) && other !== prefix)) {
        const [name = '', ...below] = path.slice(prefix.length).split('/');
        entries.set(name, { name, kind: below.length > 0 ? 'folder' : 'file' });
      }
      return Promise.resolve([...entries.values()]);
    },
  };
}

/** A document and the place of the cursor, which is `|` in the text. */
export async function documentOf(
  marked: string,
  files: FileView,
): Promise<{ document: ConfigDocument; cursor: Position; text: string }> {
  const before = marked.split('|')[0]!.split('\n');
  const text = marked.replace('|', '');
  const cursor = { line: before.length - 1, character: before.at(-1)!.length };
  return { document: await readDocument({ name: 'guest.colinux', text }, files), cursor, text };
}

/** The text with edits, which may not overlap. */
export function applied(text: string, edits: readonly Edit[]): string {
  const starts = [0];
  for (const line of text.split('\n')) starts.push(starts.at(-1)! + line.length + 1);
  const offset = ({ line, character }: Position) => starts[line]! + character;
  const ordered = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return ordered.reduce(
    (result, { range, text: wanted }) =>
      result.slice(0, offset(range.start)) + wanted + result.slice(offset(range.end)),
    text,
  );
}
