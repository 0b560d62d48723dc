/**
 * Console operations of a guest as terminal output: the one place where cells become ANSI sequences (ECMA-48).
 *
 * The shadow screen is changed first; an operation that a terminal can do itself (text, scrolling the whole screen) is
 * passed on, the others redraw the rows they touched. Scrolling up goes through a line feed on the last row, so what
 * leaves the screen stays in the terminal's scrollback. A terminal that is larger than the screen shows it in its corner, a
 * smaller one the part with the cursor.
 */
import { CO_CONSOLE_COLUMNS, CO_CONSOLE_ROWS, CO_CONSOLE_SCROLLBACK } from '../../core/abi/abi.ts';
import type { ConsoleOperation } from '../../core/abi/console.ts';
import type { GuestConfig } from '../../core/coop/config/config.ts';
import {
  applyConsole,
  type ConsoleScreen,
  createScreen,
  rowOf,
  scrollsOff,
} from '../../core/abi/console-screen.ts';
import { characterOf } from './cp437.ts';

const ESC = '\x1b[';
/** All moves of the mouse, told in the SGR form (xterm's modes 1003 and 1006). */
const MOUSE_ON = `${ESC}?1003h${ESC}?1006h`;
const MOUSE_OFF = `${ESC}?1003l${ESC}?1006l`;
/** VGA colour (blue is bit 0) to ANSI colour (red is bit 0). */
const COLOUR = [0, 4, 2, 6, 1, 5, 3, 7];

/** How the configuration of a guest wants its console (`cocon=`, `cursor=`; its colours it hears of by STARTUP). */
export interface ConsoleLook {
  readonly columns: number;
  readonly rows: number;
  /** Rows that are kept when they have scrolled off. */
  readonly scrollback: number;
  /** Height of the cursor in percent of a cell. */
  readonly cursor: number;
}
export const DEFAULT_LOOK: ConsoleLook = {
  columns: CO_CONSOLE_COLUMNS,
  rows: CO_CONSOLE_ROWS,
  scrollback: CO_CONSOLE_SCROLLBACK,
  cursor: 16,
};

export const consoleLook = ({ console, cursor }: Pick<GuestConfig, 'console' | 'cursor'>): ConsoleLook => ({
  ...console,
  cursor,
});

/** SGR sequence of a VGA attribute: foreground with intensity, background, blink. */
export function attributeSequence(attribute: number): string {
  const bright = (attribute & 8) !== 0;
  const foreground = (bright ? 90 : 30) + COLOUR[attribute & 7];
  // Black is the console's own ground: in a light theme it must not become bars behind the text.
  const ground = (attribute >> 4) & 7;
  const background = ground === 0 ? 49 : 40 + COLOUR[ground];
  const blink = (attribute & 0x80) !== 0 ? ';5' : '';
  // Grey on black is what the user's theme shows as plain text.
  if ((attribute & 0x7f) === 0x07) return `${ESC}0${blink}m`;
  return `${ESC}0;${foreground};${background}${blink}m`;
}

/** The nearest of the shapes that terminals have (DECSCUSR): underline or block. Empty for the terminal's own. */
function cursorShape(percent: number): string {
  if (percent === DEFAULT_LOOK.cursor) return '';
  return `${ESC}${percent > 50 ? 2 : 4} q`;
}

const moveTo = (x: number, y: number) => `${ESC}${y + 1};${x + 1}H`;

/** Text of cells with the attribute changes between them. */
function textOf(cells: Iterable<number>): string {
  let text = '';
  let attribute = -1;
  for (const cell of cells) {
    if (cell >> 8 !== attribute) {
      attribute = cell >> 8;
      text += attributeSequence(attribute);
    }
    text += characterOf(cell & 0xff);
  }
  return text;
}

/** How many cells a terminal shows. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ConsoleRenderer {
  readonly screen: ConsoleScreen;
  /** Draws one operation on the shadow screen and returns the sequences that draw it on a terminal. */
  draw(operation: ConsoleOperation): string;
  /** Everything a fresh terminal needs to show the screen as it is, with what has scrolled off. */
  redraw(): string;
  /** The terminal has this size from now on; draw it again. Until somebody says it, terminal and screen are equal. */
  resize(terminal: TerminalSize): void;
  /** Which row and column of the screen a cell of the terminal shows, from 0; undefined outside of the screen. */
  cellAt(x: number, y: number): { readonly x: number; readonly y: number } | undefined;
}

