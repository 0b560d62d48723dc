/**
 * The custom events and requests of the adapter that the extension uses, as `docs/protocol.md` describes them, and
 * their checks: what comes from a session is outside data.
 */

/** A console of the machine: the cocon screen of a guest, or a serial port. */
export interface ConsoleTerminal {
  id: string;
  kind: 'cocon' | 'serial';
  title: string;
}

/** Body of the event `colinux/console`: text with ANSI sequences, ready for a terminal. */
export interface ConsoleEvent {
  terminal: ConsoleTerminal;
  data: string;
}

/** Body of the event `colinux/status`. */
export interface StatusEvent {
  running: boolean;
  /** "host kernel", "guest 0", … */
  coroutine: string;
  ring: number;
  virtualTimeNs: number;
  instructions: number;
}

export const EVENTS = {
  console: 'colinux/console',
  status: 'colinux/status',
  profile: 'colinux/profile',
} as const;
export const REQUESTS = {
  consoleAttach: 'colinux/consoleAttach',
  consoleInput: 'colinux/consoleInput',
  consoleResize: 'colinux/consoleResize',
  power: 'colinux/power',
  nmi: 'colinux/nmi',
  startProfile: 'colinux/startProfile',
  stopProfile: 'colinux/stopProfile',
} as const;

/** The body of a `colinux/console` event, or undefined when it is not one. */
export function asConsoleEvent(body: unknown): ConsoleEvent | undefined {
  if (!isRecord(body) || !isRecord(body.terminal) || typeof body.data !== 'string') return undefined;
  const { id, kind, title } = body.terminal;
  if (typeof id !== 'string' || (kind !== 'cocon' && kind !== 'serial') || typeof title !== 'string')
    return undefined;
  return { terminal: { id, kind, title }, data: body.data };
}

/** The body of a `colinux/status` event, or undefined when it is not one. */
export function asStatusEvent(body: unknown): StatusEvent | undefined {
  if (!isRecord(body)) return undefined;
  const { running, coroutine, ring, virtualTimeNs, instructions } = body;
  if (typeof running !== 'boolean' || typeof coroutine !== 'string') return undefined;
  if (typeof ring !== 'number' || typeof virtualTimeNs !== 'number' || typeof instructions !== 'number')
    return undefined;
  return { running, coroutine, ring, virtualTimeNs, instructions };
}

/** The text of the answer to `colinux/consoleAttach`. */
export function attachedText(body: unknown): string {
  return isRecord(body) && typeof body.data === 'string' ? body.data : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
