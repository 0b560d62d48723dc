/**
 * A configuration as the editor sees it: its words with their places, and what the parser and the planner of the machine say of
 * them. Both are those that run the guest (core/coop), so the editor finds neither more nor less.
 */
import { type ConfigResult, type GuestConfig, parseConfig } from '../core/coop/config/config.ts';
import { ALIAS, type ConfigKey, keyKind, type KeyKind } from '../core/coop/config/keys.ts';
import { beside } from '../core/coop/config/paths.ts';
import type { ConfigProblem } from '../core/coop/config/problems.ts';
import { type Word, wordsOf } from '../core/coop/config/text.ts';
import { parseBlockImage } from '../core/coop/config/values.ts';
import { planGuests } from '../core/coop/plan/plan.ts';
import type { FileView } from './files.ts';
import { type Position, type Range, rangeOf, touches } from './text.ts';

/** The name of the document in problems; included files have paths from its folder. */
export interface DocumentSource {
  readonly name: string;
  readonly text: string;
}

export interface ConfigDocument {
  readonly name: string;
  readonly lines: readonly string[];
  readonly words: readonly ConfigWord[];
  readonly config: GuestConfig;
  readonly problems: readonly ConfigProblem[];
}

/** A path that a word names. */
export interface NamedPath {
  /** From the folder of the document, or absolute. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly range: Range;
}

export class ConfigWord {
  /** What stands before the equals sign; empty without one. */
  readonly name: string;
  /** What stands behind it, without quotes. */
  readonly value: string;
  readonly kind: KeyKind | { readonly kind: 'include' };

  constructor(readonly word: Word) {
    const equals = word.text.indexOf('=');
    const include = word.text.startsWith('@');
    this.name = include || equals < 0 ? '' : word.text.slice(0, equals);
    this.value = word.text.slice(include ? 1 : equals + 1);
    this.kind = include ? { kind: 'include' } : keyKind(this.name);
  }

  get range(): Range {
    const { line, column, length } = this.word.at;
    return rangeOf(line, column, column + length);
  }

  get nameRange(): Range {
    return this.part(0, this.name.length);
  }

  get valueRange(): Range {
    return this.part(this.word.text.length - this.value.length, this.word.text.length);
  }

  /** The key, of a word that has one. */
  get key(): ConfigKey | undefined {
    return 'key' in this.kind ? this.kind.key : undefined;
  }

  /** The path in the value, as it stands there. */
  get path(): NamedPath | undefined {
    const named = this.namedPath();
    if (named === undefined || named.path === '') return undefined;
    const start = this.word.text.length - this.value.length;
    const range = this.part(start, start + named.path.length);
    return { path: beside(this.word.at.file, named.path), kind: named.kind, range };
  }

  private namedPath(): Pick<NamedPath, 'path' | 'kind'> | undefined {
    const kind = this.key?.path;
    if (this.kind.kind === 'include') return { path: this.value, kind: 'file' };
    if (kind === 'folder') return { path: this.value, kind };
    const block =
      this.key?.parse === parseBlockImage || (this.kind.kind === 'alias' && this.value[0] !== ':');
    if (!block) return kind && { path: this.value, kind };
    const image = ALIAS.parse(this.value);
    return 'value' in image ? { path: image.value.path, kind: 'file' } : undefined;
  }

  /** The place of a part of the text without quotes. Quotes around it belong to it. */
  private part(from: number, to: number): Range {
    const { raw, at } = this.word;
    const column = (textOffset: number) => {
      let left = textOffset;
      let offset = 0;
      for (; offset < raw.length && (left > 0 || raw[offset] === '"'); offset++)
        if (raw[offset] !== '"') left--;
      return offset;
    };
    // Where a quote opens the part, the part begins with it.
    let start = column(from);
    while (start > 0 && raw[start - 1] === '"' && raw[start - 2] === '=') start--;
    return rangeOf(at.line, at.column + start, at.column + Math.max(start, column(to)));
  }
}

export function wordAt({ words }: ConfigDocument, position: Position): ConfigWord | undefined {
  return words.find(({ range }) => touches(range, position));
}

/** Parses a document and the files that it includes. */
export async function readDocument(source: DocumentSource, files: FileView): Promise<ConfigDocument> {
  const { name, text } = source;
  const { config, problems } = await parseConfig({ file: name, text }, async (path, from) => {
    const file = beside(from, path);
    const included = await files.read(file);
    return included === undefined ? undefined : { file, text: included };
  });
  return {
    name,
    lines: text.split(/\r?\n/),
    words: wordsOf(name, text).map((word) => new ConfigWord(word)),
    config,
    problems: [...problems, ...planProblems(config, problems)],
  };
}

/** What is wrong with the machine of a configuration that is right in itself. */
function planProblems(config: GuestConfig, problems: ConfigResult['problems']): readonly ConfigProblem[] {
  if (problems.some(({ severity }) => severity === 'error')) return [];
  const guest = { kernel: config.kernel?.value ?? '', config, captures: new Map<number, string>() };
  return planGuests([guest], { locate: beside, initrdFolders: true }).problems;
}
