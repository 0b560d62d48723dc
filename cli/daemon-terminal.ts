/**
 * What a daemon shows of its guests: the cocon of the first one on this terminal, or the log of the host kernel line by line,
 * in which the guests' own messages are.
 */
import type { SerialPort } from '../core/protocol/machine-protocol.ts';
import { consoleLook } from '../debug-adapter/cocon/ansi.ts';
import { encodeTypedBytes } from '../debug-adapter/cocon/keys.ts';
import { Terminals } from '../debug-adapter/terminals.ts';
import type { GuestConfig } from '../core/coop/config/config.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { write } from './process.ts';
import { NO_INPUT, openStdin, type SerialInput } from './serial-input.ts';

const HOST_LINE = /^(host|daemon\d+|clock): /;
/** Ends of guests are the daemon's own words. */
const ENDS = /terminated|cannot start/;
/** The guest whose console a terminal shows. */
const SHOWN_COCON = 'cocon0';

export interface DaemonTerminal {
  /** What comes from the machine's serial ports. */
  receive(port: SerialPort, byte: number): void;
  /** What goes to its second one. @param requests messages for guests that were made elsewhere */
  input(requests: () => Uint8Array[]): SerialInput;
  close(): void;
}

/**
 * Shows the log of the host kernel line by line.
 * @param guestOutput where the messages of guests go, 1 or 2; `undefined`: nowhere
 */
export function createLog(
  { kernelMessages, verbosity }: DaemonOptions,
  guestOutput: 1 | 2 | undefined,
): (text: string) => void {
  let partial = '';
  const showLine = (line: string) => {
    if (!HOST_LINE.test(line)) {
      if (kernelMessages && guestOutput !== undefined) write(guestOutput, `${line}\n`);
    } else if (verbosity > 0 || ENDS.test(line)) write(2, `${line}\n`);
  };
  return (text) => {
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    lines.forEach(showLine);
  };
}

/** @param names of the guests' kernels. @param lineOnStdio a serial line of a guest has standard input and output */
export function openTerminal(
  options: DaemonOptions,
  configs: readonly GuestConfig[],
  names: readonly string[],
  lineOnStdio: boolean,
): DaemonTerminal {
  const { terminal, guests } = options;
  const person = process.stdin.isTTY && process.stdout.isTTY && guests.length === 1 && !lineOnStdio;
  const onTerminal = (terminal ?? (person ? 'cocon' : 'none')) === 'cocon';
  const raw = onTerminal && process.stdin.isTTY;
  const terminals = new Terminals({
    output({ id }, data) {
      if (id === SHOWN_COCON && onTerminal) write(1, data);
    },
    input: () => undefined,
    text: createLog(options, onTerminal ? undefined : lineOnStdio ? 2 : 1),
  });
  terminals.start(names.map((name, n) => ({ name, look: consoleLook(configs[n]!) })));
  const typed = onTerminal ? openStdin(true) : NO_INPUT;
  if (onTerminal) write(1, terminals.redraw(SHOWN_COCON));
  if (raw) process.stdin.setRawMode(true);
  return {
    receive(port, byte) {
      terminals.receive(port, Uint8Array.of(byte));
    },
    input: (requests) => ({
      ...typed,
      take: () => [...requests(), ...typed.take().map((bytes) => encodeTypedBytes(bytes))],
    }),
    close() {
      if (raw) process.stdin.setRawMode(false);
    },
  };
}
