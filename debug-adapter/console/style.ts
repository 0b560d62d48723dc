/** Colours of the console's text by ANSI sequences (SGR), for clients that show them, and tables of text. */

type Paint = (text: string) => string;

export interface Style {
  /** A name: of a symbol, a thread, a command. */
  readonly name: Paint;
  /** What matters most in a row. */
  readonly strong: Paint;
  readonly dim: Paint;
  /** Something is wrong. */
  readonly bad: Paint;
}

const paint =
  (code: number): Paint =>
  (text) =>
    text === '' ? '' : `\x1b[${code}m${text}\x1b[0m`;
const plain: Paint = (text) => text;

/** The standard colours, which follow the client's theme. */
export const styleFor = (ansi: boolean): Style =>
  ansi
    ? { name: paint(36), strong: paint(1), dim: paint(2), bad: paint(31) }
    : { name: plain, strong: plain, dim: plain, bad: plain };

const SEQUENCES = /\x1b\[\d+m/g;
const widthOf = (text: string) => text.replace(SEQUENCES, '').length;

/** Rows in columns as wide as their widest cell, two spaces between them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, n) => {
      widths[n] = Math.max(widths[n] ?? 0, widthOf(cell));
    });
  const pad = (cell: string, n: number) => cell + ' '.repeat(widths[n]! - widthOf(cell));
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
