/** Going on, stepping and pausing. All requests that run are answered at once, as DAP wants. */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Debuggee } from '../debuggee.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import type { Call } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';
import type { Handlers } from './handler.ts';

/** Which thread runs; `singleThread`: no other may. */
interface RunArguments {
  readonly threadId: number;
  readonly singleThread?: boolean;
}

interface StepArguments extends RunArguments {
  readonly granularity?: string;
}

export const running = {
  continue(context, args, call) {
    ready(context);
    go(context, args, call, (debuggee) => debuggee.resume());
    return { allThreadsContinued: args.singleThread !== true };
  },

  next(context, args, call) {
    step(context, args, call, true);
  },

  stepIn(context, args, call) {
    const { targetId } = args;
    if (targetId === undefined) {
      step(context, args, call, false);
      return;
    }
    ready(context);
    const callee = context.target(targetId);
    if (context.sleepingTask(args))
      throw new AdapterError(
        'no-such-thread',
        say`This task is not running: only the one that runs can step in.`,
      );
    goThread(context, args, call, (debuggee, coroutine) => debuggee.steps.stepInto(coroutine, callee));
  },

  stepOut(context, args, call) {
    if (goTask(context, args, call, true)) return;
    goThread(context, args, call, (debuggee, coroutine) => debuggee.steps.stepOut(coroutine));
  },

  pause: (context) => context.machine().pause(),
} satisfies Handlers;

function step(context: SessionContext, args: StepArguments, call: Call, over: boolean): void {
  if (goTask(context, args, call, false)) return;
  const byInstruction = args.granularity === 'instruction';
  goThread(context, args, call, (debuggee, coroutine) => debuggee.steps.step(coroutine, byInstruction, over));
}

/** @throws AdapterError when the machine cannot be set going */
function ready(context: SessionContext): void {
  const problem = context.machine().standstill();
  if (problem) throw problem;
}

function go(
  context: SessionContext,
  args: RunArguments,
  call: Call,
  run: (debuggee: Debuggee) => void | Promise<void>,
): void {
  const debuggee = context.machine();
  const alone = args.singleThread === true ? onlyOne(context, args) : undefined;
  context.steppedTask.forget();
  debuggee.running = true;
  // The machine need not wait until the client has its answer.
  call.ahead(() => {
    debuggee.go(() => {
      const confining = debuggee.armed.confine(alone);
      return confining ? confining.then(() => run(debuggee)) : run(debuggee);
    });
  });
}

/** The coroutine that alone is to run. There is one processor: only who has it can do without the others. */
function onlyOne(context: SessionContext, args: RunArguments): CoroutineId {
  const coroutine = context.thread(args);
  const { current } = context.machine().coroutines;
  if (coroutine === current && !context.sleepingTask(args)) return coroutine;
  throw new AdapterError(
    'no-such-thread',
    say`This thread does not have the processor, so it cannot run before others have: let all threads run.`,
  );
}

/** Like `go`, for a request that names a thread. */
function goThread(
  context: SessionContext,
  args: RunArguments,
  call: Call,
  run: (debuggee: Debuggee, coroutine: CoroutineId) => void | Promise<void>,
): void {
  ready(context);
  const coroutine = context.thread(args);
  const tasks = context.awarenessAtStop?.present;
  go(context, args, call, (debuggee) => run(debuggee, coroutine));
  context.steppedTask.begin(context.machine(), tasks);
}

/**
 * A task that is not running steps by getting the processor back, where its kernel took it or in the caller of that.
 * @returns whether the thread is such a task
 */
function goTask(context: SessionContext, args: StepArguments, call: Call, out: boolean): boolean {
  ready(context);
  if (!context.sleepingTask(args)) return false;
  go(context, args, call, async ({ steps }) => {
    steps.awaitTask(await context.stackOf(args), out);
  });
  return true;
}
