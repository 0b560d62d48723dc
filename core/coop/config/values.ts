/**
 * The values of the configuration language, each with its own syntax (coLinux 0.7.9, the manual of colinux-daemon): what they
 * mean, or a sentence about what is wrong with them.
 */
import { type Said, say } from '../../sentences/say.ts';

/** A value, or what is wrong with it: "expected …". */
export type Parsed<T> = { readonly value: T } | { readonly problem: Said };

const wrong = (problem: Said) => ({ problem });

export const MEMORY_MIN_MIB = 2;
export const MEMORY_MAX_MIB = 512;

function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** mem=: the guest's RAM in MiB. */
export function parseMemory(text: string): Parsed<number> {
  const value = wholeNumber(text, MEMORY_MIN_MIB, MEMORY_MAX_MIB);
  return value === undefined
    ? wrong(say`a whole number of MiB from ${MEMORY_MIN_MIB} to ${MEMORY_MAX_MIB}`)
    : { value };
}

export type BlockAccess = 'read-write' | 'read-only' | 'copy-on-write';
export interface BlockImage {
  readonly path: string;
  readonly access: BlockAccess;
}
const ACCESS: Readonly<Record<string, BlockAccess>> = {
  rw: 'read-write',
  ro: 'read-only',
  cow: 'copy-on-write',
};

/** cobdN=, hdXN=, sdXN=: a file, and behind a comma `ro`, `rw` (the default) or `cow`, which keeps no change. */
export function parseBlockImage(text: string): Parsed<BlockImage> {
  const [, path = text, suffix] = /^(.*),(ro|rw|cow)$/s.exec(text) ?? [];
  if (path === '') return wrong(say`the path of an image, then perhaps ,ro or ,cow`);
  return { value: { path, access: ACCESS[suffix ?? 'rw'] } };
}

export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
  /** Rows that are kept above the screen. */
  readonly scrollback: number;
}
export const CONSOLE_DEFAULT: ConsoleSize = { columns: 80, rows: 25, scrollback: 500 };
const ROWS_MAX = 500;
const COLUMNS_MAX = 500;

/** cocon=: COLSxROWS[xSCROLLBACK], with `x` or a comma between them. */
export function parseConsole(text: string): Parsed<ConsoleSize> {
  const [, columns, rows, scrollback] = /^(\d{1,4})[x,](\d{1,4})(?:[x,](\d{1,4}))?$/i.exec(text) ?? [];
  const value = {
    columns: Number(columns),
    rows: Number(rows),
    scrollback: scrollback === undefined ? CONSOLE_DEFAULT.scrollback : Number(scrollback),
  };
  const fits =
    value.columns >= 16 &&
    value.columns <= COLUMNS_MAX &&
    value.rows >= 2 &&
    value.rows <= ROWS_MAX &&
    value.scrollback <= ROWS_MAX;
  return fits
    ? { value }
    : wrong(
        say`COLUMNSxROWS or COLUMNSxROWSxSCROLLBACK, from 16x2 to ${COLUMNS_MAX}x${ROWS_MAX}x${ROWS_MAX}`,
      );
}

/** cursor=: height of the cursor in percent of a cell; coLinux knows six sizes. */
export function parseCursor(text: string): Parsed<number> {
  const value = wholeNumber(text.replace(/%$/, ''), 0, 100);
  return value === undefined ? wrong(say`a percentage from 0 (off) to 100 (the whole cell)`) : { value };
}

/** In the order of the attribute's four bits. */
export const COLORS = [
  ...['black', 'blue', 'green', 'cyan', 'red', 'magenta', 'brown', 'gray'],
  ...[
    'darkgray',
    'brightblue',
    'brightgreen',
    'brightcyan',
    'brightred',
    'brightmagenta',
    'yellow',
    'brightwhite',
  ],
] as const;
const COLOR_SYNONYMS: Readonly<Record<string, number>> = { white: 15 };

export interface ConsoleColors {
  /** Numbers of colours, 0 to 15. */
  readonly foreground: number;
  readonly background: number;
}

function colorNumber(name: string): number {
  const plain = name.toLowerCase();
  const found = COLORS.findIndex((color) => color === plain);
  return found >= 0 ? found : (COLOR_SYNONYMS[plain] ?? -1);
}

/** color=: foreground,background. */
export function parseColors(text: string): Parsed<ConsoleColors> {
  const [first = '', second = ''] = text.split(',');
  const foreground = colorNumber(first);
  const background = second === '' ? 0 : colorNumber(second);
  return foreground >= 0 && background >= 0 && text.split(',').length <= 2
    ? { value: { foreground, background } }
    : wrong(
        say`two names of colours with a comma between them, out of: ${[...COLORS.slice(0, 15), 'white'].join(' ')}`,
      );
}

/** setcobd=: whether block requests complete while the guest goes on. */
export function parseBlockMode(text: string): Parsed<'sync' | 'async'> {
  return text === 'sync' || text === 'async' ? { value: text } : wrong(say`sync or async`);
}

/** ttysN=: a device of the host, and its settings. */
export interface SerialLine {
  readonly device: string;
  readonly mode: string;
}
export function parseSerial(text: string): Parsed<SerialLine> {
  const [device = '', ...mode] = text.split(',');
  return device === ''
    ? wrong(say`a serial device, then perhaps a comma and its settings`)
    : { value: { device, mode: mode.join(',') } };
}

/** execN=: a program that starts and ends with the guest, and its arguments. */
export interface HostProgram {
  readonly program: string;
  readonly arguments: string;
}
export function parseProgram(text: string): Parsed<HostProgram> {
  const [program = '', ...rest] = text.split(',');
  return program === ''
    ? wrong(say`a program, then perhaps a comma and its arguments`)
    : { value: { program, arguments: rest.join(',') } };
}
