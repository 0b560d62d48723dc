/**
 * Rows of the call stack as the client was given them, of callers that are the same from stop to stop (`Frame.identity`): where they are
 * shown, and what they are called, is looked up once.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Frame } from './frame.ts';

interface KnownRow {
  /** Of the sources: which files there are. */
  readonly epoch: object;
  /** Who had the processor: references name all others. */
  readonly current: CoroutineId;
  readonly row: DebugProtocol.StackFrame;
}

const known = new WeakMap<object, KnownRow>();

/** The innermost one is another at each stop. */
const isCaller = ({ depth, identity }: Frame): boolean => depth > 0 && identity !== undefined;

/** The row of a caller, as it was last time. @param id the number that it has now */
export function rowAgain(
  frame: Frame,
  epoch: object,
  current: CoroutineId,
  id: number,
): DebugProtocol.StackFrame | undefined {
  const found = isCaller(frame) ? known.get(frame.identity!) : undefined;
  if (found?.epoch !== epoch || found.current !== current) return undefined;
  const { name, source, line, column, instructionPointerReference, moduleId, presentationHint } = found.row;
  const row: DebugProtocol.StackFrame = source
    ? { id, name, source: { ...source }, line, column }
    : { id, name, line, column };
  if (instructionPointerReference !== undefined)
    row.instructionPointerReference = instructionPointerReference;
  if (moduleId !== undefined) row.moduleId = moduleId;
  if (presentationHint !== undefined) row.presentationHint = presentationHint;
  return row;
}

export function keepRow(
  frame: Frame,
  epoch: object,
  current: CoroutineId,
  row: DebugProtocol.StackFrame,
): void {
  if (!isCaller(frame)) return;
  // The client may change what it is given.
  const own = { ...row };
  if (row.source) own.source = { ...row.source };
  known.set(frame.identity!, { epoch, current, row: own });
}
