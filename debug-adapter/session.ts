/**
 * The Debug Adapter Protocol session: one session, one machine, all-stop.
 *
 * Takes requests and gives answers and events; knows no transport. Each request has a handler in `requests/`; what handlers
 * share is in `session-context.ts`. Whatever a handler throws becomes an error response, and the session lives on.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError, toAdapterError } from './errors.ts';
import type { Call } from './protocol.ts';
import { handlerOf } from './requests/table.ts';
import { SessionContext } from './session-context.ts';

/** Requests that a person has made by a button: a failure is shown. The others fail where they are asked. */
const SHOWN = new Set(['launch', 'restart', 'continue', 'next', 'stepIn', 'stepOut', 'pause']);

type Listener = (message: DebugProtocol.ProtocolMessage) => void;

export class ColinuxDebugSession {
  private readonly listeners = new Set<Listener>();
  private readonly unanswered = new Set<Promise<void>>();
  private readonly context: SessionContext;
  private nextSeq = 1;

  constructor(host: AdapterHost) {
    this.context = new SessionContext(host, (event, body) => {
      this.send({ type: 'event', event, ...(body === undefined ? {} : { body }) });
    });
  }

  /** Everything that goes to the client. */
  onDidSendMessage(listener: Listener): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Takes a message from the client; only requests are of interest. */
  handleMessage(message: DebugProtocol.ProtocolMessage): void {
    if (message.type !== 'request') return;
    const answered = this.answer(message as DebugProtocol.Request);
    this.unanswered.add(answered);
    void answered.finally(() => this.unanswered.delete(answered));
  }

  /** Something came that is no message: the client's mistake, told in its own console. */
  reportGarbage(text: string): void {
    this.context.output(text, 'stderr');
  }

  dispose(): void {
    this.context.dispose();
  }

  private async answer({ seq, command, arguments: given }: DebugProtocol.Request): Promise<void> {
    const response = { type: 'response', request_seq: seq, command };
    const earlier = [...this.unanswered];
    const after: (() => void)[] = [];
    const call: Call = {
      afterAnswer: (work) => after.push(work),
      earlier: () => Promise.allSettled(earlier),
    };
    try {
      const handle = handlerOf(command);
      if (!handle) throw new AdapterError('bad-request', `This adapter has no request "${command}".`);
      const body = await handle(this.context, given, call);
      this.send({ ...response, success: true, ...(body === undefined ? {} : { body }) });
    } catch (thrown) {
      const { id, message } = toAdapterError(thrown);
      // As a variable, for the sentence may contain braces.
      const format = { format: '{_sentence}', variables: { _sentence: message } };
      const error = { id, ...format, showUser: SHOWN.has(command) };
      this.send({ ...response, success: false, message, body: { error } });
    }
    for (const work of after) work();
  }

  private send(message: { readonly type: string; readonly [field: string]: unknown }): void {
    const numbered = { seq: this.nextSeq++, ...message };
    for (const listener of this.listeners) listener(numbered);
  }
}
