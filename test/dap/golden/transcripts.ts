/**
 * Transcripts of a client and the adapter, one for each request: what was asked, what was answered, and the events that came with it.
 * They are compared with the files in `test/golden/dap`; UPDATE_GOLDEN=1 writes these anew. What depends on the compiler of the kernels
 * is left out: property tests look at numbers, transcripts at which fields there are and what they say.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { root } from '../support/bundle.ts';
import type { Session } from '../support/session.ts';

const FOLDER = join(root, 'test/golden/dap');

const fileOf = (command: string): string => join(FOLDER, `${command.replace('/', '-')}.txt`);

/** The same with all its texts changed. */
function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => changed(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, changed(one, change)]));
}

/** As text that people read; long lists and texts are cut. Folders are replaced before, for their lengths decide where lines are broken. */
const show = (body: unknown, folders: readonly Rule[]): string =>
  body === undefined
    ? ''
    : ` ${inspect(
        changed(body, (text) => folders.reduce((left, [what, by]) => left.replaceAll(what, by), text)),
        { depth: null, breakLength: 110, compact: 3, maxArrayLength: 6, maxStringLength: 400 },
      )}`;

/** A rule replaces what differs between computers by something that does not. */
export type Rule = readonly [what: RegExp | string, by: string];

const GENERAL: readonly Rule[] = [
  [root, '<root>/'],
  [/\.\.\. \d+ more/g, '... more'],
  [/\b[0-9a-f]{16}\b/g, '················'],
  // Addresses, counts of instructions, times.
  [/0x[0-9a-f]{5,8}/g, '0x········'],
  [/(?<![\w·.])-?\d{5,}(?![\w·])/g, '…'],
  [/\+0x[0-9a-f]+/g, '+0x…'],
  [/(instructions|virtualTimeNs|hitCount|endTime|requestId): [\d.]+/g, '$1: …'],
  [/progressId: '\d+'/g, "progressId: '…'"],
  // The clock of the machine, which begins with that of the computer.
  [/\d+ bytes: [0-9a-f ]+/g, '… bytes: '],
];

/** Transcripts by request, in the order in which scenarios have asked. */
export class Transcripts {
  private readonly texts = new Map<string, string[]>();

  add(command: string, lines: readonly string[]): void {
    const known = this.texts.get(command) ?? [];
    known.push(lines.join('\n'));
    this.texts.set(command, known);
  }

  /** Every transcript beside its file. */
  files(): { command: string; text: string; golden: string }[] {
    return [...this.texts].map(([command, exchanges]) => {
      const text = `${exchanges.join('\n\n')}\n`;
      const file = fileOf(command);
      if (process.env.UPDATE_GOLDEN) {
        mkdirSync(FOLDER, { recursive: true });
        writeFileSync(file, text);
      }
      return { command, text, golden: existsSync(file) ? readFileSync(file, 'utf8') : '' };
    });
  }

  /** Files of requests that no scenario asks any more. */
  strays(): string[] {
    const expected = new Set([...this.texts.keys()].map(fileOf));
    return readdirSync(FOLDER).filter((name) => !expected.has(join(FOLDER, name)));
  }

  text(): string {
    return [...this.texts.values()].flat().join('\n');
  }

  of(command: string): string {
    return this.texts.get(command)?.join('\n') ?? '';
  }
}

