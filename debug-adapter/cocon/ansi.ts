/**
 * Console operations of a guest as terminal output: the one place where cells become ANSI sequences (ECMA-48).
 *
 * The shadow screen is changed first; an operation that a terminal can do itself (text, scrolling the whole screen) is
 * passed on, the others redraw the rows they touched. Scrolling up goes through a line feed on the last row, so what
 * leaves the screen stays in the terminal's scrollback.
 */
import { CO_CONSOLE_ATTRIBUTE, CO_CONSOLE_COLUMNS, CO_CONSOLE_ROWS } from '../../core/abi/abi.ts';
import type { GuestConfig } from '../../core/coop/config/config.ts';
import {
  applyConsole,
  type ConsoleOperation,
  type ConsoleScreen,
  createScreen,
} from '../../core/abi/console.ts';
import { characterOf } from './cp437.ts';

const ESC = '\x1b[';
/** VGA colour (blue is bit 0) to ANSI colour (red is bit 0). */
const COLOUR = [0, 4, 2, 6, 1, 5, 3, 7];

/** How the configuration of a guest wants its console (`cocon=`, `color=`, `cursor=`). */
export interface ConsoleLook {
  readonly columns: number;
  readonly rows: number;
  /** The VGA attribute in which text is shown that has the default one. */
  readonly attribute: number;
  /** Height of the cursor in percent of a cell. */
  readonly cursor: number;
}
export const DEFAULT_LOOK: ConsoleLook = {
  columns: CO_CONSOLE_COLUMNS,
  rows: CO_CONSOLE_ROWS,
  attribute: CO_CONSOLE_ATTRIBUTE,
  cursor: 16,
};

export function consoleLook({
  console,
  colors,
  cursor,
}: Pick<GuestConfig, 'console' | 'colors' | 'cursor'>): ConsoleLook {
  const attribute = (colors.background << 4) | colors.foreground;
  return { columns: console.columns, rows: console.rows, attribute, cursor };
}

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

const shownAs = (attribute: number, plain: number) =>
  attribute === CO_CONSOLE_ATTRIBUTE ? plain : attribute;

/** Text of cells with the attribute changes between them. @param plain what the default attribute is shown as */
function textOf(cells: Iterable<number>, plain: number): string {
  let text = '';
  let attribute = -1;
  for (const cell of cells) {
    if (cell >> 8 !== attribute) {
      attribute = cell >> 8;
      text += attributeSequence(shownAs(attribute, plain));
    }
    text += characterOf(cell & 0xff);
  }
  return text;
}

export interface ConsoleRenderer {
  readonly screen: ConsoleScreen;
  /** Draws one operation on the shadow screen and returns the sequences that draw it on a terminal. */
  draw(operation: ConsoleOperation): string;
  /** Everything a fresh terminal needs to show the screen as it is. */
  redraw(): string;
}

export function createConsoleRenderer(look: ConsoleLook = DEFAULT_LOOK): ConsoleRenderer {
  const { columns, rows, attribute: plain } = look;
  const screen = createScreen(columns, rows);

  const row = (y: number) =>
    moveTo(0, y) + textOf(screen.cells.subarray(y * columns, (y + 1) * columns), plain);
  function redrawRows(top: number, bottom: number): string {
    let text = '';
    for (let y = Math.max(0, top); y <= Math.min(bottom, rows - 1); y++) text += row(y);
    return text;
  }
  const cursor = () =>
    moveTo(Math.min(screen.cursor.x, columns - 1), Math.min(screen.cursor.y, rows - 1)) +
    (screen.cursor.visible && look.cursor > 0 ? `${ESC}?25h` : `${ESC}?25l`);

  function drawing(op: ConsoleOperation): string {
    switch (op.kind) {
      case 'putc':
        return op.x < columns && op.y < rows ? moveTo(op.x, op.y) + textOf([op.cell], plain) : '';
      case 'putcs':
        return op.y < rows && op.x < columns
          ? moveTo(op.x, op.y) + textOf(op.cells.slice(0, columns - op.x), plain)
          : '';
      case 'clear':
        return redrawRows(op.top, op.bottom);
      case 'scroll':
        if (op.direction === 'up' && op.top === 0 && op.bottom >= rows - 1 && op.lines < rows) {
          return (
            attributeSequence(shownAs(op.cell >> 8, plain)) +
            moveTo(0, rows - 1) +
            '\n'.repeat(op.lines) +
            redrawRows(rows - op.lines, rows - 1)
          );
        }
        return redrawRows(op.top, op.bottom);
      case 'bmove':
        return redrawRows(op.row, op.row + op.bottom - op.top);
      case 'invert':
        return redrawRows(op.y, op.y + Math.ceil((op.x + op.count) / columns));
      case 'cursor':
      case 'config':
      case 'other':
        return '';
    }
  }

  return {
    screen,
    draw(operation) {
      applyConsole(screen, operation);
      const text = drawing(operation);
      return text === '' && operation.kind !== 'cursor' ? '' : text + `${ESC}0m` + cursor();
    },
    redraw: () =>
      `${ESC}0m${ESC}2J${cursorShape(look.cursor)}` + redrawRows(0, rows - 1) + `${ESC}0m` + cursor(),
  };
}
