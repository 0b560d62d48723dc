/**
 * The requests that set breakpoints on code and data: what a client says is checked here, and what has come of it is put in
 * DAP's words. Before there is a machine, source and function breakpoints are remembered.
 */
import { type BreakpointState, toldBreakpoint } from '../breakpoint-state.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CodeBreakpoint, CodeBreakpoints, SourceBreakpoint } from '../breakpoints.ts';
import type { DataBreakpoints } from '../data-breakpoints.ts';
import { PHYSICAL_MODE } from '../breakpoint-modes.ts';
import type { When } from '../conditions/when.ts';
import type { Debuggee } from '../debuggee.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import {
  type Counting,
  fromClientColumn,
  fromClientLine,
  toClientColumn,
  toClientLine,
} from '../positions.ts';
import { hex } from '../registers.ts';
import type { SessionContext } from '../session-context.ts';

type Breakpoints = BreakpointState[];

/** Why a breakpoint is none, or not yet. */
const unbound = ({ message, pending }: Pick<CodeBreakpoint, 'message' | 'pending'>) =>
  message === undefined ? {} : { message, reason: pending ? ('pending' as const) : ('failed' as const) };

export const codeBreakpoint = (breakpoint: CodeBreakpoint): BreakpointState => ({
  id: breakpoint.id,
  verified: breakpoint.message === undefined,
  ...unbound(breakpoint),
  ...(breakpoint.specs[0] && { instructionReference: hex(breakpoint.specs[0].address) }),
});

export const sourceBreakpoint = (client: Counting, breakpoint: SourceBreakpoint): BreakpointState => {
  const { id, line, column, requested, pending } = breakpoint;
  return {
    id,
    verified: line !== undefined && !pending,
    line: toClientLine(client, line ?? requested.line),
    ...(column !== undefined && column > 0 && { column: toClientColumn(client, column) }),
    ...unbound(breakpoint),
  };
};

/** Is the file of a breakpoint the one that was compiled? One place of it tells. */
function lookAtSource(
  { sources }: SessionContext,
  { specs: [first] }: SourceBreakpoint | CodeBreakpoint,
): void {
  if (!first?.owner) return;
  const { image, bias } = first.owner;
  const pc = (first.address - bias) >>> 0;
  const file = image.lineAt(pc)?.file;
  if (file !== undefined) sources.stale.look({ image, pc, file });
}

/** The images are others, or elsewhere: binds all breakpoints anew and tells the client. */
export function rebindBreakpoints(context: SessionContext): void {
  const { breakpoints, client, send, translate } = context;
  for (const bound of breakpoints.rebind()) {
    lookAtSource(context, bound);
    const breakpoint = 'wanted' in bound ? codeBreakpoint(bound) : sourceBreakpoint(client, bound);
    send('breakpoint', { reason: 'changed', breakpoint: toldBreakpoint(breakpoint, translate) });
  }
}

/** What the client has said of when a breakpoint counts. */
const whenOf = ({ condition, hitCondition, logMessage }: When): When => ({
  condition,
  hitCondition,
  logMessage,
});

/** A condition that is none makes a breakpoint that is none. */
function problemOf({ problems }: CodeBreakpoints, { id }: { readonly id: number }): Partial<BreakpointState> {
  const message = problems.get(id);
  return message === undefined ? {} : { verified: false, message, reason: 'failed' };
}

const notYet = (): BreakpointState => ({
  verified: false,
  message: say`There is no machine yet.`,
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
  context: SessionContext,
  { source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments,
): Promise<Breakpoints> {
  const { client, breakpoints: known } = context;
  const wanted = breakpoints.map(({ line, column, ...rest }) => {
    const at = fromClientLine(client, line);
    return {
      line: at,
      column: column === undefined ? undefined : fromClientColumn(client, column),
      instruction: context.instructionAt(source, at),
      ...whenOf(rest),
    };
  });
  const file = fileOf(source);
  const bound = await context.bind(known.search(file, wanted), async () => {
    // Frames in the file are to have the client's name for it.
    if (source.path !== undefined && (await context.host.named?.(source.path))) context.sources.forget();
    return context.debuggee?.armed.setSource(file, wanted) ?? known.set(file, wanted);
  });
  for (const one of bound) lookAtSource(context, one);
  return bound.map((one) => ({ ...sourceBreakpoint(client, one), source, ...problemOf(known, one) }));
}

/** What the breakpoints of a source are kept under. */
function fileOf({ sourceReference, path, name }: DebugProtocol.Source): string {
  if (sourceReference) return `generated:${sourceReference}`;
  const file = path ?? name;
  if (file !== undefined) return clientPath(file);
  throw new AdapterError('bad-request', say`The request setBreakpoints needs a source with a path.`);
}

export async function setFunctionBreakpoints(
  context: SessionContext,
  args: DebugProtocol.SetFunctionBreakpointsArguments,
): Promise<Breakpoints> {
  const { breakpoints: known } = context;
  const names = args.breakpoints.map(({ name, ...rest }) => ({ name, ...whenOf(rest) }));
  const bound = await context.bind(
    known.searchFunctions(names.map(({ name }) => name)),
    () => context.debuggee?.armed.setFunctions(names) ?? known.setFunctions(names),
  );
  for (const one of bound) lookAtSource(context, one);
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
  const bound = await debuggee.armed.setInstructions(wanted);
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
