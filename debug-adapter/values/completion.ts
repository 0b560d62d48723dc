/**
 * What may stand at a place in an expression: members behind `.` and `->`, registers behind `$`, tags behind `struct`, else
 * variables, functions and types. Knows the text to the left and nothing of DAP but its words.
 */
import { AdapterError } from '../errors.ts';
import { compile } from './check.ts';
import type { Names } from './names.ts';
import { memberNames } from './members.ts';
import { BASE_WORDS } from './type-parser.ts';
import { bare, targetOf } from './value.ts';

/** What there is to choose from. */
export interface CompletionSource extends Names {
  /** Names that are visible and begin with `prefix`. */
  namesWith(prefix: string): readonly { readonly name: string; readonly type: 'variable' | 'function' }[];
  /** Tags, or for `type` typedefs and base types. */
  typesWith(kind: 'struct' | 'union' | 'enum' | 'type', prefix: string): readonly string[];
  readonly registerNames: readonly string[];
}

export interface Completion {
  readonly label: string;
  readonly type: 'variable' | 'function' | 'field' | 'class' | 'keyword' | 'property';
  /** What it replaces, as an offset in the text and a length. */
  readonly start: number;
  readonly length: number;
}

/** Most of them that are offered at once. */
const MAX_ITEMS = 200;
const OPERATORS = ['sizeof', '_Alignof', 'offsetof', 'container_of', 'typeof'];

/** @param column offset of the cursor in `text` */
export function completeExpression(text: string, column: number, source: CompletionSource): Completion[] {
  const before = text.slice(0, Math.max(0, column));
  const word =
    /(?:\p{XID_Continue}+(?:<[\p{XID_Continue}:, *]*>)?::)*~?\p{XID_Continue}*$/u.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - word.length);
  if (/^[0-9]/.test(word)) return [];
  const items = (labels: readonly string[], type: Completion['type']): Completion[] =>
    labels
      .filter((label) => label.startsWith(word))
      .slice(0, MAX_ITEMS)
      .map((label) => ({ label, type, start: head.length, length: word.length }));
  if (head.endsWith('$')) return items(source.registerNames, 'property');
  const [, object] = /^(.*?)(?:\.|->)\s*$/s.exec(head) ?? [];
  if (object !== undefined) return items(membersOf(operandAtEnd(object), source), 'field');
  const [, tag] = /\b(struct|union|enum)\s+$/.exec(head) ?? [];
  if (tag !== undefined) return items(source.typesWith(tag as 'struct', word), 'class');
  const names = source.namesWith(word).slice(0, MAX_ITEMS);
  const of = (type: 'variable' | 'function') =>
    items(
      names.filter((one) => one.type === type).map(({ name }) => name),
      type,
    );
  // Of C++ and Rust, those with their scopes need no tag.
  const types =
    word === ''
      ? []
      : (['type', 'struct', 'enum', 'union'] as const).flatMap((kind) =>
          source
            .typesWith(kind, word)
            .filter((name) => (kind === 'type' ? /^[\p{XID_Continue}:]+$/u : /::/).test(name)),
        );
  const words = [...BASE_WORDS, 'struct', 'union', 'enum', 'const', 'volatile', ...OPERATORS];
  return [
    ...of('variable'),
    ...of('function'),
    ...items(
      types.filter((type) => !BASE_WORDS.includes(type)),
      'class',
    ),
    ...(word === '' && !head.endsWith('(') ? [] : items(words, 'keyword')),
  ].slice(0, MAX_ITEMS);
}

/** The postfix expression that a text ends with: `task` of `1 + (x, task)->next[2]`, with what follows it. */
function operandAtEnd(text: string): string {
  let at = text.length;
  for (;;) {
    const rest = text.slice(0, at);
    if (/[)\]]\s*$/.test(rest)) {
      const open = openingOf(rest.trimEnd());
      if (open < 0) return '';
      at = open;
      continue;
    }
    const [piece] = /(?:\$?\p{XID_Continue}+|'[^']*'|::|\.|->)\s*$/u.exec(rest) ?? [];
    if (piece === undefined) return text.slice(at).trim();
    // Two words side by side are no expression: the first is an operator like sizeof.
    if (/^\p{XID_Continue}/u.test(text.slice(at)) && /\p{XID_Continue}\s*$/u.test(piece))
      return text.slice(at).trim();
    at -= piece.length;
  }
}

/** The position of the bracket that the last character closes; -1 when there is none. */
function openingOf(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (')]'.includes(text[at])) depth++;
    else if ('(['.includes(text[at]) && --depth === 0) return at;
  }
  return -1;
}

function membersOf(expression: string, source: CompletionSource): string[] {
  try {
    const { type } = compile(expression, source).root;
    return memberNames(targetOf(type) ?? bare(type));
  } catch (error) {
    // Half an expression has no members yet.
    if (error instanceof AdapterError) return [];
    throw error;
  }
}
