/*
 * cocon, the console of a guest: decodes its operations and encodes what goes to the guest, keys and other events. A cell
 * is a 16-bit word: character in the low byte, VGA attribute in the high byte. What the operations draw is in
 * console-screen.ts. Source: kernels/include/colinux/console.h. All edges of rectangles are inclusive.
 */

import {
  CO_CONSOLE_ATTRIBUTE,
  CO_CONSOLE_COLUMNS_MIN,
  CO_CONSOLE_MAX,
  CO_CONSOLE_ROWS_MIN,
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
  | { readonly kind: 'blank' | 'mouse'; on: boolean }
  | { readonly kind: 'forget-scrollback' }
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
  [coConsoleOperation.BLANK]: 1,
  [coConsoleOperation.MOUSE]: 1,
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
    case coConsoleOperation.BLANK:
      return { kind: 'blank', on: word(0) !== 0 };
    case coConsoleOperation.MOUSE:
      return { kind: 'mouse', on: word(0) !== 0 };
    case coConsoleOperation.INIT_SCROLLBUFFER:
      return { kind: 'forget-scrollback' };
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

/** A record of the ABI by the names of its fields. */
function encodeRecord(
  { size, fields }: { size: number; fields: Readonly<Record<string, readonly [number, number]>> },
  values: Readonly<Record<string, number>>,
): Uint8Array {
  const event = new Uint8Array(size);
  const view = new DataView(event.buffer);
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (field?.[1] === 4) view.setUint32(field[0], value, true);
    else if (field) view.setUint16(field[0], value, true);
  }
  return event;
}

/** A key for the guest of a monitor. `code` is a byte of text (ASCII) or of an XT scan code (RAW). */
export const encodeKey = (code: number, mode: number, monitor = 0): Uint8Array<ArrayBuffer> =>
  encodeEvent(coDevice.KEYBOARD, encodeRecord(layouts.co_key_event, { code, mode }), monitor);

/** A power message (`coPowerType`) for the guest of a monitor. */
export const encodePower = (type: number, monitor = 0): Uint8Array<ArrayBuffer> =>
  encodeEvent(coDevice.POWER, encodeRecord(layouts.co_power_event, { type }), monitor);

/** What a mouse does: bit 0 of `buttons` is the left one, positions are parts of `CO_MOUSE_RANGE`, up is a negative `wheel`. */
export interface MouseEvent {
  readonly buttons: number;
  readonly x: number;
  readonly y: number;
  readonly wheel: number;
}

export const encodeMouse = ({ buttons, x, y, wheel }: MouseEvent, monitor = 0): Uint8Array<ArrayBuffer> =>
  encodeEvent(coDevice.MOUSE, encodeRecord(layouts.co_mouse_event, { buttons, x, y, wheel }), monitor);

/** The user's terminal has another size, in cells; cut to what a console can have. */
export const encodeResize = (columns: number, rows: number, monitor = 0): Uint8Array<ArrayBuffer> =>
  encodeEvent(
    coDevice.CONSOLE,
    encodeRecord(layouts.co_console_config, {
      rows: Math.min(Math.max(rows, CO_CONSOLE_ROWS_MIN), CO_CONSOLE_MAX),
      columns: Math.min(Math.max(columns, CO_CONSOLE_COLUMNS_MIN), CO_CONSOLE_MAX),
      attribute: CO_CONSOLE_ATTRIBUTE,
    }),
    monitor,
  );

/** Tells the host that a console has attached to a guest and shows nothing yet: everything is drawn again. */
export function encodeAttach(monitor = 0): Uint8Array<ArrayBuffer> {
  const to = coModule.CONSOLE | (monitor << CO_WIRE_MONITOR_SHIFT);
  const header = { from: coModule.CONSOLE, to, priority: coPriority.IMPORTANT, type: coMessageType.OTHER };
  const operation = new Uint8Array(4);
  new DataView(operation.buffer).setUint32(0, coConsoleOperation.STARTUP, true);
  return encodeMessage(header, operation);
}
