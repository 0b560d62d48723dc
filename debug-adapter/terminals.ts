/**
 * The consoles of a session: each guest's cocon (all over COM2) and the first serial port, as terminals that any client
 * can show. Keeps the cocon shadow screens and the last serial text, so that a terminal which opens late misses nothing.
 */
import { CO_MOUSE_RANGE } from '../core/abi/abi.ts';
import { encodeMouse, encodePower, encodeResize } from '../core/abi/console.ts';
import type { SerialPort } from '../core/protocol/machine-protocol.ts';
import { type ConsoleLook, type ConsoleRenderer, createConsoleRenderer } from './cocon/ansi.ts';
import { createMouseReader, type MouseReader, type MouseReport } from './cocon/mouse.ts';
import { encodeTyped } from './cocon/keys.ts';
import { createConsoleWire } from './cocon/wire.ts';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';

export interface TerminalInfo {
  /** cocon0, cocon1, …: the guest of that monitor; com1; line, a guest's ttysN=stdio. */
  readonly id: string;
  readonly kind: 'cocon' | 'serial';
  readonly title: string;
}

export interface TerminalSinks {
  /** Text with ANSI sequences for a terminal. */
  output(terminal: TerminalInfo, data: string): void;
  input(port: SerialPort, bytes: Uint8Array): void;
  /** What was typed for the serial line of a guest that has `stdio`. */
  lineInput?(bytes: Uint8Array): void;
  /** Plain text of the first serial port, for the debug console. */
  text(text: string): void;
}

/** Characters of serial output kept for a terminal that opens late. */
const SERIAL_HISTORY = 100_000;

const SERIAL: TerminalInfo = { id: 'com1', kind: 'serial', title: 'COM1' };
/** The serial line of a guest that has `stdio`. */
const LINE: TerminalInfo = { id: 'line', kind: 'serial', title: 'ttys' };

/** Text attributes as at first (SGR), then screen and scrollback empty (ED 2, ED 3), the cursor in the corner. */
const CLEAR = '\x1b[0m\x1b[2J\x1b[3J\x1b[H';

interface Cocon {
  readonly info: TerminalInfo;
  readonly renderer: ConsoleRenderer;
  readonly mouse: MouseReader;
}

export class Terminals {
  /** By monitor number; empty in host-only mode. */
  private cocons: readonly Cocon[] = [];
  private wire = createConsoleWire();
  /** Text by terminal. */
  private history = new Map<string, string>();
  /** What clients have told of their terminals, in cells. */
  private readonly sizes = new Map<string, { readonly columns: number; readonly rows: number }>();
  /** One for each port: their bytes are no common text. */
  private decoders = new Map<string, TextDecoder>();

  constructor(private readonly sinks: TerminalSinks) {}

  /**
   * Begins a run with these cooperative guests, by monitor number: their consoles are on COM2. Terminals that show a run of
   * before are cleared.
   */
  start(guests: readonly { readonly name: string; readonly look?: ConsoleLook }[]): void {
    for (const info of [SERIAL, LINE]) if (this.history.has(info.id)) this.sinks.output(info, CLEAR);
    const again = this.cocons.length > 0;
    this.history = new Map();
    this.decoders = new Map();
    this.wire = createConsoleWire();
    this.cocons = guests.map(({ name, look }, monitor) => ({
      info: {
        id: `cocon${monitor}`,
        kind: 'cocon',
        title: guests.length > 1 ? `cocon ${monitor}: ${name}` : `cocon: ${name}`,
      },
      renderer: createConsoleRenderer(look),
      mouse: createMouseReader(),
    }));
    for (const { info, renderer } of this.cocons) {
      const size = this.sizes.get(info.id);
      if (size) renderer.resize(size);
      if (again) this.sinks.output(info, renderer.redraw());
    }
  }

