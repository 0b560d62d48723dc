/*
 * The text screen that a guest's console operations draw, and the rows that have scrolled off its top. The host kernel keeps
 * the same (kernels/host/driver/console.c). Coordinates are the guest's and may be anything: what lies outside of the
 * screen is not drawn.
 */

import {
  CO_CONSOLE_ATTRIBUTE,
  CO_CONSOLE_COLUMNS,
  CO_CONSOLE_COLUMNS_MIN,
  CO_CONSOLE_MAX,
  CO_CONSOLE_ROWS,
  CO_CONSOLE_ROWS_MIN,
  CO_CONSOLE_SCROLLBACK,
} from './abi.ts';
import type { ConsoleOperation } from './console.ts';

/** The text screen of one console. `cells` is row after row. */
export interface ConsoleScreen {
  columns: number;
  rows: number;
  cells: Uint16Array;
  cursor: { x: number; y: number; visible: boolean };
  /** Rows that have scrolled off, the oldest first; at most `scrollback`. */
  history: Uint16Array[];
  readonly scrollback: number;
  blanked: boolean;
  /** The guest wants to hear of the mouse. */
  mouse: boolean;
}

const emptyCells = (columns: number, rows: number, attribute: number) =>
  new Uint16Array(columns * rows).fill((attribute << 8) | 0x20);

export function createScreen(
  columns = CO_CONSOLE_COLUMNS,
  rows = CO_CONSOLE_ROWS,
  scrollback = CO_CONSOLE_SCROLLBACK,
): ConsoleScreen {
  return {
    columns,
    rows,
    cells: emptyCells(columns, rows, CO_CONSOLE_ATTRIBUTE),
    cursor: { x: 0, y: 0, visible: true },
    history: [],
    scrollback,
    blanked: false,
    mouse: false,
  };
}

/** One row of the screen. */
export const rowOf = (s: ConsoleScreen, y: number): Uint16Array =>
  s.cells.subarray(y * s.columns, (y + 1) * s.columns);

/** An operation scrolls the whole screen, so that what leaves it goes into the scrollback. */
export const scrollsOff = (
  s: ConsoleScreen,
  op: Extract<ConsoleOperation, { readonly kind: 'scroll' }>,
): boolean => op.direction === 'up' && op.top === 0 && op.bottom >= s.rows - 1;

/** Fills a rectangle, cut to the screen. */
function fill(
  s: ConsoleScreen,
  top: number,
  left: number,
  bottom: number,
  right: number,
  cell: number,
): void {
  for (let y = top; y <= Math.min(bottom, s.rows - 1); y++)
    for (let x = left; x <= Math.min(right, s.columns - 1); x++) s.cells[y * s.columns + x] = cell;
}

/** Moves whole rows top..bottom by `lines` (up is negative) and fills what becomes free. */
function scroll(s: ConsoleScreen, top: number, bottom: number, lines: number, cell: number): void {
  const last = Math.min(bottom, s.rows - 1);
  const old = s.cells.slice();
  for (let y = top; y <= last; y++) {
    const from = y - lines;
    if (from < top || from > last) fill(s, y, 0, y, s.columns - 1, cell);
    else s.cells.set(old.subarray(from * s.columns, (from + 1) * s.columns), y * s.columns);
  }
}

/** The first `lines` rows are about to leave the screen. */
function remember(s: ConsoleScreen, lines: number): void {
  for (let y = 0; y < lines; y++) s.history.push(rowOf(s, y).slice());
  s.history.splice(0, Math.max(0, s.history.length - s.scrollback));
}

/** What fits of the screen stays; what has scrolled off is gone if the width changes. Impossible sizes change nothing. */
function resize(s: ConsoleScreen, columns: number, rows: number, attribute: number): void {
  if (columns < CO_CONSOLE_COLUMNS_MIN || rows < CO_CONSOLE_ROWS_MIN) return;
  if (columns > CO_CONSOLE_MAX || rows > CO_CONSOLE_MAX) return;
  const old = { ...s };
  Object.assign(s, { columns, rows, cells: emptyCells(columns, rows, attribute & 0xff) });
  for (let y = 0; y < Math.min(rows, old.rows); y++)
    rowOf(s, y).set(rowOf(old, y).subarray(0, Math.min(columns, old.columns)));
  if (columns !== old.columns) s.history = [];
}

/** Exchanges foreground and background of a cell. */
function inverted(cell: number): number {
  return (cell & 0x88ff) | ((cell & 0x7000) >> 4) | ((cell & 0x0700) << 4);
}

/** Draws one operation. What lies outside of the screen is ignored. */
export function applyConsole(s: ConsoleScreen, op: ConsoleOperation): void {
  switch (op.kind) {
    case 'clear':
      fill(s, op.top, op.left, op.bottom, op.right, op.cell);
      break;
    case 'putc':
      fill(s, op.y, op.x, op.y, op.x, op.cell);
      break;
    case 'putcs':
      op.cells.forEach((cell, i) => {
        fill(s, op.y, op.x + i, op.y, op.x + i, cell);
      });
      break;
    case 'cursor':
      s.cursor = { x: op.x, y: op.y, visible: op.action !== 'erase' };
      break;
    case 'scroll':
      if (scrollsOff(s, op)) remember(s, Math.min(op.lines, s.rows));
      scroll(s, op.top, op.bottom, op.direction === 'up' ? -op.lines : op.lines, op.cell);
      break;
    case 'bmove': {
      const old = s.cells.slice();
      for (let y = op.top; y <= Math.min(op.bottom, s.rows - 1); y++)
        for (let x = op.left; x <= Math.min(op.right, s.columns - 1); x++) {
          const [toY, toX] = [y - op.top + op.row, x - op.left + op.column];
          fill(s, toY, toX, toY, toX, old[y * s.columns + x]!);
        }
      break;
    }
    case 'invert':
      for (
        let i = op.y * s.columns + op.x;
        i < Math.min(op.y * s.columns + op.x + op.count, s.cells.length);
        i++
      )
        s.cells[i] = inverted(s.cells[i]!);
      break;
    case 'config':
      resize(s, op.columns, op.rows, op.attribute);
      break;
    case 'blank':
      s.blanked = op.on;
      break;
    case 'mouse':
      s.mouse = op.on;
      break;
    case 'forget-scrollback':
      s.history = [];
      break;
    case 'other':
      break;
  }
}

/** The characters on the screen, one line a row, blanks at the end cut off, empty rows at the end left out. */
export function screenText(s: ConsoleScreen): string {
  const lines = Array.from({ length: s.rows }, (_, y) =>
    String.fromCharCode(
      ...s.cells.subarray(y * s.columns, (y + 1) * s.columns).map((cell) => cell & 0xff),
    ).trimEnd(),
  );
  return `${lines.join('\n').trimEnd()}\n`;
}
