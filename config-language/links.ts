/** Where words lead: to files and folders, and to the unit that an alias names. */
import { type ConfigDocument, type NamedPath, wordAt } from './document.ts';
import type { Position, Range } from './text.ts';

/** All paths of files, for links. */
export function links({ words }: ConfigDocument): readonly NamedPath[] {
  return words.flatMap(({ path }) => (path?.kind === 'file' ? [path] : []));
}

/** A path, or a range of the document itself. */
export type Target =
  { readonly path: string; readonly origin: Range } | { readonly range: Range; readonly origin: Range };

export function definition(document: ConfigDocument, position: Position): Target | undefined {
  const word = wordAt(document, position);
  if (!word) return undefined;
  const { path, kind, value } = word;
  if (path?.kind === 'file') return { path: path.path, origin: path.range };
  if (kind.kind !== 'alias' || !value.startsWith(':')) return undefined;
  const unit = document.words.find(({ name }) => `:${name}` === value);
  return unit && { range: unit.range, origin: word.valueRange };
}
