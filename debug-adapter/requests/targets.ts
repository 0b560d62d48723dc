/** Where execution can be led: breakpointLocations, gotoTargets and goto, stepInTargets. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { callsIn } from '../calls-in-code.ts';
import { threadOf } from '../coroutines.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { functionRange } from '../generated-sources.ts';
import { symbolText } from '../symbol-text.ts';
import { fromClientColumn, fromClientLine, toClientColumn, toClientLine } from '../positions.ts';
import { hex } from '../registers.ts';
import type { SessionContext } from '../session-context.ts';
import { statementsIn } from '../source-statements.ts';
import type { Frame } from '../frame.ts';
import { inTurns } from '../symbols/pieces.ts';
import type { Handlers } from './handler.ts';
import { clientPath } from './set-breakpoints.ts';

/** Most lines that one request may ask for. */
const MAX_LINES = 100_000;

export const targets = {
  async breakpointLocations(context, args) {
    const { client } = context;
    const from = fromClientLine(client, args.line);
    const to = Math.min(fromClientLine(client, args.endLine ?? args.line), from + MAX_LINES);
    const first = args.column === undefined ? 0 : fromClientColumn(client, args.column);
    const last = args.endColumn === undefined ? Infinity : fromClientColumn(client, args.endColumn);
    const found = (await statementsOf(context, args.source, from, to)).filter(
      ({ line, column }) => (line > from || column >= first) && (line < to || column <= last),
    );
    const places = new Map(found.map(({ line, column }) => [`${line}:${column}`, { line, column }]));
    return {
      breakpoints: [...places.values()].map(({ line, column }) => ({
        line: toClientLine(client, line),
        ...(column > 0 && { column: toClientColumn(client, column) }),
      })),
    };
  },

  async gotoTargets(context, args) {
    const { client } = context;
    context.looking();
    const line = fromClientLine(client, args.line);
    const column = args.column === undefined ? 0 : fromClientColumn(client, args.column);
    const here = await statementsOf(context, args.source, line, line);
    // A place in the line means the statement there; without one, or on white space, all of them.
    const exact = here.filter((statement) => statement.column === column);
    const found = (exact.length > 0 ? exact : here).flatMap(({ addresses, owner, column: at }) =>
      owner.biases.flatMap((bias) =>
        addresses.map((address) => ({ address: (address + bias) >>> 0, at, owner })),
      ),
    );
    const { coroutine, lookupPc } = await topFrame(context);
    const mine = found.filter(({ owner }) => owner.coroutine === coroutine || owner.coroutine === -1);
    // Copies of the line in other functions are of no use, unless there is nothing else: then the answer is a sentence.
    const inside = mine.filter(({ address }) => isWithin(context, coroutine, lookupPc, address));
    return {
      targets: (inside.length > 0 ? inside : mine).map(({ address, at }) => ({
        id: context.targetNumber(address),
        label: symbolText(context.machine().coroutines, coroutine, address) ?? hex(address),
        line: args.line,
        ...(at > 0 && { column: toClientColumn(client, at) }),
        instructionPointerReference: hex(address),
      })),
    };
  },

  async goto(context, args, call) {
    const problem = context.machine().standstill();
    if (problem) throw problem;
    const machine = context.machine();
    const coroutine = context.thread(args);
    if (coroutine !== machine.coroutines.current)
      throw new AdapterError(
        'no-such-thread',
        say`${machine.coroutines.title(coroutine)} is away: only the thread that owns the CPU can be moved.`,
      );
    const address = context.target(args.targetId);
    const { lookupPc, name } = await topFrame(context);
    if (!isWithin(context, coroutine, lookupPc, address)) {
      const other = symbolText(machine.coroutines, coroutine, address) ?? hex(address);
      throw new AdapterError(
        'bad-address',
        say`Execution can be moved within ${name} only, but ${other} is in another function: its stack frame would be wrong there.`,
      );
    }
    await machine.moveTo(address);
    call.afterAnswer(() => {
      context.beginStop(machine);
      context.send('stopped', { reason: 'goto', threadId: threadOf(coroutine), allThreadsStopped: true });
    });
  },

  async stepInTargets(context, { frameId }) {
    const frame = context.frame(frameId);
    const { coroutines, memory } = context.machine();
    const top = await topFrame(context);
    // Only of the innermost frame it is known what the registers are, and that the line is not over.
    if (
      frame.cr3 !== undefined ||
      frame.coroutine !== coroutines.current ||
      frame.pc !== top.pc ||
      frame.depth !== top.depth
    )
      return { targets: [] };
    const { coroutine, pc, resolved, registers } = frame;
    const ranges = resolved?.image.lineRanges((pc - resolved.bias) >>> 0) ?? [];
    const bias = resolved?.bias ?? 0;
    const read = memory.reader(coroutine);
    const calls = await memory.compute(() =>
      ranges.flatMap(({ low, high }) =>
        callsIn(read, { low: (low + bias) >>> 0, high: (high + bias) >>> 0 }, pc, registers),
      ),
    );
    return {
      targets: calls.filter(({ address }) => address >= pc).flatMap((site) => targetOf(context, frame, site)),
    };
  },
} satisfies Handlers;

async function statementsOf(context: SessionContext, source: DebugProtocol.Source, from: number, to: number) {
  const path = source.path ?? source.name;
  if (path === undefined) throw new AdapterError('bad-request', say`The request needs a source with a path.`);
  return inTurns(statementsIn(context.owners(), clientPath(path), from, to));
}

async function topFrame(context: SessionContext): Promise<Frame> {
  const frame = await context.evaluationFrame(undefined);
  if (!frame) throw new AdapterError('no-such-frame', say`There is no frame: stop in some code first.`);
  return frame;
}

/** Are two addresses in the same function? Where no symbols are, nothing is known against it. */
function isWithin(context: SessionContext, coroutine: number, pc: number, address: number): boolean {
  const { coroutines } = context.machine();
  const here = functionRange(coroutines, coroutine, pc);
  const there = functionRange(coroutines, coroutine, address);
  return here?.name === there?.name && here?.low === there?.low;
}

function targetOf(
  context: SessionContext,
  { coroutine, resolved }: Frame,
  { address, target }: { readonly address: number; readonly target: number | undefined },
): DebugProtocol.StepInTarget[] {
  if (target === undefined) return [];
  const at = resolved?.image.lineAt((address - resolved.bias) >>> 0);
  return [
    {
      id: context.targetNumber(target),
      label: symbolText(context.machine().coroutines, coroutine, target) ?? hex(target),
      ...(at && at.line > 0 && { line: toClientLine(context.client, at.line) }),
      ...(at && at.column > 0 && { column: toClientColumn(context.client, at.column) }),
    },
  ];
}