interface Asked {
  /** Waits for this event, after the answer. */
  readonly until?: string;
  /** The adapter is gone behind the answer. */
  readonly last?: boolean;
  /** Done while the answer is awaited; progress is written down then, which otherwise only slow computers tell. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** A client whose exchanges are written down. */
export interface Scribe {
  /** Asks, and gives the body of the answer; of one that failed, nothing. */
  ask(command: string, args?: object, how?: Asked): Promise<unknown>;
}

export interface Play {
  /** For what differs in this session besides. */
  readonly rules?: readonly Rule[];
  /** The machine runs beside the client: what it prints, and that there is a coroutine, comes at any time, and is left out. */
  readonly beside?: boolean;
}

export function scribe(
  transcripts: Transcripts,
  session: Session,
  { rules = [], beside = false }: Play = {},
): Scribe {
  const { client, messages } = session;
  const send = client.send.bind(client) as (command: string, args?: object) => Promise<unknown>;
  const folders = [...GENERAL, ...rules].filter(([what]) => typeof what === 'string');
  const plain = (text: string) =>
    [...GENERAL, ...rules].reduce((left, [what, by]) => left.replaceAll(what, by), text);
  return {
    async ask(command, args, { until, meanwhile, last = false } = {}) {
      const from = messages.length;
      const answered = send(command, args).catch(() => undefined);
      await meanwhile?.();
      await answered;
      if (until !== undefined) await session.event(until);
      // What is sent behind the answer comes before the next one.
      if (!last) await send('cancel', {});
      const lines = [`→ ${command}${show(args, folders)}`];
      let body: unknown;
      for (const message of joined(messages.slice(from), meanwhile !== undefined)) {
        if (beside && comesByItself(message)) continue;
        if (message.type === 'event') {
          const { event, body: told } = message as DebugProtocol.Event;
          lines.push(`• ${event}${show(told, folders)}`);
          continue;
        }
        const answer = message as DebugProtocol.Response;
        if (answer.command !== command) continue;
        ({ body } = answer);
        lines.push(
          answer.success ? `← ${command}${show(body, folders)}` : `✗ ${command}: ${answer.message ?? ''}`,
        );
        if (command === 'cancel') break;
      }
      transcripts.add(command, lines.map(plain));
      return body;
    },
  };
}

type Message = DebugProtocol.ProtocolMessage;

interface Told {
  readonly reason?: string;
  readonly running?: boolean;
  readonly terminal?: { readonly id: string };
  data?: string;
  readonly category?: string;
  output?: string;
}

/**
 * Without what depends on the speed of the computer: how often the status of a running machine and progress are told, in which pieces
 * text comes, and how long before a stop there is a new thread.
 */
function joined(messages: readonly Message[], withProgress: boolean): Message[] {
  const kept: Message[] = [];
  const threads: Message[] = [];
  const firsts = new Map<string, Told>();
  const stops = messages.some((message) => (message as { event?: string }).event === 'stopped');
  for (const message of messages) {
    const { event = '', body } = structuredClone(message) as { event?: string; body?: Told };
    if (event === 'colinux/status' && body?.running) continue;
    if (event.startsWith('progress') && !withProgress) continue;
    if (startsThread(event, body ?? {})) {
      threads.push(message);
      continue;
    }
    if (event === 'stopped' || (event === '' && !stops)) kept.push(...threads.splice(0));
    const stream = streamOf(event, body ?? {});
    const first = stream === undefined ? undefined : firsts.get(stream);
    if (first) {
      if (first.output !== undefined) first.output += body?.output ?? '';
      if (first.data !== undefined && !isScreen(first)) first.data += body?.data ?? '';
      continue;
    }
    if (stream !== undefined && body) firsts.set(stream, body);
    if (body?.data !== undefined && isScreen(body))
      body.data = body.data.slice(0, body.data.indexOf(DRAWN) + DRAWN.length);
    kept.push(body ? ({ ...message, body } as Message) : message);
  }
  kept.push(...threads);
  return kept;
}

/** A screen is drawn as it is when it is told of: only the first thing that is drawn is always the same. */
const isScreen = ({ terminal }: Told): boolean => terminal?.id.startsWith('cocon') === true;
/** What ends each drawing: the cursor is shown again. */
const DRAWN = '\x1b[?25h';

function comesByItself(message: Message): boolean {
  const { event = '', body = {} } = message as { event?: string; body?: Told };
  return streamOf(event, body) !== undefined || startsThread(event, body);
}

const startsThread = (event: string, { reason }: Told): boolean => event === 'thread' && reason === 'started';

/** Events of a stream are told as one. */
function streamOf(event: string, { terminal, category }: Told): string | undefined {
  if (event === 'colinux/console') return `console ${terminal?.id ?? ''}`;
  if (event === 'output' && category === 'stdout') return 'stdout';
  return event === 'progressUpdate' ? event : undefined;
}
