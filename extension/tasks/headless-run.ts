/**
 * A kernel that runs without a person: a debug session with no debugger, whose serial port is the output. It is the adapter of
 * this extension, so it runs where the extension does, in a browser too. No VS Code here.
 */

import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CoverageBody } from '../../debug-adapter/custom-protocol.ts';

/** The part of a session that a run needs. */
export interface RunSession {
  onDidSendMessage(listener: (message: DebugProtocol.ProtocolMessage) => void): { dispose(): void };
  handleMessage(message: DebugProtocol.Request): void;
  dispose(): void;
}

export interface RunListener {
  /** Text for a terminal. */
  output(text: string): void;
  /** What has run, of a launch with `coverage`; comes before the end. */
  coverage?(body: CoverageBody): void;
  /** The run is over. @param status 0 for a machine that ended well */
  end(status: number): void;
}

/** Status of a run that could not begin, or whose machine came to a stop by itself. */
const FAILED = 1;
const SERIAL = 'com1';
/** Output of the adapter itself that a person should read. */
const SHOWN = new Set(['important', 'stderr']);

export class HeadlessRun {
  private readonly subscription: { dispose(): void };
  private seq = 0;
  private status = 0;
  private over = false;

  constructor(
    private readonly session: RunSession,
    private readonly listener: RunListener,
  ) {
    this.subscription = session.onDidSendMessage((message) => this.receive(message));
  }

  /** @param launch a launch configuration whose paths are ready for use */
  start(launch: Readonly<Record<string, unknown>>): void {
    this.request('initialize', { adapterID: 'colinux' });
    this.request('launch', { ...launch, noDebug: true });
  }

  /** What is typed goes to the serial port. */
  type(data: string): void {
    this.request('colinux/consoleInput', { terminal: SERIAL, data });
  }

  /** Ends the run from outside: nobody hears of its end. */
  dispose(): void {
    this.over = true;
    this.subscription.dispose();
    this.session.dispose();
  }

  private request(command: string, given: object): void {
    this.session.handleMessage({ seq: ++this.seq, type: 'request', command, arguments: given });
  }

  private finish(status: number): void {
    if (this.over) return;
    this.dispose();
    this.listener.end(status);
  }

  private receive(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') this.hear(message as DebugProtocol.Event);
    const answer = message as DebugProtocol.Response;
    if (message.type !== 'response' || answer.command !== 'launch' || answer.success) return;
    const { error } = (answer.body ?? {}) as { error?: DebugProtocol.Message };
    this.line(error?.variables?._sentence ?? answer.message ?? '');
    this.finish(FAILED);
  }

  private hear({ event, body }: DebugProtocol.Event): void {
    const { terminal, data, category, output, exitCode, reason, text } = (body ?? {}) as Record<
      string,
      unknown
    >;
    switch (event) {
      case 'initialized':
        this.request('configurationDone', {});
        break;
      case 'colinux/console':
        if ((terminal as { id?: unknown }).id === SERIAL) this.listener.output(String(data));
        break;
      case 'colinux/coverage':
        this.listener.coverage?.(body as CoverageBody);
        break;
      case 'output':
        if (SHOWN.has(String(category))) this.line(String(output).trimEnd());
        break;
      case 'stopped':
        this.line([reason, text].filter((part) => typeof part === 'string').join(': '));
        this.finish(FAILED);
        break;
      case 'exited':
        this.status = Number(exitCode);
        break;
      case 'terminated':
        this.finish(this.status);
        break;
    }
  }

  private line(text: string): void {
    this.listener.output(`${text.replaceAll('\n', '\r\n')}\r\n`);
  }
}
