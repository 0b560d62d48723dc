/** A DAP client with a memory: stops and other events wait until a test asks for them. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { guest, root, sample } from './bundle.ts';

export type Frame = DebugProtocol.StackFrame;
export type Stop = DebugProtocol.StoppedEvent['body'];
type Variables = DebugProtocol.Variable[];

/** The first line of a source file that contains `text`, counted from 1; with `after`, below the line that has it. */
export function lineOf(path: string, text: string, after?: string): number {
  const lines = readFileSync(path, 'utf8').split('\n');
  const from = after === undefined ? 0 : lines.findIndex((line) => line.includes(after)) + 1;
  const found = lines.findIndex((line, n) => n >= from && line.includes(text));
  if (found < 0) throw new Error(`${path} has no line with ${text}`);
  return found + 1;
}

export const inSample = (path: string): string => join(sample, path);
export const inRoot = (path: string): string => join(root, path);

export interface LaunchOptions {
  readonly kernel?: string | undefined;
  readonly cmdline?: string;
  readonly stopOnEntry?: boolean;
  readonly noDebug?: boolean;
  /** Paths and lines. */
  readonly breakpoints?: readonly (readonly [path: string, ...lines: number[]])[];
  /** Of the client. */
  readonly locale?: string;
  readonly [option: string]: unknown;
}

export interface Session {
  readonly client: DebugClient;
  /** Every message from the adapter, as it came. */
  readonly messages: DebugProtocol.ProtocolMessage[];
  /** Up to the end of configurationDone. */
  launch(options?: LaunchOptions): Promise<DebugProtocol.Breakpoint[]>;
  setBreakpoints(path: string, ...lines: number[]): Promise<DebugProtocol.Breakpoint[]>;
  /** The next stop that nobody has seen; fails when the session ends instead. */
  stop(): Promise<Stop>;
  /** The next event of this name that nobody has seen. */
  event(name: string): Promise<DebugProtocol.Event>;
  go(command: 'continue' | 'next' | 'stepIn' | 'stepOut', granularity?: string): Promise<Stop>;
  stack(threadId?: number): Promise<Frame[]>;
  /** `function file:line` of the innermost frame of the thread that stopped last. */
  where(): Promise<string>;
  /** Names of the frames of a thread, innermost first. */
  names(threadId?: number): Promise<string[]>;
  evaluate(expression: string, more?: object): Promise<string>;
  scope(name: string, frame?: Frame): Promise<Variables>;
  /** All text that the machine printed on COM1. */
  serial(): string;
  screen(): Promise<string>;
  /** The adapter's process. */
  process(): ChildProcess | undefined;
  close(): Promise<void>;
}

/** A place as a test names it. */
export const placeOf = ({ name, source, line }: Frame): string =>
  source ? `${name} ${source.path?.split('/').slice(-2).join('/') ?? ''}:${line}` : name;

/** @param port of a server to connect to, instead of an adapter of its own */
export async function openSession(adapter: string, port?: number): Promise<Session> {
  const client = new DebugClient(process.execPath, adapter, 'colinux', undefined, true);
  const messages: DebugProtocol.ProtocolMessage[] = [];
  let unseen: DebugProtocol.Event[] = [];
  const wake: (() => void)[] = [];
  const receiver = client as unknown as { dispatch(body: string): void };
  const dispatch = receiver.dispatch.bind(client);
  receiver.dispatch = (body) => {
    const message = JSON.parse(body) as DebugProtocol.ProtocolMessage;
    messages.push(message);
    if (message.type === 'event') unseen.push(message as DebugProtocol.Event);
    dispatch(body);
    for (const call of wake.splice(0)) call();
  };
  await client.start(port);
  // A server that is killed resets the connection.
  (client as unknown as { _socket?: Socket })._socket?.on('error', () => undefined);
  const child = () => (client as unknown as { _adapterProcess?: ChildProcess })._adapterProcess;
  let last: Stop = { reason: 'none', threadId: 1 };

  async function event(...names: string[]): Promise<DebugProtocol.Event> {
    const limit = Date.now() + 50_000;
    for (;;) {
      const found = unseen.find((candidate) => names.includes(candidate.event));
      if (found) {
        unseen = unseen.filter((candidate) => candidate !== found);
        return found;
      }
      if (Date.now() > limit) throw new Error(`no event ${names.join(' or ')} came within 50 s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
  const session: Session = {
    client,
    messages,
    event,
    async launch({ breakpoints = [], locale, ...options } = {}) {
      await client.initializeRequest({
        adapterID: 'colinux',
        pathFormat: 'path',
        ...(locale !== undefined && { locale }),
      });
      await client.launchRequest({ kernel: guest, ...options } as DebugProtocol.LaunchRequestArguments);
      await event('initialized');
      const bound: DebugProtocol.Breakpoint[] = [];
      for (const [path, ...lines] of breakpoints)
        bound.push(...(await session.setBreakpoints(path, ...lines)));
      await client.configurationDoneRequest();
      return bound;
    },
    async setBreakpoints(path, ...lines) {
      const { body } = await client.setBreakpointsRequest({
        source: { path },
        breakpoints: lines.map((line) => ({ line })),
      });
      return body.breakpoints;
    },
    async stop() {
      const found = await event('stopped', 'terminated');
      if (found.event === 'terminated') throw new Error('the session ended instead of a stop');
      last = found.body as Stop;
      return last;
    },
    async go(command, granularity) {
      await client.send(command, { threadId: last.threadId, ...(granularity ? { granularity } : {}) });
      return session.stop();
    },
    async stack(threadId = last.threadId ?? 1) {
      return (await client.stackTraceRequest({ threadId })).body.stackFrames;
    },
    async where() {
      const [top] = await session.stack();
      return top ? placeOf(top) : 'nowhere';
    },
    names: async (threadId) => (await session.stack(threadId)).map(({ name }) => name),
    async evaluate(expression, more = {}) {
      const frames = await session.stack();
      const frameId = frames.find(({ presentationHint }) => presentationHint !== 'label')?.id;
      return (await client.evaluateRequest({ expression, ...(frameId ? { frameId } : {}), ...more })).body
        .result;
    },
    async scope(name, frame) {
      const frameId = (frame ?? (await session.stack())[0])?.id ?? 0;
      const { scopes } = (await client.scopesRequest({ frameId })).body;
      const found = scopes.find((candidate) => candidate.name === name);
      if (!found) throw new Error(`no scope ${name}, but ${scopes.map((scope) => scope.name).join(', ')}`);
      return (await client.variablesRequest({ variablesReference: found.variablesReference })).body.variables;
    },
    serial: () =>
      messages
        .filter(({ type }) => type === 'event')
        .map((message) => message as DebugProtocol.OutputEvent)
        .filter(({ event: name, body }) => name === 'output' && body.category === 'stdout')
        .map(({ body }) => body.output)
        .join(''),
    async screen() {
      const { body } = await client.customRequest('colinux/consoleAttach', { terminal: 'cocon0' });
      return (body as { data: string }).data
        .split(/\x1b\[\d+;1H/)
        .slice(1)
        .map((row) => row.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').trimEnd())
        .join('\n')
        .trimEnd();
    },
    async close() {
      const adapter = child();
      if (adapter?.exitCode === null && adapter.signalCode === null) {
        const gone = new Promise((resolve) => adapter.once('exit', resolve));
        client.disconnectRequest().catch(() => undefined);
        const timer = setTimeout(() => adapter.kill('SIGKILL'), 3000);
        await gone;
        clearTimeout(timer);
      }
    },
    process: child,
  };
  return session;
}
