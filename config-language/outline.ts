/** The outline of a document: its keys with their values, and the words for the guest's kernel as one entry. */
import type { ConfigDocument, ConfigWord } from './document.ts';
import type { Range } from './text.ts';
import type { Translate } from './translate.ts';

export type OutlineKind =
  'file' | 'number' | 'disk' | 'folder' | 'network' | 'line' | 'setting' | 'include' | 'kernel-words';

export interface OutlineEntry {
  readonly name: string;
  readonly detail: string;
  readonly kind: OutlineKind;
  readonly range: Range;
}

const KINDS: Readonly<Record<string, OutlineKind>> = {
  kernel: 'file',
  initrd: 'file',
  mem: 'number',
  cobd: 'disk',
  cofs: 'folder',
  eth: 'network',
  ttys: 'line',
};

function kindOf({ kind }: ConfigWord): OutlineKind {
  if (kind.kind === 'include') return 'include';
  if (kind.kind === 'alias') return 'disk';
  return ('name' in kind && KINDS[kind.name]) || 'setting';
}

export function outline({ words, config }: ConfigDocument, t: Translate): readonly OutlineEntry[] {
  const entries = words.flatMap((word) => {
    const { kind, name, value, range } = word;
    if (kind.kind === 'other' || kind.kind === 'not-served') return [];
    return [
      {
        name: kind.kind === 'include' ? `@${value}` : name,
        detail: name && value,
        kind: kindOf(word),
        range,
      },
    ];
  });
  const others = words.filter(({ kind }) => kind.kind === 'other');
  const [first, last] = [others[0], others.at(-1)];
  if (!first || !last) return entries;
  const range = { start: first.range.start, end: last.range.end };
  const forKernel = {
    name: t('kernel command line'),
    detail: config.commandLine,
    kind: 'kernel-words' as const,
    range,
  };
  return [...entries, forKernel];
}
