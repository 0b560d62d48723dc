/** Looking at a machine that stands still: threads, call stacks, scopes, variables, expressions. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { HOST } from '../../core/protocol/machine-protocol.ts';
import { threadOf } from '../coroutines.ts';
import { hex } from '../registers.ts';
import type { SessionContext } from '../session-context.ts';
import type { Frame } from '../stack.ts';
import type { Handlers } from './handler.ts';

export const inspection = {
  threads({ debuggee }) {
    const coroutines = debuggee?.coroutines;
    const all = coroutines?.all ?? [HOST];
    return { threads: all.map((id) => ({ id: threadOf(id), name: coroutines?.name(id) ?? 'kernel' })) };
  },

  async stackTrace(context, args) {
    context.looking();
    const frames = await context.machine().stack(context.thread(args));
    const from = Math.max(0, args.startFrame ?? 0);
    const to = args.levels ? from + args.levels : frames.length;
    return {
      totalFrames: frames.length,
      stackFrames: frames.slice(from, to).map((frame) => stackFrame(context, frame)),
    };
  },

  async scopes(context, { frameId }) {
    return { scopes: await context.looking().scopes(context.frame(frameId)) };
  },

  async variables(context, args) {
    return { variables: await context.looking().variables(args) };
  },
} satisfies Handlers;

function stackFrame(context: SessionContext, frame: Frame): DebugProtocol.StackFrame {
  const id = context.numberOf(frame);
  const { name, position, pc, coroutine } = frame;
  if (frame.kind === 'label') return { id, name, line: 0, column: 0, presentationHint: 'label' };
  return {
    id,
    name,
    line: position?.line ?? 0,
    column: position?.column ?? 0,
    instructionPointerReference: context.debuggee?.coroutines.referenceOf(coroutine, pc, false) ?? hex(pc),
    ...(position ? { source: context.source(position.file) } : { presentationHint: 'subtle' as const }),
  };
}
