/**
 * Names of C++ and Rust in the tokens of an expression: `kernel::Ring<int, 3>::at`, `Ring::~Ring`, `Task::operator+`. Whether a `<` begins the
 * arguments of a template or is a comparison only the debug information says.
 */
import type { TokenStream } from './token-stream.ts';

export interface QualifiedName {
  /** The first is empty for a name that begins with `::`. */
  readonly path: readonly string[];
  /** Of tokens. */
  readonly count: number;
}

/** Is something of that name, which stands in `scope`, a template? */
export type IsTemplate = (name: string, scope: readonly string[]) => boolean;

/** The name that begins `ahead` tokens from here. */
export function qualifiedName(
  stream: TokenStream,
  ahead: number,
  isTemplate: IsTemplate,
): QualifiedName | undefined {
  const path: string[] = [];
  for (let n = ahead; ;) {
    const token = stream.peek(n);
    if (token.kind === 'scope') {
      path.push(token.text);
      n++;
      continue;
    }
    const end = endOfComponent(stream, n, path, isTemplate);
    if (end === undefined) return undefined;
    path.push(token.kind === 'name' && end === n + 1 ? token.text : stream.textOf(n, end));
    n = end;
    // Behind the arguments of a template, the lexer has the `::` for itself.
    const next = stream.peek(n);
    if (next.kind !== 'scope' || next.text !== '') return { path, count: n - ahead };
    n++;
  }
}

/** One behind the last token of the component that begins at `n`. */
function endOfComponent(
  stream: TokenStream,
  n: number,
  scope: readonly string[],
  isTemplate: IsTemplate,
): number | undefined {
  const token = stream.peek(n);
  if (scope.length > 0 && stream.isOperator('~', n) && stream.peek(n + 1).kind === 'name') return n + 2;
  if (token.kind !== 'name') return undefined;
  if (scope.length > 0 && token.text === 'operator') return endOfOperator(stream, n + 1, isTemplate);
  if (!stream.isOperator('<', n + 1)) return n + 1;
  const end = endOfArguments(stream, n + 1);
  return end !== undefined && isTemplate(token.text, scope) ? end : n + 1;
}

/** Behind the word `operator`. */
function endOfOperator(stream: TokenStream, n: number, isTemplate: IsTemplate): number {
  for (const [open, close] of ['()', '[]'] as const)
    if (stream.isOperator(open, n) && stream.isOperator(close, n + 1)) return n + 2;
  if (stream.peek(n).kind === 'operator') return n + 1;
  const isNew = stream.isName('new', n) || stream.isName('delete', n);
  if (isNew) return stream.isOperator('[', n + 1) && stream.isOperator(']', n + 2) ? n + 3 : n + 1;
  // A conversion.
  let end = n;
  while (stream.peek(end).kind === 'name' || stream.peek(end).kind === 'scope')
    end += qualifiedName(stream, end, isTemplate)?.count ?? 1;
  while (stream.isOperator(['*', '&'], end)) end++;
  return end;
}

/** One behind the `>` that ends what the `<` at `n` begins. */
function endOfArguments(stream: TokenStream, n: number): number | undefined {
  let angles = 0;
  let others = 0;
  for (let at = n; stream.peek(at).kind !== 'end'; at++) {
    if (stream.isOperator(['(', '['], at)) others++;
    else if (stream.isOperator([')', ']'], at)) others--;
    else if (others > 0) continue;
    else if (stream.isOperator('<', at)) angles++;
    else if (stream.isOperator('>', at)) angles--;
    else if (stream.isOperator('>>', at)) angles -= 2;
    else if (stream.isOperator(['{', '}', ';', '&&', '||', '=', '=='], at)) return undefined;
    if (others < 0 || angles < 0) return undefined;
    if (angles === 0 && others === 0) return at + 1;
  }
  return undefined;
}

/** The parameters that tell which of several functions is meant, `(int) const`: types in parentheses. @param n of the `(` */
export function endOfParameters(stream: TokenStream, n: number): number | undefined {
  let depth = 0;
  for (let at = n; stream.peek(at).kind !== 'end'; at++) {
    if (stream.isOperator('(', at)) depth++;
    else if (stream.isOperator(')', at) && --depth === 0)
      return stream.isName('const', at + 1) ? at + 2 : at + 1;
  }
  return undefined;
}
