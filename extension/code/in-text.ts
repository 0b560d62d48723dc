/** What a debugger can say something about in the text of a kernel: registers, variables, functions. No VS Code here. */

/** A piece of a line and what to evaluate for it. */
export interface Piece {
  /** Column of its first letter, from 0 on. */
  readonly column: number;
  readonly length: number;
  readonly expression: string;
}

const REGISTER =
  /%?\b(e?(?:ax|bx|cx|dx|si|di|bp|sp)|[abcd][lh]|[cdefgs]s|cr[0234]|dr[0-367]|eip|eflags|st\([0-7]\)|[xm]mm[0-7])(?!\w)/gi;

/** Registers in a line of assembly: of `movl %eax, 8(%ebp)` EAX and EBP. Comments have none. */
export function registersIn(line: string): Piece[] {
  return [...withoutComment(line).matchAll(REGISTER)].map((match) => ({
    column: match.index,
    length: match[0].length,
    expression: `$${(match[1] ?? '').toLowerCase().replace(/^st\((\d)\)$/, 'st$1')}`,
  }));
}

/** `%fs:4(%eax,%ecx,2)`: segment, offset, base, index, scale. All but one may be absent. */
const OPERAND =
  /(?:%([c-gs]s):)?(?:(-?(?:0x[0-9a-f]+|\d+)|[a-z_.$][\w.$]*)?\((%e\w\w)?(?:,(%e\w\w)(?:,([1248]))?)?\)|(?<=:)(-?(?:0x[0-9a-f]+|\d+)|[a-z_.][\w.$]*))/gi;

/**
 * The memory operand that a column is in, as an expression: `8(%ebp)` is `*(int*)($ebp+8)`. One with a segment counts from where that
 * begins: `%fs:0x10` is `*(int*)($fs_base+0x10)`.
 */
export function operandAt(line: string, column: number): Piece | undefined {
  for (const match of withoutComment(line).matchAll(OPERAND)) {
    const [text, segment, before, base, index, scale, alone] = match;
    const offset = before ?? alone;
    if (column < match.index || column >= match.index + text.length || (!base && !index && !segment))
      continue;
    const parts = [
      ...(segment ? [`$${segment.toLowerCase()}_base`] : []),
      ...(base ? [base.replace('%', '$')] : []),
      ...(index ? [`${index.replace('%', '$')}*${scale ?? '1'}`] : []),
      ...(offset ? [/^[-\d]/.test(offset) ? offset : `(int)&${offset}`] : []),
    ];
    return {
      column: match.index,
      length: text.length,
      expression: `*(int*)(${parts.join('+').replace('+-', '-')})`,
    };
  }
  return undefined;
}

/** A `#` that begins a comment of GNU assembly, or `//`, or a whole comment in one line. */
const withoutComment = (line: string): string =>
  line.replace(/\/\*.*?\*\//g, (comment) => ' '.repeat(comment.length)).replace(/(#|\/\/).*$/, '');

/** A constant of assembly that a column is in: of `$0x202` and `0x202` the number. */
export function constantAt(line: string, column: number): Piece | undefined {
  for (const match of withoutComment(line).matchAll(/(?<![\w.%])\$?(0x[\da-f]+|\d+)(?![\w.:])/gi)) {
    const [text, expression = ''] = match;
    if (column >= match.index && column < match.index + text.length)
      return { column: match.index, length: text.length, expression };
  }
  return undefined;
}

const KEYWORDS = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false NULL'
  ).split(' '),
);
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

/** Names in a line of C that may be variables, with the members behind them: no keywords, no calls, no text. */
export function variablesIn(line: string): Piece[] {
  const text = line
    .replace(STRING, (found) => ' '.repeat(found.length))
    .replace(/\/\*.*?(\*\/|$)/g, (found) => ' '.repeat(found.length))
    .replace(/\/\/.*$/, '');
  const found = [
    ...text.matchAll(
      /(?<![\p{XID_Continue}.]|->)[\p{XID_Start}_]\p{XID_Continue}*(?:(?:\.|->)[\p{XID_Start}_]\p{XID_Continue}*)*(?!\p{XID_Continue})(?!\s*\()/gu,
    ),
  ];
  const seen = new Set<string>();
  return found.flatMap((match) => {
    const [name] = match;
    if (KEYWORDS.has(name) || /^[A-Z][A-Z0-9_]*$/.test(name) || seen.has(name)) return [];
    seen.add(name);
    return [{ column: match.index, length: name.length, expression: name }];
  });
}

/** Most lines from a function's name to its brace. */
export const FUNCTION_HEAD = 6;

/** Lines, from 0 on, at which a function begins: of C where its name stands at the left margin or behind its type; labels of assembly. */
export function functionLines(lines: readonly string[], assembly: boolean): number[] {
  const found: number[] = [];
  lines.forEach((line, n) => {
    if (assembly) {
      if (/^[A-Za-z_.$][\w.$]*:/.test(line) && !line.startsWith('.L')) found.push(n);
      return;
    }
    const begins = /^[A-Za-z_][\w\s*]*\b[A-Za-z_]\w*\s*\([^;]*$/.test(line);
    if (!begins || /^(?:typedef|struct|enum|union|return|else|if|while|for|switch)\b.*=/.test(line)) return;
    // The brace comes at the end of this line or within the next few, before any semicolon.
    const rest = lines.slice(n, n + FUNCTION_HEAD).join('\n');
    if (/^[^;{]*\)[^;{]*\{/.test(rest)) found.push(n);
  });
  return found;
}

/** The line at which the function of C begins that a line is in, or 0. @param lines some behind it too, for its head may go on */
export const functionAround = (lines: readonly string[], line: number): number =>
  Math.max(0, ...functionLines(lines, false).filter((begins) => begins <= line));
