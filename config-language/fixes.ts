/** What can be done about a diagnostic: edits of the document, or a file or folder that is made. */
import { ALIAS, type ConfigKey, keyMeant } from '../core/coop/config/keys.ts';
import { nearest } from '../core/coop/config/nearest.ts';
import { COLORS, MEMORY_MAX_MIB, MEMORY_MIN_MIB } from '../core/coop/config/values.ts';
import { firstFree } from './completion.ts';
import type { Diagnostic } from './diagnostics.ts';
import { type ConfigDocument, type ConfigWord, wordAt } from './document.ts';
import type { FileKind, FileView } from './files.ts';
import type { Edit } from './text.ts';
import type { Translate } from './translate.ts';

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** What is made, with nothing in it. */
  readonly create?: { readonly path: string; readonly kind: FileKind };
  /** The one that is meant most likely. */
  readonly preferred?: boolean;
}

/** Most units that are offered for an alias. */
const MAX_UNITS = 4;

export async function fixes(
  document: ConfigDocument,
  diagnostic: Diagnostic,
  files: FileView,
  t: Translate,
): Promise<readonly Fix[]> {
  const word = wordAt(document, diagnostic.range.start);
  if (!word) return [];
  const remove: Fix = { title: t('Remove {0}', word.word.raw), edits: [removal(document, word)] };
  switch (diagnostic.code) {
    case 'config-key-unknown':
      return renamed(word, keyMeant(word.name), t);
    case 'config-unit-range':
      return renamed(word, freeUnit(document, word), t);
    case 'config-twice':
      return [...renamed(word, freeUnit(document, word), t), remove];
    case 'config-not-served':
      return [remove];
    case 'config-value-missing':
      return [...example(word, t), remove];
    case 'config-value':
      return valued(word, valueMeant(word), t);
    case 'config-alias-unknown':
      return unitsOf(document)
        .slice(0, MAX_UNITS)
        .flatMap((unit) => valued(word, `:${unit}`, t));
    case 'config-quote':
      return [{ title: t('Close the quote'), edits: [{ range: atEnd(word), text: '"' }], preferred: true }];
    case 'config-image-shared':
      return [readOnly(document, word, t)];
    case 'config-file-missing':
    case 'config-include-missing':
      return missing(word, files, t);
    default:
      return [];
  }
}

const atEnd = ({ range: { end } }: ConfigWord) => ({ start: end, end });

/** Takes a word out, with a line that had nothing else. */
function removal({ lines }: ConfigDocument, { range, word }: ConfigWord): Edit {
  const { line } = range.start;
  const alone = (lines[line] ?? '').trim() === word.raw;
  if (alone && line + 1 < lines.length)
    return { range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }, text: '' };
  const after = /^[ \t]*/.exec((lines[line] ?? '').slice(range.end.character))?.[0].length ?? 0;
  return { range: { start: range.start, end: { line, character: range.end.character + after } }, text: '' };
}

function renamed({ nameRange }: ConfigWord, name: string | undefined, t: Translate): Fix[] {
  if (name === undefined) return [];
  return [{ title: t('Change to {0}=', name), edits: [{ range: nameRange, text: name }], preferred: true }];
}

function valued({ valueRange }: ConfigWord, text: string | undefined, t: Translate): Fix[] {
  if (text === undefined) return [];
  return [{ title: t('Change to {0}', text), edits: [{ range: valueRange, text }], preferred: true }];
}

function freeUnit({ words }: ConfigDocument, { kind }: ConfigWord): string | undefined {
  if (kind.kind !== 'unit') return undefined;
  return firstFree(new Set(words.map(({ name }) => name)), kind.name, kind.key.units ?? 0);
}

const unitsOf = ({ words }: ConfigDocument) =>
  words.flatMap(({ kind, name }) => (kind.kind === 'unit' && kind.name === 'cobd' ? [name] : []));

function example(word: ConfigWord, t: Translate): Fix[] {
  const { key, name } = word;
  if (!key) return [];
  return [
    { title: t('Write {0}', `${name}=${key.example}`), edits: [{ range: atEnd(word), text: key.example }] },
  ];
}

/** A right value that is near a wrong one. */
function valueMeant({ kind, key, value }: ConfigWord): string | undefined {
  const name = 'name' in kind ? kind.name : undefined;
  if (name === 'mem') return within(value, MEMORY_MIN_MIB, MEMORY_MAX_MIB);
  if (name === 'cursor') return within(value, 0, 100);
  if (name === 'color') {
    const colors = value.split(',').slice(0, 2);
    const meant = colors.map((color) => nearest(color, COLORS));
    return meant.includes(undefined) ? undefined : meant.join(',');
  }
  const [first = '', ...rest] = value.split(',');
  const meant = nearest(first, choicesOf(key));
  return meant === undefined ? undefined : [meant, ...rest].join(',');
}

const choicesOf = (key: ConfigKey | undefined) =>
  (key?.choices ?? []).map(({ text }) => text.split(',')[0] ?? '');

/** The number that begins the text, within its limits: `1024M` is the most that there can be. */
function within(text: string, least: number, most: number): string | undefined {
  const [digits] = /^\d+/.exec(text) ?? [];
  return digits === undefined ? undefined : String(Math.min(most, Math.max(least, Number(digits))));
}

/** Opens all units of an image read-only. */
function readOnly({ words }: ConfigDocument, word: ConfigWord, t: Translate): Fix {
  const same = words.filter(({ path }) => path?.path === word.path?.path);
  const edits = same.flatMap(({ value, valueRange, path }) => {
    const image = ALIAS.parse(value);
    if (!path || !('value' in image)) return [];
    return [{ range: { start: path.range.end, end: valueRange.end }, text: ',ro' }];
  });
  return { title: t('Open both read-only'), edits };
}

/** The right name of a file that is not there, or the file itself. */
async function missing(word: ConfigWord, files: FileView, t: Translate): Promise<Fix[]> {
  const { path: named, kind } = word;
  if (!named) return [];
  const [, folder = '', name = ''] = /^(.*[\\/])?([^\\/]*)$/s.exec(named.path) ?? [];
  const entries = await files.list(folder === '' ? '.' : folder);
  const names = entries.filter((entry) => entry.kind === named.kind).map((entry) => entry.name);
  const meant = nearest(name, names);
  const found: Fix[] = [];
  if (meant !== undefined) {
    const text = pathText(word, meant);
    const edits = [{ range: named.range, text }];
    found.push({ title: t('Change to {0}', text), edits, preferred: true });
  }
  const create = { path: named.path, kind: named.kind };
  if (named.kind === 'folder') found.push({ title: t('Make the folder {0}', named.path), edits: [], create });
  if (kind.kind === 'include') found.push({ title: t('Make the file {0}', named.path), edits: [], create });
  return found;
}

/** The path as it stands in the word, with another last name. */
function pathText({ value, kind }: ConfigWord, name: string): string {
  const image =
    kind.kind === 'alias' || ('name' in kind && kind.name === 'cobd') ? ALIAS.parse(value) : undefined;
  const path = image && 'value' in image ? image.value.path : value;
  const text = path.replace(/[^\\/]*$/, '') + name;
  return /\s/.test(text) ? `"${text}"` : text;
}
