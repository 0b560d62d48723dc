/**
 * The Debug Adapter Protocol session: one session, one machine, all-stop.
 *
 * Takes requests and gives answers and events; knows no transport. Each request has a handler in `requests/`; what handlers
 * share is in `session-context.ts`. Whatever a handler throws becomes an error response, and the session lives on.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError, toAdapterError } from './errors.ts';
import { say, tell, type Translate } from '../core/sentences/say.ts';
import { Calls, Cancelled } from './calls.ts';
import { checkArguments } from './check-arguments.ts';
import type { Call, SendEvent, SendSoon } from './protocol.ts';
import { handlerOf } from './requests/table.ts';
import { SessionContext } from './session-context.ts';
import { nextTurn } from './symbols/pieces.ts';

/** Requests that a person has made by a button: a failure is shown. The others fail where they are asked. */
const SHOWN = new Set(['launch', 'restart', 'continue', 'next', 'stepIn', 'stepOut', 'pause', 'goto']);

type Listener = (message: DebugProtocol.ProtocolMessage) => void;

/** A message: it gets its number, for which there is a place, when it goes out. */
interface Sent {
  seq: number;
  readonly type: string;
  body?: unknown;
  readonly [field: string]: unknown;
}

const eventOf = (event: string, body: unknown): Sent =>
  body === undefined ? { seq: 0, type: 'event', event } : { seq: 0, type: 'event', event, body };

export class ColinuxDebugSession {
  private readonly listeners = new Set<Listener>();
  private readonly context: SessionContext;
  private readonly calls: Calls;
  private nextSeq = 1;
  /** What waits for the answer to a request that has set the machine going already. */
  private held: Sent[] | undefined;
  /** What is sent in the next turn, or before anything else is. */
  private soon: (() => Sent) | undefined;

  /** @param served the machine outlives its clients, which attach to it and leave it (`served-machine.ts`) */
  constructor(host: AdapterHost, served = false) {
    const sendEvent: SendEvent = (event, body) => {
      this.send(eventOf(event, body));
    };
    const sendSoon: SendSoon = (event, body) => {
      this.tellSoon();
      this.soon = () => eventOf(event, body());
      void nextTurn().then(() => {
        this.tellSoon();
      });
    };
    this.context = new SessionContext(host, sendEvent, sendSoon, served);
    this.calls = new Calls(
      sendEvent,
      () => this.context.client.supportsProgressReporting === true,
      this.context.translate,
      (held) => {
        this.hold(held);
      },
    );
  }

  /** Everything that goes to the client. */
  onDidSendMessage(listener: Listener): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Takes a message from the client; only requests are of interest. */
  handleMessage(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'request') this.take(message as DebugProtocol.Request);
  }

  /** Something came that is no message: the client's mistake, told in its own console. */
  reportGarbage(text: string): void {
    this.context.output(text, 'stderr');
  }

  dispose(): void {
    this.context.dispose();
  }

  /** A handler that has nothing to wait for is answered at once. */
  private take({ seq, command, arguments: given }: DebugProtocol.Request): void {
    const call = this.calls.begin(seq, command, (outcome) => {
      const success = !('thrown' in outcome);
      const response: Sent = { seq: 0, type: 'response', request_seq: seq, command, success };
      if (!success)
        this.deliver({ ...response, ...failure(command, outcome.thrown, this.context.translate) });
      else {
        if (outcome.body !== undefined) response.body = outcome.body;
        this.deliver(response);
      }
    });
    let body: unknown;
    try {
      body = this.handle(command, given, call);
    } catch (thrown) {
      call.end({ thrown });
      return;
    }
    if (!(body instanceof Promise)) {
      call.end({ body });
      return;
    }
    this.calls.wait(call);
    body.then(
      (settled: unknown) => {
        call.end({ body: settled });
      },
      (thrown: unknown) => {
        call.end({ thrown });
      },
    );
  }

  private handle(command: string, given: unknown, call: Call): unknown {
    if (command === 'cancel') {
      this.calls.cancel(checkArguments(command, given));
      return undefined;
    }
    const handler = handlerOf(command);
    if (!handler) throw new AdapterError('bad-request', say`This adapter has no request "${command}".`);
    return handler(this.context, given, call);
  }

  private send(event: Sent): void {
    if (this.held) this.held.push(event);
    else this.deliver(event);
  }

  /** What is sent from now on waits, or what has waited goes. */
  private hold(held: boolean): void {
    const waiting = this.held ?? [];
    this.held = held ? waiting : undefined;
    if (!held) for (const event of waiting) this.deliver(event);
  }

  private tellSoon(): void {
    const { soon } = this;
    this.soon = undefined;
    if (soon) this.deliver(soon());
  }

  private deliver(message: Sent): void {
    this.tellSoon();
    message.seq = this.nextSeq++;
    for (const listener of this.listeners) listener(message);
  }
}

/** What of an error response depends on the error. */
function failure(command: string, thrown: unknown, translate: Translate): { message: string; body?: object } {
  // The protocol's own word.
  if (thrown instanceof Cancelled) return { message: 'cancelled' };
  const { id, sentence } = toAdapterError(thrown);
  const message = tell(sentence, translate);
  // As a variable, for the sentence may contain braces.
  const format = { format: '{_sentence}', variables: { _sentence: message } };
  return { message, body: { error: { id, ...format, showUser: SHOWN.has(command) } } };
}
