/** Looking at a machine that stands still: threads, call stacks, scopes, variables, expressions. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { HOST } from '../../core/protocol/machine-protocol.ts';
import { tell } from '../../core/sentences/say.ts';
import { threadOfTask, titleOfTask } from '../awareness/awareness.ts';
import { ALONE, threadOf } from '../coroutines.ts';
import { frameName } from '../frame-name.ts';
import { moduleId } from '../modules.ts';
import { toClientColumn, toClientLine } from '../positions.ts';
import type { SessionContext } from '../session-context.ts';
import { type Frame, titleOf } from '../stack.ts';
import type { Handlers } from './handler.ts';

export const inspection = {
  async threads(context) {
    const { debuggee } = context;
    if (!debuggee) return { threads: [{ id: threadOf(HOST), name: tell(ALONE, context.translate) }] };
    const tasks = await context.tasks();
    const { coroutines } = debuggee;
    const threads = debuggee.living.flatMap((coroutine) => [
      { id: threadOf(coroutine), name: tell(coroutines.title(coroutine), context.translate) },
      ...tasks
        .filter((task) => task.coroutine === coroutine)
        .map((task) => ({
          id: threadOfTask(task),
          name: tell(titleOfTask(debuggee, task), context.translate),
        })),
    ]);
    return { threads };
  },

  async stackTrace(context, args) {
    context.looking();
    const frames = await context.stackOf(args);
    const from = Math.max(0, args.startFrame ?? 0);
    const to = args.levels ? from + args.levels : frames.length;
    const innermost = frames.find(({ kind }) => kind === 'code');
    const stackFrames: DebugProtocol.StackFrame[] = [];
    // In turns: disassembly is numbered in the order of the frames, and two frames of a function share theirs.
    for (const frame of frames.slice(from, to))
      stackFrames.push(await stackFrame(context, frame, frame === innermost, args.format));
    return { totalFrames: frames.length, stackFrames };
  },

  async scopes(context, { frameId }) {
    const scopes = await context.looking().scopes(context.frame(frameId));
    return { scopes: scopes.map((scope) => ({ ...scope, name: context.translate(scope.name) })) };
  },

  async variables(context, args) {
    return { variables: await context.looking().variables(args) };
  },
} satisfies Handlers;

/** A row of the call stack. */
async function stackFrame(
  context: SessionContext,
  frame: Frame,
  innermost: boolean,
  format: DebugProtocol.StackFrameFormat | undefined,
): Promise<DebugProtocol.StackFrame> {
  const id = context.numberOf(frame);
  const { pc, coroutine, cr3 } = frame;
  const name = titleOf(frame, context.translate);
  if (frame.kind === 'label') return { id, name, line: 0, column: 0, presentationHint: 'label' };
  const machine = context.machine();
  const { source, line, column } = await context.sources.placeOf(machine, frame);
  const module = context.plan && frame.resolved && moduleId(context.plan, coroutine, frame.resolved);
  return {
    id,
    name: format ? tell(await frameName(context.looking(), frame, format), context.translate) : name,
    source,
    line: toClientLine(context.client, line),
    column: toClientColumn(context.client, column),
    instructionPointerReference: machine.coroutines.referenceOf(coroutine, pc, false, cr3),
    ...(module !== undefined && { moduleId: module }),
    // Clients look for a frame to show and pass over subtle ones: the innermost is where the machine is.
    ...(frame.position || innermost ? {} : { presentationHint: 'subtle' as const }),
  };
}
