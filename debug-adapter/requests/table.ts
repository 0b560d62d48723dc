/** All requests that this adapter answers. */
import type { Call, Command } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';
import { breakpoints } from './breakpoints.ts';
import { custom } from './custom.ts';
import type { Handler } from './handler.ts';
import { inspection } from './inspection.ts';
import { lifecycle } from './lifecycle.ts';
import { memory } from './memory.ts';
import { running } from './running.ts';

const HANDLERS: { readonly [C in Command]: Handler<C> } = {
  ...lifecycle,
  ...breakpoints,
  ...running,
  ...inspection,
  ...memory,
  ...custom,
};

/** The handler of a command, if there is one. */
export function handlerOf(
  command: string,
): ((context: SessionContext, args: object, call: Call) => unknown) | undefined {
  return Object.hasOwn(HANDLERS, command) ? (HANDLERS[command as Command] as never) : undefined;
}
