/** A session in the test's own process, as an editor has it: what is sent is taken in that call, what comes is heard in the call that brings it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createNodeHost } from '../../../debug-adapter/node-host.ts';
import { ColinuxDebugSession } from '../../../debug-adapter/session.ts';
import { openEndsOnNode } from '../../../platform/node/ends.ts';
import type { Bundle } from './bundle.ts';

export type Message = DebugProtocol.ProtocolMessage &
  Partial<DebugProtocol.Event & DebugProtocol.Response> & {
    readonly body?: { readonly reason?: string; readonly [field: string]: unknown };
  };

export interface InlineSession {
  /** What has come. */
  readonly messages: Message[];
  /** @returns the request's number */
  send(command: string, args?: object): number;
  until(test: (message: Message) => boolean): Promise<void>;
  /** Sends a request and waits for its answer. */
  answered(command: string, args?: object): Promise<Message>;
  /** Who hears the next messages. */
  onMessage(next: (message: Message) => void): void;
  dispose(): void;
}

export function openInline(bundle: Bundle): InlineSession {
  const session = new ColinuxDebugSession(createNodeHost(bundle.folder, openEndsOnNode(bundle.folder)));
  const messages: Message[] = [];
  let listener: (message: Message) => void = () => undefined;
  session.onDidSendMessage((message) => {
    messages.push(message as Message);
    listener(message as Message);
  });
  let seq = 0;
  const send = (command: string, args: object = {}) => {
    session.handleMessage({ seq: ++seq, type: 'request', command, arguments: args } as Message);
    return seq;
  };
  const until = async (test: (message: Message) => boolean) => {
    while (!messages.some(test)) await turn();
  };
  return {
    messages,
    send,
    until,
    async answered(command, args) {
      const mine = send(command, args);
      const isMine = (message: Message) => message.request_seq === mine;
      await until(isMine);
      return messages.find(isMine)!;
    },
    onMessage: (next) => (listener = next),
    dispose: () => {
      session.dispose();
    },
  };
}

export const stopsOf = (messages: readonly Message[]): Message[] =>
  messages.filter(({ event }) => event === 'stopped');
