/**
 * The adapter's own requests and events, `colinux/…`, which any client may use. docs/protocol.md tells what they are for; the
 * schemas there are made of these types (`npm run schemas`), comments and tags included.
 */
import type { SwitchRecord } from '../core/protocol/machine-protocol.ts';
import type { TerminalInfo } from './terminals.ts';

export interface TerminalArguments {
  /** com1; line; cocon0, cocon1, … */
  terminal: string;
}

export interface ConsoleInput extends TerminalArguments {
  /** What was typed, as a terminal sends it. */
  data: string;
}

export interface ConsoleResize extends TerminalArguments {
  /**
   * @minimum 1
   * @maximum 1000
   */
  columns: number;
  /**
   * @minimum 1
   * @maximum 1000
   */
  rows: number;
}

export interface ConsolePower {
  /** cocon0, cocon1, … */
  terminal: string;
  action: 'ctrl-alt-del' | 'shutdown' | 'off';
}

export interface Status {
  running: boolean;
  /** The name of the thread that owns the CPU. */
  coroutine: string;
  /**
   * @minimum 0
   * @maximum 3
   */
  ring: number;
  virtualTimeNs: number;
  /** Retired since the start. */
  instructions: number;
}

export interface StateHash {
  /** @pattern ^[0-9a-f]{16}$ */
  hash: string;
}

/** Arguments and body of the answer, by command. */
export interface CustomRequests {
  'colinux/consoleAttach': { arguments: TerminalArguments; body: { data: string } };
  'colinux/consoleInput': { arguments: ConsoleInput; body: undefined };
  'colinux/consoleResize': { arguments: ConsoleResize; body: undefined };
  'colinux/power': { arguments: ConsolePower; body: undefined };
  'colinux/nmi': { arguments: undefined; body: undefined };
  'colinux/switches': { arguments: undefined; body: { switches: readonly SwitchRecord[] } };
  'colinux/stateHash': { arguments: undefined; body: StateHash };
}

export interface CustomEvents {
  'colinux/console': { terminal: TerminalInfo; data: string };
  'colinux/status': Status;
}
