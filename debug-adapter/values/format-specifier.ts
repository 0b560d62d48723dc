/**
 * Format specifiers behind an expression, `flags,x` or `buffer,[16]x`: how numbers are written, how many elements a pointer
 * has, what the words of the processor's tables mean. The comma operator of C needs parentheses when what follows
 * could be one: `(a, x)`.
 */
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';

/** How a number is written. */
export const STYLES = {
  x: 'hexadecimal',
  d: 'signed decimal',
  u: 'unsigned decimal',
  o: 'octal',
  b: 'binary',
  c: 'character',
  s: 'string',
  f: 'floating point',
  p: 'address',
  a: 'address with symbol',
  pte: 'page-table entry',
  pde: 'page-directory entry',
  desc: 'segment descriptor',
  gate: 'interrupt gate',
  eflags: 'bits of EFLAGS',
  cr0: 'bits of CR0',
  cr4: 'bits of CR4',
} as const;
export type Style = keyof typeof STYLES;

export interface Format {
  readonly style: Style | undefined;
  /** An expression: how many elements a pointer or an array has. */
  readonly count: string | undefined;
  /** A linked list: its entries are structures of `type` that hang on it by `member`. */
  readonly list: { readonly type: string; readonly member: string } | undefined;
}

export const PLAIN: Format = { style: undefined, count: undefined, list: undefined };

const LIST = /,\s*list\(\s*([^(),]+?)\s*,\s*([\p{XID_Continue}.]+)\s*\)\s*$/u;
const SUFFIX = new RegExp(`,\\s*(?:\\[([^\\[\\]]+)\\])?\\s*(${Object.keys(STYLES).join('|')})?\\s*$`);

/** Is every bracket and quote of a text closed? */
function isClosed(text: string): boolean {
  const open = [...text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '')];
  let depth = 0;
  for (const character of open) {
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (character === '"' || depth < 0) return false;
  }
  return depth === 0;
}

export function splitFormat(source: string): { readonly expression: string; readonly format: Format } {
  let expression = source;
  let format = PLAIN;
  for (;;) {
    const list = LIST.exec(expression);
    const suffix = list ? undefined : SUFFIX.exec(expression);
    const found = list ?? suffix;
    const [, first, second] = found ?? [];
    if (!found || (!list && first === undefined && second === undefined)) break;
    const before = expression.slice(0, found.index);
    if (before.trim() === '' || !isClosed(before)) break;
    expression = before;
    format = list
      ? { ...format, list: { type: first, member: second } }
      : { ...format, count: format.count ?? first, style: format.style ?? (second as Style | undefined) };
  }
  if (format.list && format.count !== undefined)
    throw new AdapterError(
      'evaluate-failed',
      say`A list has as many entries as it has: take the [n] or the list(…) out.`,
    );
  return { expression, format };
}

/** A list head by its name, wherever it is, and what hangs on it. */
export interface ListHint {
  readonly name: string;
  readonly list: NonNullable<Format['list']>;
}

/** A hint is written as an expression with its specifier, `ready,list(struct task, node)`; `undefined` for anything else. */
export function listHint(text: string): ListHint | undefined {
  const { expression, format } = splitFormat(text);
  const name = expression.trim();
  return format.list && /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)
    ? { name, list: format.list }
    : undefined;
}

/** What to write behind the name of a part, so that it is shown as the whole is. */
export const suffixOf = (style: Style | undefined): string => (style === undefined ? '' : `,${style}`);
