/*
 * cocon, the console of a guest: decodes console operations, encodes key events, and keeps the text screen that the
 * operations draw. A cell is a 16-bit word: character in the low byte, VGA attribute in the high byte.
 * Source: kernels/include/colinux/console.h. All edges of rectangles are inclusive.
 */

import {
  CO_CONSOLE_ATTRIBUTE,
  CO_CONSOLE_COLUMNS,
  CO_CONSOLE_ROWS,
  CO_WIRE_MONITOR_SHIFT,
  coConsoleOperation,
  coDevice,
  coMessageType,
  coModule,
  coPriority,
} from './abi.ts';
import { encodeMessage } from './decode.ts';
import { layouts } from './layouts.ts';

/** One decoded console operation; coordinates and sizes in cells. */
export type ConsoleOperation =
  | { readonly kind: 'clear'; top: number; left: number; bottom: number; right: number; cell: number }
  | { readonly kind: 'putc'; x: number; y: number; cell: number }
  | { readonly kind: 'putcs'; x: number; y: number; cells: readonly number[] }
  | {
      readonly kind: 'cursor';
      readonly action: 'draw' | 'erase' | 'move';
      x: number;
      y: number;
      height: number;
    }
  | {
      readonly kind: 'scroll';
      readonly direction: 'up' | 'down';
      top: number;
      bottom: number;
      lines: number;
      cell: number;
    }
  | {
      readonly kind: 'bmove';
      row: number;
      column: number;
      top: number;
      left: number;
      bottom: number;
      right: number;
    }
  | { readonly kind: 'invert'; x: number; y: number; count: number }
  | { readonly kind: 'config'; rows: number; columns: number; attribute: number }
  | { readonly kind: 'other'; readonly type: number };

/** How many 16-bit words an operation needs behind its type. */
const words: Readonly<Record<number, number>> = {
  [coConsoleOperation.CLEAR]: 5,
  [coConsoleOperation.PUTC]: 3,
  [coConsoleOperation.PUTCS]: 3,
  [coConsoleOperation.CURSOR_DRAW]: 3,
  [coConsoleOperation.CURSOR_ERASE]: 3,
  [coConsoleOperation.CURSOR_MOVE]: 3,
  [coConsoleOperation.SCROLL_UP]: 4,
  [coConsoleOperation.SCROLL_DOWN]: 4,
  [coConsoleOperation.BMOVE]: 6,
  [coConsoleOperation.INVERT_REGION]: 3,
  [coConsoleOperation.CONFIG]: 3,
};

/** Decodes the data of a message to the console, or undefined if it is too short for its operation. */
export function decodeConsole(data: DataView): ConsoleOperation | undefined {
  if (data.byteLength < 4) return undefined;
  const type = data.getUint32(0, true);
  if (data.byteLength < 4 + 2 * (words[type] ?? 0)) return undefined;
  const word = (index: number): number => data.getUint16(4 + 2 * index, true);
  const cursor = (action: 'draw' | 'erase' | 'move'): ConsoleOperation => ({
    kind: 'cursor',
    action,
    x: word(0),
    y: word(1),
    height: word(2),
  });
  const scroll = (direction: 'up' | 'down'): ConsoleOperation => ({
    kind: 'scroll',
    direction,
    top: word(0),
    bottom: word(1),
    lines: word(2),
    cell: word(3),
  });
  switch (type) {
    case coConsoleOperation.CLEAR:
      return { kind: 'clear', top: word(0), left: word(1), bottom: word(2), right: word(3), cell: word(4) };
    case coConsoleOperation.PUTC:
      return { kind: 'putc', x: word(0), y: word(1), cell: word(2) };
    case coConsoleOperation.PUTCS: {
      const count = word(2);
      if (data.byteLength < 10 + 2 * count) return undefined;
      return {
        kind: 'putcs',
        y: word(0),
        x: word(1),
        cells: Array.from({ length: count }, (_, i) => word(3 + i)),
      };
    }
    case coConsoleOperation.CURSOR_DRAW:
      return cursor('draw');
    case coConsoleOperation.CURSOR_ERASE:
      return cursor('erase');
    case coConsoleOperation.CURSOR_MOVE:
      return cursor('move');
    case coConsoleOperation.SCROLL_UP:
      return scroll('up');
    case coConsoleOperation.SCROLL_DOWN:
      return scroll('down');
    case coConsoleOperation.BMOVE:
      return {
        kind: 'bmove',
        row: word(0),
        column: word(1),
        top: word(2),
        left: word(3),
        bottom: word(4),
        right: word(5),
      };
    case coConsoleOperation.INVERT_REGION:
      return { kind: 'invert', y: word(0), x: word(1), count: word(2) };
    case coConsoleOperation.CONFIG:
      return { kind: 'config', rows: word(0), columns: word(1), attribute: word(2) };
    default:
      return { kind: 'other', type };
  }
}

/** An event of a device for the guest of a monitor, as a whole message. */
function encodeEvent(device: number, event: Uint8Array, monitor: number): Uint8Array<ArrayBuffer> {
  const inner = layouts.co_linux_message;
  const data = new Uint8Array(inner.size + event.length);
  const view = new DataView(data.buffer);
  view.setUint32(inner.fields.device[0], device, true);
  view.setUint32(inner.fields.unit[0], 0, true);
  view.setUint32(inner.fields.size[0], event.length, true);
  data.set(event, inner.size);
  const from = coModule.CONSOLE;
  const to = coModule.LINUX | (monitor << CO_WIRE_MONITOR_SHIFT);
  return encodeMessage({ from, to, priority: coPriority.IMPORTANT, type: coMessageType.OTHER }, data);
}

/** A key for the guest of a monitor. `code` is a byte of text (ASCII) or of an XT scan code (RAW). */
export function encodeKey(code: number, mode: number, monitor = 0): Uint8Array<ArrayBuffer> {
  const { size, fields } = layouts.co_key_event;
  const event = new Uint8Array(size);
  const view = new DataView(event.buffer);
  view.setUint32(fields.code[0], code, true);
  view.setUint32(fields.mode[0], mode, true);
  return encodeEvent(coDevice.KEYBOARD, event, monitor);
}

/** A power message (`coPowerType`) for the guest of a monitor. */
export function encodePower(type: number, monitor = 0): Uint8Array<ArrayBuffer> {
  const { size, fields } = layouts.co_power_event;
  const event = new Uint8Array(size);
  new DataView(event.buffer).setUint32(fields.type[0], type, true);
  return encodeEvent(coDevice.POWER, event, monitor);
}

/** The text screen of one console. `cells` is row after row. */
export interface ConsoleScreen {
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint16Array;
  cursor: { x: number; y: number; visible: boolean };
}

export function createScreen(columns = CO_CONSOLE_COLUMNS, rows = CO_CONSOLE_ROWS): ConsoleScreen {
  const cells = new Uint16Array(columns * rows).fill((CO_CONSOLE_ATTRIBUTE << 8) | 0x20);
  return { columns, rows, cells, cursor: { x: 0, y: 0, visible: true } };
}

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
