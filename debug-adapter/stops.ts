/** What the machine says, as events of the client: stops with their reasons in words, its end, its status. */
import { type BreakpointState, toldBreakpoint } from './breakpoint-state.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { clientCatches } from './armed-breakpoints.ts';
import { caughtWords } from './catchpoints.ts';
import { threadOf } from './coroutines.ts';
import type { MachineSnapshot } from '../core/protocol/machine-protocol.ts';
import { coverageOfSession } from './coverage/session-coverage.ts';
import type { Debuggee } from './debuggee.ts';
import type { DebuggeeListener } from './debuggee-listener.ts';
import { exceptionText } from './exceptions.ts';
import { exitCodeOf } from './exit-codes.ts';
import { endProfile } from './requests/profiling.ts';
import { hex } from './registers.ts';
import { rebindBreakpoints } from './requests/set-breakpoints.ts';
import { say, type Sentence, tell } from '../core/sentences/say.ts';
import type { SessionContext } from './session-context.ts';
import type { StoppedEvent } from './stepping.ts';
import { symbolText } from './symbol-text.ts';
import type { SourcePosition } from './symbols/image.ts';

type Stop = DebugProtocol.StoppedEvent['body'];

export const listenerFor = (context: SessionContext): DebuggeeListener => ({
  translate: context.translate,
  stopped: (event, hit) => {
    onStopped(context, event, hit);
  },
  serial: (port, bytes) => {
    context.terminals.receive(port, bytes);
  },
  status: (status) => {
    if (status.running) context.steppedTask.look();
    context.sendStatus(status);
  },
  note: (what, error) => {
    const text = typeof what === 'string' ? what : tell(what, context.translate);
    context.output(text, error ? 'stderr' : 'console');
  },
  logPoint: (message) => {
    context.output(message, 'console');
  },
  imagesChanged: () => {
    rebindBreakpoints(context);
    context.tellModules();
  },
  arrived: () => placeDataBreakpoints(context),
  returned: (stop) => endDataBreakpoints(context, stop),
  died: () => {
    context.end();
  },
});

/** Watches what can be watched by now, and tells the client what has changed. */
export const placeDataBreakpoints = (context: SessionContext): Promise<void> =>
  updateDataBreakpoints(context, (debuggee) => context.dataBreakpoints.place(debuggee));

/** The same in another machine than before. */
export const renewDataBreakpoints = (context: SessionContext): Promise<void> =>
  updateDataBreakpoints(context, (debuggee) => context.dataBreakpoints.renew(debuggee));

/** Tells the client which variables are watched no more, for their calls are over. */
const endDataBreakpoints = (context: SessionContext, stop: MachineSnapshot): Promise<void> =>
  updateDataBreakpoints(context, (debuggee) => context.dataBreakpoints.look(debuggee, stop));

async function updateDataBreakpoints(
  { debuggee, dataBreakpoints, send, translate }: SessionContext,
  update: (debuggee: Debuggee) => Promise<BreakpointState[]>,
): Promise<void> {
  if (!debuggee) return;
  const changed = await update(debuggee);
  debuggee.armed.awaitsGuests = dataBreakpoints.pending;
  for (const state of changed)
    send('breakpoint', { reason: 'changed', breakpoint: toldBreakpoint(state, translate) });
}

function onStopped(context: SessionContext, event: StoppedEvent, hit: readonly number[]): void {
  const { debuggee } = context;
  if (!debuggee) return;
  context.beginStop(debuggee);
  if (event.reason === 'exit' || event.reason === 'reset') {
    const { exitStatus } = event;
    const end =
      exitStatus !== undefined
        ? say`The machine has ended: ${exitStatus >>> 1} was written to port F4h, exit status ${exitStatus}.`
        : resetWords(debuggee, event);
    // Who writes to port F4h ends as it means to; a reset may be news.
    const place = event.reason === 'reset' ? placeOf(debuggee, event) : undefined;
    context.output(tell(end, context.translate), 'console', place);
    void tellRecords(context).finally(() => {
      context.send('exited', { exitCode: exitCodeOf(exitStatus) });
      context.end();
    });
    return;
  }
  if (context.dataBreakpoints.pending) void placeDataBreakpoints(context).catch(() => undefined);
  if (context.dataBreakpoints.hasCalls)
    void endDataBreakpoints(context, event.snapshot).catch(() => undefined);
  const said = wordsOf(context, event);
  if (event.reason === 'event' && said?.text) context.output(said.text, 'console', placeOf(debuggee, event));
  const stop: Stop = {
    reason: event.reason,
    threadId: threadOf(event.snapshot.coroutine),
    allThreadsStopped: true,
  };
  if (hit.length > 0) stop.hitBreakpointIds = hit.slice();
  if (said) Object.assign(stop, said);
  context.send('stopped', stop);
}

