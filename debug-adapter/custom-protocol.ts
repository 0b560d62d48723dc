/**
 * The adapter's own requests and events, `colinux/…`, which any client may use. docs/protocol.md tells what they are for.
 */
import type { SwitchRecord } from '../core/protocol/machine-protocol.ts';
import type { TerminalInfo } from './terminals.ts';

/** Which terminal: `com1`, `line`, `cocon0`, `cocon1`, … */
export interface TerminalArguments {
  terminal: string;
}

export interface CustomRequests {
  'colinux/consoleAttach': {
    arguments: TerminalArguments;
    /** What a terminal that opens now has to draw, with ANSI sequences. */
    body: { data: string };
  };
  'colinux/consoleInput': {
    arguments: TerminalArguments & { /** What the user typed, as a terminal sends it. */ data: string };
    body: undefined;
  };
  'colinux/consoleResize': {
    arguments: TerminalArguments & { columns: number; rows: number };
    body: undefined;
  };
  'colinux/power': {
    arguments: TerminalArguments & { action: 'ctrl-alt-del' | 'shutdown' | 'off' };
    body: undefined;
  };
  'colinux/nmi': { arguments: undefined; body: undefined };
  'colinux/switches': { arguments: undefined; body: { switches: readonly SwitchRecord[] } };
  'colinux/stateHash': { arguments: undefined; body: { hash: string } };
}

export interface CustomEvents {
  'colinux/console': { terminal: TerminalInfo; data: string };
  'colinux/status': {
    running: boolean;
    coroutine: string;
    ring: number;
    virtualTimeNs: number;
    instructions: number;
  };
}