  /** Takes bytes that the machine sent on a port. */
  receive(port: SerialPort | 'debugcon', bytes: Uint8Array): void {
    if (port === 'com2' && this.cocons.length > 0) {
      const received = this.wire.receive(bytes);
      for (const [monitor, { info, renderer }] of this.cocons.entries()) {
        const data = received
          .filter((message) => message.monitor === monitor)
          .map(({ operation }) => renderer.draw(operation))
          .join('');
        if (data !== '') this.sinks.output(info, data);
      }
      return;
    }
    if (port === 'com2') return;
    const decoder = this.decoders.get(port) ?? new TextDecoder();
    this.decoders.set(port, decoder);
    const text = decoder.decode(bytes, { stream: true });
    if (text === '') return;
    this.sinks.text(text.replace(/\r\n/g, '\n'));
    if (port === 'com1') this.show(SERIAL, text.replace(/\r?\n/g, '\r\n'));
  }

  /** Takes what a guest wrote to its serial line that has `stdio`. */
  receiveLine(bytes: Uint8Array): void {
    const decoder = this.decoders.get(LINE.id) ?? new TextDecoder();
    this.decoders.set(LINE.id, decoder);
    this.show(LINE, decoder.decode(bytes, { stream: true }));
  }

  private show(terminal: TerminalInfo, data: string): void {
    if (data === '') return;
    this.history.set(terminal.id, ((this.history.get(terminal.id) ?? '') + data).slice(-SERIAL_HISTORY));
    this.sinks.output(terminal, data);
  }

  /** Everything a terminal that opens now needs to show. */
  redraw(id: string): string {
    return this.history.get(id) ?? this.cocons.find(({ info }) => info.id === id)?.renderer.redraw() ?? '';
  }

  /** Tells a client that comes later which terminals there are. It asks for what they show. */
  announce(): void {
    const lines = [SERIAL, LINE].filter(({ id }) => this.history.has(id));
    for (const info of [...lines, ...this.cocons.map((cocon) => cocon.info)]) this.sinks.output(info, '');
  }

  /** What the user typed into a terminal. */
  input(id: string, data: string): void {
    const monitor = this.cocons.findIndex(({ info }) => info.id === id);
    if (id === SERIAL.id) this.sinks.input('com1', new TextEncoder().encode(data));
    else if (id === LINE.id) this.sinks.lineInput?.(new TextEncoder().encode(data));
    const cocon = this.cocons[monitor];
    if (!cocon) return;
    const { text, reports } = cocon.renderer.screen.mouse
      ? cocon.mouse.read(data)
      : { text: data, reports: [] };
    for (const report of reports) this.mouse(monitor, cocon, report);
    if (text !== '') this.sinks.input('com2', encodeTyped(text, monitor));
  }

  private mouse(monitor: number, { renderer }: Cocon, report: MouseReport): void {
    const cell = renderer.cellAt(report.x, report.y);
    if (!cell) return;
    const { columns, rows } = renderer.screen;
    const part = (at: number, of: number) => Math.floor(((at + 0.5) * CO_MOUSE_RANGE) / of);
    const event = { ...report, x: part(cell.x, columns), y: part(cell.y, rows) };
    this.sinks.input('com2', encodeMouse(event, monitor));
  }

  /** Sends a power message to the guest of a console. @throws AdapterError if it is no guest's */
  power(id: string, type: number): void {
    const monitor = this.cocons.findIndex(({ info }) => info.id === id);
    if (monitor < 0) throw new AdapterError('bad-request', say`"${id}" is not the console of a guest.`);
    this.sinks.input('com2', encodePower(type, monitor));
  }

  /** A terminal has another size in cells: its guest is told, and may follow. */
  resize(id: string, columns: number, rows: number): void {
    const monitor = this.cocons.findIndex(({ info }) => info.id === id);
    const cocon = this.cocons[monitor];
    if (!cocon) return;
    this.sizes.set(id, { columns, rows });
    cocon.renderer.resize({ columns, rows });
    this.sinks.output(cocon.info, cocon.renderer.redraw());
    this.sinks.input('com2', encodeResize(columns, rows, monitor));
  }
}