/** The instruction that has reset the machine is the one before, unless it was a watchdog. */
function resetWords({ coroutines }: Debuggee, { snapshot }: StoppedEvent): Sentence {
  const { cpu, coroutine } = snapshot;
  const symbol = symbolText(coroutines, coroutine, cpu.linearEip);
  const next = symbol === undefined ? hex(cpu.linearEip) : `${hex(cpu.linearEip)} (${symbol})`;
  return say`The machine has ended: the guest reset the machine. It would have gone on at ${next}.`;
}

/** The last moment at which the machine can be asked. */
async function tellRecords(context: SessionContext): Promise<void> {
  try {
    if (context.coverage) context.send('colinux/coverage', await coverageOfSession(context));
    if (context.profiling) context.send('colinux/profile', await endProfile(context));
  } catch (error) {
    context.output(context.failureText(error), 'stderr');
  }
}

/** The source line at which the machine stands, if it is known. */
function placeOf({ coroutines }: Debuggee, { snapshot }: StoppedEvent): SourcePosition | undefined {
  const pc = snapshot.cpu.linearEip;
  const resolved = coroutines.resolve(snapshot.coroutine, pc);
  const line = resolved?.image.lineAt((pc - resolved.bias) >>> 0);
  return line && line.line > 0 ? line : undefined;
}

/** The first thing that was caught names the stop; all of them are told. */
function eventWords(context: SessionContext, event: StoppedEvent): Partial<Stop> {
  const { watchpoints, caught } = event;
  const inWords = (sentence: Sentence) => tell(sentence, context.translate);
  const words = caught
    .map((one) => caughtWords(one, (id) => context.machine().coroutines.title(id)))
    .map(({ reason, description, text }) => ({
      reason,
      description: inWords(description),
      text: inWords(text),
    }));
  const touched = watchpoints.length > 0 ? context.dataBreakpoints.describe(watchpoints).map(inWords) : [];
  return {
    ...(words[0] ?? { reason: 'data breakpoint' }),
    hitBreakpointIds: [...watchpoints.map(({ id }) => id), ...clientCatches(event)],
    text: [...touched, ...words.map(({ text }) => text)].join('\n'),
  };
}

const conditionProblem = (why: Sentence) =>
  say`The condition of a breakpoint could not be evaluated: ${why}.`;

const HALTED = say`The CPU executed HLT with interrupts off: nothing can wake it.`;
const FROZEN = say`The CPU waits before this instruction: an unmasked x87 exception is pending, which is IRQ 13 as long as CR0.NE is 0, and interrupts are off, so nothing can wake it. FNINIT initialises the x87; with CR0.NE the exception is #MF.`;

/**
 * Somebody who pauses a step that does not come back learns that it was under way, and is given up; one whose function has not returned to its
 * caller learns why the step is elsewhere.
 */
function stepEndWords({ debuggee, translate }: SessionContext): Partial<Stop> | undefined {
  const end = debuggee?.stepEnd;
  if (!debuggee || !end) return undefined;
  const { coroutine, cpu } = end.began.snapshot;
  const place = symbolText(debuggee.coroutines, coroutine, cpu.linearEip) ?? hex(cpu.linearEip);
  const [description, text] =
    end.kind === 'ended'
      ? [
          say`Task ended`,
          say`The task ${end.task ?? ''} has ended in the step that began at ${place}: it is given up.`,
        ]
      : end.kind === 'broken'
        ? [
            say`Paused during a step`,
            say`The step that began at ${place} is not over: what it has called, or whom it has given the processor to, has not come back there. It is given up.`,
          ]
        : [
            say`Left without a return`,
            say`The function at ${place} has not returned to its caller: its stack was taken back to here, as longjmp and the end of a signal's handler do.`,
          ];
  return { description: tell(description, translate), text: tell(text, translate) };
}

/** What is special about a stop, if anything is. */
function wordsOf(context: SessionContext, event: StoppedEvent): Partial<Stop> | undefined {
  const inWords = (sentence: Sentence) => tell(sentence, context.translate);
  switch (event.reason) {
    case 'event':
      return eventWords(context, event);
    case 'breakpoint':
      if (event.problems.length > 0)
        context.output(event.problems.map((why) => inWords(conditionProblem(why))).join('\n'), 'stderr');
      return undefined;
    case 'pause':
    case 'step':
      return stepEndWords(context);
    case 'shutdown':
      return {
        reason: 'exception',
        description: inWords(say`Triple fault`),
        text: inWords(exceptionText(event.causes)),
      };
    case 'halted':
      return {
        description: inWords(say`Halted for ever`),
        text: inWords(event.snapshot.cpu.frozen ? FROZEN : HALTED),
      };
    default:
      return undefined;
  }
}
