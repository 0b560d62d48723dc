/** All requests that this adapter answers. */
import { checkArguments } from '../check-arguments.ts';
import type { Call, Command } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';
import { breakpoints } from './breakpoints.ts';
import { custom } from './custom.ts';
import { descriptors } from './descriptors.ts';
import type { Handler } from './handler.ts';
import { exceptions } from './exceptions.ts';
import { inspection } from './inspection.ts';
import { lifecycle } from './lifecycle.ts';
import { memory } from './memory.ts';
import { profiling } from './profiling.ts';
import { running } from './running.ts';
import { sources } from './sources.ts';
import { targets } from './targets.ts';
import { values } from './values.ts';
import { views } from './views.ts';

/** `cancel` is the session's own. */
const HANDLERS: { readonly [C in Exclude<Command, 'cancel'>]: Handler<C> } = {
  ...lifecycle,
  ...breakpoints,
  ...running,
  ...exceptions,
  ...inspection,
  ...memory,
  ...sources,
  ...targets,
  ...values,
  ...views,
  ...descriptors,
  ...profiling,
  ...custom,
};

/** All of them by name. */
export const COMMANDS: readonly string[] = [...Object.keys(HANDLERS), 'cancel'];

/** A handler that checks the arguments first. */
type CheckedHandler = (context: SessionContext, given: unknown, call: Call) => unknown;

/** The handler of a command, if there is one. */
export function handlerOf(command: string): CheckedHandler | undefined {
  if (!isCommand(command)) return undefined;
  const handle = HANDLERS[command] as (context: SessionContext, args: unknown, call: Call) => unknown;
  return (context, given, call) => handle(context, checkArguments(command, given), call);
}

const isCommand = (command: string): command is keyof typeof HANDLERS => Object.hasOwn(HANDLERS, command);
