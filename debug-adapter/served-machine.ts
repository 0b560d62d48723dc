/**
 * A machine that runs on its own, and that debuggers attach to and leave, one at a time: what `colinux daemon --dap` serves. It
 * is a session whose first client is this: it launches, and goes on hearing what the machine says. Knows no transport.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost } from './adapter-host.ts';
import type { Events } from './protocol.ts';
import { ColinuxDebugSession } from './session.ts';

type Message = DebugProtocol.ProtocolMessage;

/** One side of a connection: a session, or what stands for one. */
export interface Peer {
  onDidSendMessage(listener: (message: Message) => void): { dispose(): void };
  handleMessage(message: Message): void;
  reportGarbage(text: string): void;
  /** The client is gone. */
  dispose(): void;
}

export interface MachineListener {
  /** The first serial port. */
  text(text: string): void;
  /** A sentence about the machine. */
  note(text: string): void;
  /** @param status that of the machine, `undefined` when it was ended from outside */
  ended(status: number | undefined): void;
}

interface Ask {
  resolve(body: unknown): void;
  reject(error: Error): void;
}

/** How long the end of the machine waits for the client to say good-bye. */
const FAREWELL_MS = 1000;

/** What the adapter tells of itself, as opposed to what the machine prints. */
const NOTES = new Set(['important', 'stderr']);

export class ServedMachine {
  private readonly session: ColinuxDebugSession;
  private client: ((message: Message) => void) | undefined;
  /** By the numbers of our own requests, which are negative: clients have the others. */
  private readonly asked = new Map<number, Ask>();
  private seq = 0;
  private status: number | undefined;
  private over = false;

  private constructor(
    host: AdapterHost,
    private readonly listener: MachineListener,
  ) {
    this.session = new ColinuxDebugSession(host, true);
    this.session.onDidSendMessage((message) => {
      this.receive(message);
    });
  }

  /** @throws Error with the sentence why the machine cannot be launched */
  static async launch(
    host: AdapterHost,
    options: Readonly<Record<string, unknown>>,
    listener: MachineListener,
  ): Promise<ServedMachine> {
    const machine = new ServedMachine(host, listener);
    await machine.ask('initialize', {});
    await machine.ask('launch', options);
    await machine.ask('configurationDone', {});
    return machine;
  }

  /** Asks the guest of a monitor to shut down. */
  async shutDown(monitor: number): Promise<void> {
    await this.ask('colinux/power', { terminal: `cocon${monitor}`, action: 'shutdown' });
  }

  /**
   * A connection has come. It is a client with its first message: one that only looks whether somebody listens takes nobody's place.
   * If there is another client then, all that it hears is that.
   */
  connect(): Peer {
    let listener: ((message: Message) => void) | undefined;
    let peer: Peer | undefined;
    const attached = () => {
      if (peer) return peer;
      peer = this.client ? busy() : this.attachable();
      peer.onDidSendMessage((message) => listener?.(message));
      return peer;
    };
    return {
      onDidSendMessage(listen) {
        listener = listen;
        return { dispose: () => (listener = undefined) };
      },
      handleMessage: (message) => {
        attached().handleMessage(message);
      },
      reportGarbage: (text) => {
        attached().reportGarbage(text);
      },
      dispose: () => peer?.dispose(),
    };
  }

  private attachable(): Peer {
    let listener: ((message: Message) => void) | undefined;
    const own = (message: Message) => listener?.(message);
    this.client = own;
    return {
      onDidSendMessage(listen) {
        listener = listen;
        return { dispose: () => (listener = undefined) };
      },
      handleMessage: (message) => {
        this.session.handleMessage(message);
      },
      reportGarbage: (text) => {
        this.session.reportGarbage(text);
      },
      dispose: () => {
        listener = undefined;
        // A client that is cut off has not said good-bye; the next may come when all that it had set is gone.
        void this.ask('disconnect', {})
          .catch(() => undefined)
          .finally(() => {
            if (this.client === own) this.client = undefined;
            if (this.over) this.listener.ended(this.status);
          });
      },
    };
  }

  private ask(command: string, given: object): Promise<unknown> {
    const seq = --this.seq;
    return new Promise((resolve, reject) => {
      this.asked.set(seq, { resolve, reject });
      this.session.handleMessage({ type: 'request', seq, command, arguments: given } as Message);
    });
  }

  private receive(message: Message): void {
    const answer = message as DebugProtocol.Response;
    const own = message.type === 'response' ? this.asked.get(answer.request_seq) : undefined;
    if (own) {
      this.asked.delete(answer.request_seq);
      if (answer.success) own.resolve(answer.body);
      else own.reject(new Error(sentenceOf(answer)));
      return;
    }
    if (message.type === 'event') this.hear(message as DebugProtocol.Event);
    this.client?.(message);
  }

  private hear({ event, body }: DebugProtocol.Event): void {
    switch (event) {
      case 'output': {
        const { category = '', output } = body as Events['output'];
        if (category === 'stdout') this.listener.text(output);
        else if (!this.client && NOTES.has(category)) this.listener.note(output.trimEnd());
        return;
      }
      case 'stopped': {
        const { description, text } = body as Events['stopped'];
        if (!this.client)
          this.listener.note(
            `The machine has stopped: ${text ?? description ?? 'attach a debugger to see where'}`,
          );
        return;
      }
      case 'exited':
        this.status = (body as Events['exited']).exitCode;
        return;
      case 'terminated':
        this.over = true;
        setTimeout(
          () => {
            this.listener.ended(this.status);
          },
          this.client ? FAREWELL_MS : 0,
        );
        return;
    }
  }
}

function sentenceOf({ message, body }: DebugProtocol.Response): string {
  const { error } = (body ?? {}) as { error?: DebugProtocol.Message };
  return error?.variables?._sentence ?? message ?? 'The request has failed.';
}

/** Answers every request by the reason why there is nothing to be had. */
function busy(): Peer {
  let send: ((message: Message) => void) | undefined;
  const sentence = 'Another debugger is attached to this machine: end its session first.';
  return {
    onDidSendMessage(listener) {
      send = listener;
      return { dispose: () => (send = undefined) };
    },
    handleMessage(message) {
      const { seq, command } = message as DebugProtocol.Request;
      const error = { id: 0, format: sentence, showUser: true };
      const answer = { type: 'response', seq: 0, request_seq: seq, command, message: sentence };
      const good = command === 'disconnect';
      send?.({ ...answer, success: good, ...(!good && { body: { error } }) } as Message);
    },
    reportGarbage: () => undefined,
    dispose: () => undefined,
  };
}
