/** What a handler of a request is: it gives the body of the answer, or throws an AdapterError. */
import type { Call, Command, Requests } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';

export type Handler<C extends Command> = (
  context: SessionContext,
  args: Requests[C]['arguments'],
  call: Call,
) => Requests[C]['body'] | Promise<Requests[C]['body']>;

/** Handlers by command: each room of requests is some of them. */
export type Handlers = { [C in Command]?: Handler<C> };
