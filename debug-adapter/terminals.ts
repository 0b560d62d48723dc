/**
 * The consoles of a session: the guest's cocon (over COM2) and the first serial port, as terminals that any client can
 * show. Keeps the cocon shadow screen and the last serial text, so that a terminal which opens late misses nothing.
 */
import type { SerialPort } from '../core/protocol/machine-protocol.ts';
import { type ConsoleRenderer, createConsoleRenderer } from './cocon/ansi.ts';
import { type ConsoleWire, createConsoleWire, encodeTyped } from './cocon/wire.ts';

export interface TerminalInfo {
  readonly id: string;
  readonly kind: 'cocon' | 'serial';
  readonly title: string;
}

export interface TerminalSinks {
  /** Text with ANSI sequences for a terminal. */
  output(terminal: TerminalInfo, data: string): void;
  input(port: SerialPort, bytes: Uint8Array): void;
  /** Plain text of the first serial port, for the debug console. */
  text(text: string): void;
}

/** Characters of serial output kept for a terminal that opens late. */
const SERIAL_HISTORY = 100_000;

const SERIAL: TerminalInfo = { id: 'com1', kind: 'serial', title: 'COM1' };

export class Terminals {
  private cocon: { info: TerminalInfo; wire: ConsoleWire; renderer: ConsoleRenderer } | undefined;
  private history = '';
  /** One for each port: their bytes are no common text. */
  private decoders = new Map<string, TextDecoder>();

  constructor(private readonly sinks: TerminalSinks) {}

  /** Begins a run. `guest` names the cooperative guest whose console is on COM2. */
  start({ guest }: { guest?: string }): void {
    this.history = '';
    this.decoders = new Map();
    this.cocon =
      guest === undefined
        ? undefined
        : {
            info: { id: 'cocon0', kind: 'cocon', title: `cocon: ${guest}` },
            wire: createConsoleWire(),
            renderer: createConsoleRenderer(),
          };
  }

  /** Takes bytes that the machine sent on a port. */
  receive(port: SerialPort | 'debugcon', bytes: Uint8Array): void {
    if (port === 'com2' && this.cocon) {
      const { info, wire, renderer } = this.cocon;
      const data = wire
        .receive(bytes)
        .map((operation) => renderer.draw(operation))
        .join('');
      if (data !== '') this.sinks.output(info, data);
      return;
    }
    if (port === 'com2') return;
    const decoder = this.decoders.get(port) ?? new TextDecoder();
    this.decoders.set(port, decoder);
    const text = decoder.decode(bytes, { stream: true });
    if (text === '') return;
    this.sinks.text(text.replace(/\r\n/g, '\n'));
    if (port !== 'com1') return;
    const data = text.replace(/\r?\n/g, '\r\n');
    this.history = (this.history + data).slice(-SERIAL_HISTORY);
    this.sinks.output(SERIAL, data);
  }

  /** Everything a terminal that opens now needs to show. */
  redraw(id: string): string {
    if (id === SERIAL.id) return this.history;
    return this.cocon?.info.id === id ? this.cocon.renderer.redraw() : '';
  }

  /** What the user typed into a terminal. */
  input(id: string, data: string): void {
    if (id === SERIAL.id) this.sinks.input('com1', new TextEncoder().encode(data));
    else if (this.cocon?.info.id === id) this.sinks.input('com2', encodeTyped(data));
  }
}
