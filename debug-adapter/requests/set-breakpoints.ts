/**
 * The requests that set breakpoints on code and data: what a client says is checked here, and what has come of it is put in
 * DAP's words. Before there is a machine, source and function breakpoints are remembered.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CodeBreakpoint, CodeBreakpoints, SourceBreakpoint } from '../breakpoints.ts';
import type { DataBreakpoints } from '../data-breakpoints.ts';
import { PHYSICAL_MODE } from '../breakpoint-modes.ts';
import type { When } from '../conditions/when.ts';
import type { Debuggee } from '../debuggee.ts';
import { AdapterError } from '../errors.ts';
import { hex } from '../registers.ts';

type Breakpoints = DebugProtocol.Breakpoint[];

export const codeBreakpoint = ({ id, message, specs }: CodeBreakpoint): DebugProtocol.Breakpoint => ({
  id,
  verified: message === undefined,
  ...(message === undefined ? {} : { message, reason: 'failed' }),
  ...(specs[0] && { instructionReference: hex(specs[0].address) }),
});

export const sourceBreakpoint = ({
  id,
  line,
  requestedLine,
  message,
}: SourceBreakpoint): DebugProtocol.Breakpoint => ({
  id,
  verified: line !== undefined,
  line: line ?? requestedLine,
  ...(message === undefined ? {} : { message, reason: 'failed' }),
});

/** What the client has said of when a breakpoint counts. */
const whenOf = ({ condition, hitCondition, logMessage }: When): When => ({
  condition,
  hitCondition,
  logMessage,
});

/** A condition that is none makes a breakpoint that is none. */
function problemOf(
  { problems }: CodeBreakpoints,
  { id }: { readonly id: number },
): Partial<DebugProtocol.Breakpoint> {
  const message = problems.get(id);
  return message === undefined ? {} : { verified: false, message, reason: 'failed' };
}

const notYet = (): DebugProtocol.Breakpoint => ({
  verified: false,
  message: 'There is no machine yet.',
  reason: 'pending',
});

/** A path as debug information writes it: URIs of virtual file systems lose their scheme. */
export function clientPath(path: string): string {
  const [, rest] = /^[a-z][a-z0-9+.-]+:\/\/[^/]*(\/.*)$/i.exec(path) ?? [];
  if (rest === undefined) return path;
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}

/** @throws AdapterError for a request that is none, as all of these do */
export async function setSourceBreakpoints(
  debuggee: Debuggee | undefined,
  known: CodeBreakpoints,
  args: DebugProtocol.SetBreakpointsArguments,
): Promise<Breakpoints> {
  const path = args.source.path ?? args.source.name;
  if (path === undefined)
    throw new AdapterError('bad-request', 'The request setBreakpoints needs a source with a path.');
  const wanted = (args.breakpoints ?? []).map(({ line, ...rest }) => ({ line, ...whenOf(rest) }));
  const file = clientPath(path);
  const bound = (await debuggee?.setBreakpoints(file, wanted)) ?? known.set(file, wanted);
  return bound.map((one) => ({ ...sourceBreakpoint(one), source: args.source, ...problemOf(known, one) }));
}

export async function setFunctionBreakpoints(
  debuggee: Debuggee | undefined,
  known: CodeBreakpoints,
  args: DebugProtocol.SetFunctionBreakpointsArguments,
): Promise<Breakpoints> {
  const names = args.breakpoints.map(({ name, ...rest }) => ({ name, ...whenOf(rest) }));
  const bound = (await debuggee?.setFunctionBreakpoints(names)) ?? known.setFunctions(names);
  return bound.map((one) => ({ ...codeBreakpoint(one), ...problemOf(known, one) }));
}

export async function setInstructionBreakpoints(
  debuggee: Debuggee | undefined,
  known: CodeBreakpoints,
  args: DebugProtocol.SetInstructionBreakpointsArguments,
): Promise<Breakpoints> {
  const wanted = args.breakpoints.map(({ instructionReference, offset, mode, ...rest }) => ({
    reference: instructionReference,
    offset,
    physical: mode === PHYSICAL_MODE,
    ...whenOf(rest),
  }));
  // Addresses are those of a run: without a machine there is nothing to stop.
  if (!debuggee) return wanted.map(notYet);
  const bound = await debuggee.setInstructionBreakpoints(wanted);
  return bound.map((one) => ({ ...codeBreakpoint(one), ...problemOf(known, one) }));
}

export async function setDataBreakpoints(
  debuggee: Debuggee | undefined,
  known: DataBreakpoints,
  args: DebugProtocol.SetDataBreakpointsArguments,
): Promise<Breakpoints> {
  const { breakpoints } = args;
  return debuggee ? known.set(debuggee, breakpoints) : breakpoints.map(notYet);
}
