/** What can stand at a place: keys, paths, values. */
import { ALIAS, BLOCK_SUFFIXES, type Choice, type ConfigKey, KEYS } from '../core/coop/config/keys.ts';
import { beside } from '../core/coop/config/paths.ts';
import { wordsOf } from '../core/coop/config/text.ts';
import { type ConfigDocument, ConfigWord } from './document.ts';
import type { FileView } from './files.ts';
import { keyText } from './hover.ts';
import { type Position, type Range, rangeOf } from './text.ts';
import type { Translate } from './translate.ts';

export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'file' | 'folder' | 'unit';
  /** Replaces `range`. */
  readonly text: string;
  readonly range: Range;
  /** What was typed is compared with this. */
  readonly filter: string;
  /** In which order they are shown. */
  readonly order: number;
  readonly detail?: string;
  readonly markdown?: string;
  /** More can be completed behind it. */
  readonly goesOn?: boolean;
}

/** The part of a word before the cursor. */
interface Begun {
  readonly word: ConfigWord;
  readonly position: Position;
}

/** The word that ends at the cursor, an empty one between words; `undefined` in a comment. */
function begun({ name, lines }: ConfigDocument, position: Position): Begun | undefined {
  const before = (lines[position.line] ?? '').slice(0, position.character);
  const last = wordsOf(name, before).at(-1);
  const end = last ? last.at.column + last.at.length : 0;
  if (before.slice(end).trimStart().startsWith('#')) return undefined;
  const at = { file: name, line: position.line, column: position.character, length: 0 };
  const word =
    last && end === before.length
      ? { ...last, at: { ...last.at, line: position.line } }
      : { raw: '', text: '', at, unterminated: false };
  return { word: new ConfigWord(word), position };
}

export async function complete(
  document: ConfigDocument,
  position: Position,
  files: FileView,
  t: Translate,
): Promise<readonly Completion[]> {
  const at = begun(document, position);
  if (!at) return [];
  const { word } = at;
  if (word.kind.kind === 'include') return paths(at, 'file', files);
  if (!word.word.text.includes('=')) return keys(document, at, t);
  if (word.kind.kind === 'alias') return [...units(document, at), ...(await images(at, files, t))];
  const { key } = word;
  if (!key) return [];
  if (key === KEYS.cobd) return images(at, files, t);
  if (key === KEYS.color) return colors(at, key.choices ?? [], t);
  return [...values(at, key.choices ?? [], t), ...(key.path ? await paths(at, key.path, files) : [])];
}

/** Keys that can still be set, with the first free unit. */
function keys(document: ConfigDocument, { word, position }: Begun, t: Translate): Completion[] {
  const range = { start: word.range.start, end: position };
  const used = new Set(document.words.map(({ name }) => name));
  const one = (name: string, key: Pick<ConfigKey, 'value' | 'meaning'>, order: number): Completion => ({
    label: name,
    kind: 'key',
    text: `${name}=`,
    filter: name,
    range,
    order,
    detail: t(key.value).replaceAll('`', ''),
    markdown: keyText(name, key, t),
    goesOn: true,
  });
  const free = Object.entries<ConfigKey>(KEYS).flatMap(([name, key], order) => {
    if (key.units === undefined) return used.has(name) ? [] : [one(name, key, order)];
    const unit = firstFree(used, name, key.units);
    return unit === undefined ? [] : [one(unit, key, order)];
  });
  const include: Completion = {
    label: '@',
    kind: 'key',
    text: '@',
    filter: '@',
    range,
    order: 90,
    detail: t('another file of words'),
    goesOn: true,
  };
  return [...free, one('hda1', ALIAS, 80), include];
}

/** `cobd1` when cobd0 is used. */
export function firstFree(used: ReadonlySet<string>, name: string, units: number): string | undefined {
  for (let unit = 0; unit < units; unit++) if (!used.has(name + String(unit))) return name + String(unit);
  return undefined;
}

/** Completions that replace the value up to the cursor. */
function value(
  { word, position }: Begun,
  text: string,
  rest: Pick<Completion, 'kind' | 'order'>,
): Completion {
  const range = { start: word.valueRange.start, end: position };
  return { label: text, text: quoted(text), range, filter: quotedAsTyped(word, text), ...rest };
}

const quoted = (text: string) => (/[\s#]/.test(text) ? `"${text}"` : text);
/** With the quote that was typed, which is in the range. */
const quotedAsTyped = ({ word }: ConfigWord, text: string) => (/="[^"]*$/.test(word.raw) ? `"${text}` : text);

function values(at: Begun, choices: readonly Choice[], t: Translate): Completion[] {
  if (at.word.value.includes(',')) return [];
  return choices.map(({ text, syntax, meaning }, order) => ({
    ...value(at, text, { kind: 'value', order }),
    label: syntax ?? text,
    detail: t(meaning),
  }));
}

/** Two colours with a comma between them. */
function colors(at: Begun, choices: readonly Choice[], t: Translate): Completion[] {
  const [first = '', ...more] = at.word.value.split(',');
  if (more.length > 1) return [];
  const before = more.length === 1 ? `${first},` : '';
  return choices.map(({ text, meaning }, order) => ({
    ...value(at, before + text, { kind: 'value', order }),
    label: text,
    detail: t(meaning),
  }));
}

/** Other names of units: `:cobd0`. */
function units(document: ConfigDocument, at: Begun): Completion[] {
  return document.words.flatMap(({ kind, name, value: image }, order) =>
    kind.kind === 'unit' && kind.name === 'cobd'
      ? [{ ...value(at, `:${name}`, { kind: 'unit', order }), detail: image }]
      : [],
  );
}

/** The path of an image, then how it is opened. */
async function images(at: Begun, files: FileView, t: Translate): Promise<Completion[]> {
  const found = await paths(at, 'file', files);
  const [path = '', ...suffix] = at.word.value.split(',');
  if (path === '' || suffix.length > 1) return found;
  const { position } = at;
  const start = position.character - (suffix.length === 0 ? 0 : suffix[0]!.length + 1);
  const range = rangeOf(position.line, start, position.character);
  const suffixes = BLOCK_SUFFIXES.map(({ text, meaning }, order) => ({
    label: text,
    kind: 'value' as const,
    text,
    filter: text,
    range,
    order: 50 + order,
    detail: t(meaning),
  }));
  return suffix.length === 0 ? [...found, ...suffixes] : suffixes;
}

/** What is in the folder that the value names so far. */
async function paths(at: Begun, wanted: 'file' | 'folder', files: FileView): Promise<Completion[]> {
  const [folder = '', beginning = ''] = split(at.word.value);
  const entries = await files.list(beside(at.word.word.at.file, folder === '' ? '.' : folder));
  return entries
    .filter(({ name }) => beginning.startsWith('.') || !name.startsWith('.'))
    .filter(({ kind }) => wanted === 'file' || kind === 'folder')
    .map(({ name, kind }) => {
      const path = folder + name + (kind === 'folder' ? '/' : '');
      const order = 10 + (kind === 'folder' ? 20 : /\.(elf|img|colinux|conf)$/.test(name) ? 0 : 10);
      return { ...value(at, path, { kind, order }), label: name, goesOn: kind === 'folder' };
    });
}

/** A path up to its last slash, and the rest. */
function split(path: string): readonly string[] {
  const [, folder = '', rest = ''] = /^(.*[\\/])?([^\\/]*)$/s.exec(path) ?? [];
  return [folder, rest];
}