export function createConsoleRenderer(look: ConsoleLook = DEFAULT_LOOK): ConsoleRenderer {
  const screen = createScreen(look.columns, look.rows, look.scrollback);
  let terminal: TerminalSize | undefined;
  const rows = () => Math.min(screen.rows, terminal?.rows ?? screen.rows);
  const columns = () => Math.min(screen.columns, terminal?.columns ?? screen.columns);
  /** The first row that is shown: a lower terminal shows the rows around the cursor. */
  let top = 0;
  const topFor = () => Math.max(0, Math.min(screen.cursor.y, screen.rows - 1) - rows() + 1);

  const line = (cells: Uint16Array) => textOf(cells.subarray(0, columns()));
  /** Rows of the screen, those that are shown. */
  function redrawRows(first: number, last: number): string {
    let text = '';
    const end = Math.min(last, top + rows() - 1);
    for (let y = Math.max(top, first); y <= end; y++) text += moveTo(0, y - top) + line(rowOf(screen, y));
    return text;
  }
  const all = () => redrawRows(top, top + rows() - 1);
  /** Rows leave at the top, into the scrollback of the terminal; the new ones below are to be drawn. */
  const leave = (lines: number) => moveTo(0, rows() - 1) + '\n'.repeat(lines);
  const cursor = () => {
    const [x, y] = [Math.min(screen.cursor.x, columns() - 1), Math.min(screen.cursor.y, screen.rows - 1)];
    const seen = screen.cursor.visible && look.cursor > 0 && !screen.blanked && screen.cursor.x < columns();
    return moveTo(x, y - top) + (seen ? `${ESC}?25h` : `${ESC}?25l`);
  };
  const cells = (x: number, y: number, found: readonly number[]) =>
    y >= top && y < top + rows() && x < columns()
      ? moveTo(x, y - top) + textOf(found.slice(0, columns() - x))
      : '';

  function redraw(): string {
    top = topFor();
    // Region, screen and scrollback of the terminal begin anew.
    let text = `${ESC}0m${ESC}1;${rows()}r${ESC}2J${ESC}3J${cursorShape(look.cursor)}`;
    text += screen.mouse ? MOUSE_ON : MOUSE_OFF;
    const before = [...screen.history, ...Array.from({ length: top }, (_, y) => rowOf(screen, y))];
    for (const row of before) text += moveTo(0, 0) + line(row) + `${ESC}0m` + leave(1);
    return text + (screen.blanked ? `${ESC}2J` : all()) + `${ESC}0m` + cursor();
  }

  function drawing(op: ConsoleOperation): string {
    switch (op.kind) {
      case 'putc':
        return cells(op.x, op.y, [op.cell]);
      case 'putcs':
        return cells(op.x, op.y, op.cells);
      case 'clear':
        return redrawRows(op.top, op.bottom);
      case 'scroll':
        return scrollsOff(screen, op) && op.lines < rows()
          ? attributeSequence(op.cell >> 8) +
              leave(op.lines) +
              redrawRows(top + rows() - op.lines, screen.rows)
          : redrawRows(op.top, op.bottom);
      case 'bmove':
        return redrawRows(op.row, op.row + op.bottom - op.top);
      case 'invert':
        return redrawRows(op.y, op.y + Math.ceil((op.x + op.count) / screen.columns));
      case 'mouse':
        return op.on ? MOUSE_ON : MOUSE_OFF;
      case 'forget-scrollback':
        return `${ESC}3J`;
      case 'cursor':
      case 'config':
      case 'blank':
      case 'other':
        return '';
    }
  }

  return {
    screen,
    draw(operation) {
      const wasBlanked = screen.blanked;
      applyConsole(screen, operation);
      if (operation.kind === 'config' || screen.blanked !== wasBlanked) return redraw();
      if (screen.blanked) return '';
      const from = top;
      top = topFor();
      if (top > from) return `${ESC}0m` + leave(top - from) + all() + `${ESC}0m` + cursor();
      if (top < from) return all() + `${ESC}0m` + cursor();
      const text = drawing(operation);
      return text === '' && operation.kind !== 'cursor' ? '' : text + `${ESC}0m` + cursor();
    },
    redraw,
    resize(size) {
      terminal = size;
    },
    cellAt: (x, y) => (x < columns() && y < rows() ? { x, y: y + top } : undefined),
  };
}
