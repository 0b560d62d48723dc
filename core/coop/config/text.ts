/**
 * The words of a configuration text: blanks, tabs and newlines part them, double quotes keep blanks, a word that begins with
 * `#` begins a comment. Every word knows where it stands.
 */

/** A piece of a text. Lines and columns count from 0, columns in UTF-16 units. */
export interface Span {
  /** Name of the file, or what the caller calls the text. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface Word {
  /** As written. */
  readonly raw: string;
  /** Without quotes. */
  readonly text: string;
  readonly at: Span;
  /** A quote was opened and not closed on its line. */
  readonly unterminated: boolean;
}

const isBlank = (character: string | undefined) =>
  character === ' ' || character === '\t' || character === '\r' || character === undefined;

function wordsOfLine(file: string, line: number, source: string, words: Word[]): void {
  let column = 0;
  for (;;) {
    while (column < source.length && isBlank(source[column])) column++;
    if (column === source.length || source[column] === '#') return;
    const start = column;
    let quoted = false;
    for (; column < source.length && (quoted || !isBlank(source[column])); column++) {
      if (source[column] === '"') quoted = !quoted;
    }
    const raw = source.slice(start, column);
    const at = { file, line, column: start, length: raw.length };
    words.push({ raw, text: raw.replaceAll('"', ''), at, unterminated: quoted });
  }
}

export function wordsOf(file: string, source: string): Word[] {
  const words: Word[] = [];
  source.split('\n').forEach((line, number) => {
    wordsOfLine(file, number, line, words);
  });
  return words;
}
