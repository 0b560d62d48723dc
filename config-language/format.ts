/**
 * The form of a configuration: words at the left margin with one blank between them, comments behind neighbouring lines in one
 * column, no blanks at the ends of lines, at most one empty line in a row. The words themselves stay as they are.
 */
import { wordsOf } from '../core/coop/config/text.ts';
import { type Edit, type Range, rangeOf } from './text.ts';

/** Blanks before a comment that stands behind words. */
const GAP = 2;
/** Comments are not pushed further to the right than this. */
const MAX_COLUMN = 60;

interface Line {
  readonly words: string;
  /** With its `#`. */
  readonly comment: string;
}

function lineOf(source: string): Line {
  const words = wordsOf('', source);
  const { column, length } = words.at(-1)?.at ?? { column: 0, length: 0 };
  return {
    words: words.map(({ raw }) => raw).join(' '),
    comment: source.slice(column + length).trim(),
  };
}

/** Has it words and a comment behind them? */
const isMixed = ({ words, comment }: Line) => words !== '' && comment !== '';

/** The column of the comments of neighbouring lines that have words before them. */
function commentColumn(lines: readonly Line[], at: number): number {
  let [first, last] = [at, at];
  while (first > 0 && isMixed(lines[first - 1]!)) first--;
  while (last + 1 < lines.length && isMixed(lines[last + 1]!)) last++;
  const widths = lines.slice(first, last + 1).map(({ words }) => words.length + GAP);
  return Math.max(...widths.filter((width) => width <= MAX_COLUMN), 0);
}

function formatted(lines: readonly Line[], at: number): string {
  const { words, comment } = lines[at]!;
  if (words === '' || comment === '') return words + comment;
  return words.padEnd(Math.max(commentColumn(lines, at), words.length + GAP)) + comment;
}

/** What is to be changed, line by line. @param range lines outside of it stay */
export function format(text: string, range?: Range): Edit[] {
  const sources = text.split(/\r?\n/);
  const lines = sources.map(lineOf);
  const edits: Edit[] = [];
  sources.forEach((source, line) => {
    if (range && (line < range.start.line || line > range.end.line)) return;
    const isSecondEmpty = source.trim() === '' && line > 0 && sources[line - 1]!.trim() === '';
    if (isSecondEmpty && line < sources.length - 1) {
      edits.push({
        range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } },
        text: '',
      });
      return;
    }
    const wanted = formatted(lines, line);
    if (wanted !== source) edits.push({ range: rangeOf(line, 0, source.length), text: wanted });
  });
  const last = sources.length - 1;
  if (!range && sources[last]!.trim() !== '') edits.push(finalNewline(edits, sources[last]!, last));
  return edits;
}

/** The end of the last line; an edit of that line takes it over, for edits may not overlap. */
function finalNewline(edits: Edit[], source: string, line: number): Edit {
  const before = edits.at(-1);
  if (before?.range.start.line !== line)
    return { range: rangeOf(line, source.length, source.length), text: '\n' };
  edits.pop();
  return { range: before.range, text: before.text + '\n' };
}
