/**
 * Finds the results of tests in what a machine prints: on COM1 (of a guest under the host kernel the lines that the host passes on,
 * `guest0: ok 1`), on port E9h, on the guest's cocon, or on the text screen. Whoever has results first is believed.
 */
import { applyConsole, type ConsoleScreen, createScreen, rowOf } from '../../core/abi/console-screen.ts';
import { CO_CONSOLE_COLUMNS, CO_CONSOLE_ROWS } from '../../core/abi/abi.ts';
import { characterOf } from '../cocon/cp437.ts';
import { createConsoleWire } from '../cocon/wire.ts';
import { createTapReader, type TapReader, type TestReport } from './tap.ts';

/** Rows of a guest's console that are kept, for results that only it shows. */
const CONSOLE_ROWS = 100_000;
/** Longest line and most output that are kept. */
const MAX_LINE = 4096;
const MAX_OUTPUT = 4 << 20;
/** What the host kernel writes before the lines of its guests. */
const OF_GUEST = /^guest\d+: ?(.*)$/;
const OF_HOST = /^(?:host|daemon\d+): /;

export interface TestOutput {
  /** Takes bytes of a port. */
  receive(port: 'com1' | 'com2' | 'debugcon', bytes: Uint8Array): void;
  /** A plan is fulfilled: nothing more needs to run. */
  readonly isOver: () => boolean;
  /**
   * The results when the machine has ended.
   * @param screen bytes of the VGA text screen: characters and attributes, row by row
   */
  report(screen: Uint8Array): TestReport;
  /** COM1 and port E9h as text, as far as it is kept. */
  readonly text: () => string;
}

/** What one port prints, in lines. */
function createLines(reader: TapReader, strip: (line: string) => string | undefined) {
  const decoder = new TextDecoder();
  let rest = '';
  function give(line: string): void {
    const own = strip(line);
    if (own !== undefined) reader.line(own);
  }
  return {
    /** @returns the text of the bytes */
    receive(bytes: Uint8Array): string {
      const text = decoder.decode(bytes, { stream: true });
      const lines = (rest + text).split(/\r?\n/);
      rest = (lines.pop() ?? '').slice(0, MAX_LINE);
      lines.forEach(give);
      return text;
    },
    /** The last line may have no end. */
    end(): void {
      give(rest);
      rest = '';
    },
  };
}

/** @param cooperative the kernel runs as a guest under the host kernel */
export function createTestOutput(cooperative: boolean): TestOutput {
  const serial = createTapReader();
  const debugcon = createTapReader();
  const wire = createConsoleWire();
  const screen: ConsoleScreen = createScreen(CO_CONSOLE_COLUMNS, CO_CONSOLE_ROWS, CONSOLE_ROWS);
  let printed = '';
  const own = (line: string) =>
    cooperative ? (OF_GUEST.exec(line)?.[1] ?? (OF_HOST.test(line) ? undefined : line)) : line;
  const lines = { com1: createLines(serial, own), debugcon: createLines(debugcon, (line) => line) };

  return {
    receive(port, bytes) {
      if (port !== 'com2') {
        const text = lines[port].receive(bytes);
        if (printed.length < MAX_OUTPUT) printed += text;
      } else if (cooperative)
        for (const { monitor, operation } of wire.receive(bytes))
          if (monitor === 0) applyConsole(screen, operation);
    },
    isOver: () => serial.isOver() || debugcon.isOver(),
    report(vga) {
      for (const port of Object.values(lines)) port.end();
      const console = createTapReader();
      for (const row of cooperative ? rowsOf(screen) : vgaRows(vga)) console.line(row);
      const reports = [serial, debugcon, console].map((reader) => reader.report());
      return reports.find(({ tests, complete }) => tests.length > 0 || complete) ?? reports[0];
    },
    text: () => printed,
  };
}

const rowText = (cells: Iterable<number>) =>
  Array.from(cells, (cell) => characterOf(cell & 0xff))
    .join('')
    .trimEnd();

const rowsOf = (screen: ConsoleScreen): string[] => [
  ...screen.history.map(rowText),
  ...Array.from({ length: screen.rows }, (_, y) => rowText(rowOf(screen, y))),
];

function vgaRows(bytes: Uint8Array): string[] {
  const columns = 80;
  return Array.from({ length: Math.floor(bytes.length / (2 * columns)) }, (_, y) =>
    rowText(bytes.subarray(y * 2 * columns, (y + 1) * 2 * columns).filter((_byte, n) => n % 2 === 0)),
  );
}
