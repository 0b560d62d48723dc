/** What is kept of consoles over a reload of the window, and its check. No VS Code here. */

import { asConsoleEvent, type ConsoleTerminal } from '../protocol.ts';

export interface KeptConsole {
  readonly terminal: ConsoleTerminal;
  /** What draws it. */
  readonly data: string;
  /** Its machine had not ended. */
  readonly connected: boolean;
  /** It was the terminal in front. */
  readonly front: boolean;
}

/** A session that was attached to a machine elsewhere. */
export interface KeptSession {
  /** URI of its workspace folder. */
  readonly folder: string | undefined;
  /** Its debug configuration. */
  readonly configuration: Readonly<Record<string, unknown>> & {
    readonly type: string;
    readonly name: string;
    readonly request: string;
  };
}

export interface Kept {
  readonly consoles: readonly KeptConsole[];
  readonly sessions: readonly KeptSession[];
}

const NOTHING: Kept = { consoles: [], sessions: [] };
const MOST_CONSOLES = 16;
const MOST_SESSIONS = 4;

/** @param text of the file; whatever is no such thing is passed over */
export function keptFrom(text: string | undefined): Kept {
  let value: unknown;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    return NOTHING; // cut off while it was written
  }
  if (!isRecord(value)) return NOTHING;
  return {
    consoles: listOf(value.consoles).flatMap(asConsole).slice(0, MOST_CONSOLES),
    sessions: listOf(value.sessions).flatMap(asSession).slice(0, MOST_SESSIONS),
  };
}

function asConsole(value: unknown): KeptConsole[] {
  const event = asConsoleEvent(value);
  if (!event || !isRecord(value)) return [];
  return [{ ...event, connected: value.connected === true, front: value.front === true }];
}

function asSession(value: unknown): KeptSession[] {
  if (!isRecord(value) || !isRecord(value.configuration)) return [];
  const { folder, configuration } = value;
  const { type, name, request } = configuration;
  if (typeof type !== 'string' || typeof name !== 'string' || request !== 'attach') return [];
  return [
    {
      folder: typeof folder === 'string' ? folder : undefined,
      configuration: { ...configuration, type, name, request },
    },
  ];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
