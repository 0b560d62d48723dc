/** Looking at a machine that stands still: threads, call stacks, scopes, variables, expressions. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { HOST } from '../../core/protocol/machine-protocol.ts';
import { tell } from '../../core/sentences/say.ts';
import { threadOfTask, titleOfTask } from '../awareness/awareness.ts';
import type { Task } from '../awareness/tasks.ts';
import { keepRow, rowAgain } from '../caller-rows.ts';
import { ALONE, threadOf } from '../coroutines.ts';
import type { Debuggee } from '../debuggee.ts';
import { frameName } from '../frame-name.ts';
import { moduleId } from '../modules.ts';
import { toClientColumn, toClientLine } from '../positions.ts';
import type { SessionContext } from '../session-context.ts';
import { inOrder, type Soon, whenThere } from '../soon.ts';
import { type Frame, titleOf } from '../frame.ts';
import type { Handlers } from './handler.ts';

export const inspection = {
  threads(context) {
    const { debuggee } = context;
    if (!debuggee) return { threads: [{ id: threadOf(HOST), name: tell(ALONE, context.translate) }] };
    return whenThere(context.tasks(), (tasks) => ({ threads: threadsOf(context, debuggee, tasks) }));
  },

  stackTrace(context, args) {
    context.looking();
    return whenThere(context.stackOf(args), (frames) => {
      const from = Math.max(0, args.startFrame ?? 0);
      const to = args.levels ? from + args.levels : frames.length;
      const innermost = frames.find(({ kind }) => kind === 'code');
      // Disassembly is numbered in the order of the frames, and two frames of a function share theirs.
      const rows = inOrder(frames.slice(from, to), (frame) =>
        stackFrame(context, frame, frame === innermost, args.format),
      );
      return whenThere(rows, (stackFrames) => ({ totalFrames: frames.length, stackFrames }));
    });
  },

  scopes(context, { frameId }) {
    return whenThere(context.looking().scopes(context.frame(frameId)), (scopes) => {
      for (const scope of scopes) scope.name = context.translate(scope.name);
      return { scopes };
    });
  },

  variables: (context, args) => whenThere(context.looking().variables(args), (variables) => ({ variables })),
} satisfies Handlers;

function threadsOf(
  { translate }: SessionContext,
  debuggee: Debuggee,
  tasks: readonly Task[],
): DebugProtocol.Thread[] {
  const threads: DebugProtocol.Thread[] = [];
  for (const coroutine of debuggee.living) {
    threads.push({ id: threadOf(coroutine), name: tell(debuggee.coroutines.title(coroutine), translate) });
    for (const task of tasks)
      if (task.coroutine === coroutine)
        threads.push({ id: threadOfTask(task), name: tell(titleOfTask(debuggee, task), translate) });
  }
  return threads;
}

/** A row of the call stack. */
function stackFrame(
  context: SessionContext,
  frame: Frame,
  innermost: boolean,
  format: DebugProtocol.StackFrameFormat | undefined,
): Soon<DebugProtocol.StackFrame> {
  const id = context.numberOf(frame);
  const { pc, coroutine, cr3 } = frame;
  const machine = context.machine();
  const { sources } = context;
  const { epoch } = sources;
  const { current } = machine.coroutines;
  const known = format ? undefined : rowAgain(frame, epoch, current, id);
  if (known) return known;
  const name = titleOf(frame, context.translate);
  if (frame.kind === 'label') return { id, name, line: 0, column: 0, presentationHint: 'label' };
  return whenThere(sources.placeOf(machine, frame), ({ source, line, column }) => {
    const module = context.plan && frame.resolved && moduleId(context.plan, coroutine, frame.resolved);
    // Field by field, here and wherever each stop comes by: to spread an object takes an engine that is cold ten times as long.
    const row: DebugProtocol.StackFrame = {
      id,
      name,
      source,
      line: toClientLine(context.client, line),
      column: toClientColumn(context.client, column),
      instructionPointerReference: machine.coroutines.referenceOf(coroutine, pc, false, cr3),
    };
    if (module !== undefined) row.moduleId = module;
    // Clients look for a frame to show and pass over subtle ones: the innermost is where the machine is. They fold them away, too,
    // which would be the whole call stack of a kernel that has no source at all.
    if (!frame.position && !innermost && machine.coroutines.kernelOf(coroutine)?.image.hasDebugInfo)
      row.presentationHint = 'subtle';
    if (!format) {
      keepRow(frame, epoch, current, row);
      return row;
    }
    return frameName(context.looking(), frame, format).then((formatted) => {
      row.name = tell(formatted, context.translate);
      return row;
    });
  });
}
