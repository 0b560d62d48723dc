/**
 * Source-level steps on top of the machine's predicates (docs/architecture.md): line ranges, calls, prologues.
 *
 * A step is a short conversation: the machine runs a predicate at full speed and stops; the rules here decide whether
 * the place it came to is one where a person wants to be (the start of a statement) or how to go on.
 */
import type { CoroutineId, MachineEvent, StepSpec } from '../core/protocol/machine-protocol.ts';
import type { Resolved } from './coroutines.ts';

export type StoppedEvent = Extract<MachineEvent, { event: 'stopped' }>;

/** What stepping needs of the session. */
export interface StepHost {
  /** Runs one predicate and waits for the stop. */
  run(spec: StepSpec): Promise<StoppedEvent>;
  /** Where the CPU is, after a stop. */
  location(stopped: StoppedEvent): {
    pc: number;
    coroutine: CoroutineId;
    resolved: Resolved | undefined;
    /** All addresses of the passage code, when the CPU is in it. */
    passage: [number, number][] | undefined;
  };
  /** Return address of the innermost frame and the ESP its caller will have; `undefined` without a caller. */
  caller(stopped: StoppedEvent): Promise<{ pc: number; stack: number } | undefined>;
}

/** Predicates one step may use: a step through code without line information must end some time. */
const MAX_ROUNDS = 1000;

type Place = ReturnType<StepHost['location']>;

const linkPc = ({ pc, resolved }: Place) => (resolved ? (pc - resolved.bias) >>> 0 : pc);

/** Run-time ranges of the source line at a place, empty when it has none. */
function lineRanges(place: Place): [number, number][] {
  const { resolved } = place;
  if (!resolved) return [];
  return resolved.image
    .lineRanges(linkPc(place))
    .map(({ low, high }) => [(low + resolved.bias) >>> 0, (high + resolved.bias) >>> 0]);
}

function functionOf(place: Place): number | undefined {
  return place.resolved?.image.functionAt(linkPc(place))?.lowPc;
}

/** Does a statement of a known line begin exactly here? */
function atStatement(place: Place): boolean {
  const line = place.resolved?.image.lineAt(linkPc(place));
  return line !== undefined && line.line > 0 && line.isStatement && line.low === linkPc(place);
}

/** One source line; `over` runs calls to their end, otherwise functions with lines are entered. */
export async function stepLine(host: StepHost, start: StoppedEvent, over: boolean): Promise<StoppedEvent> {
  let stopped = start;
  const from = host.location(start);
  const fromFunction = functionOf(from);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const here = host.location(stopped);
    const ranges = lineRanges(here);
    // Nothing in the passage code is a call that comes back: its steps go with the crossing.
    const overHere = over && !here.passage;
    stopped = await host.run(
      ranges.length > 0 ? { kind: 'range', ranges, over: overHere } : { kind: 'instruction', over: overHere },
    );
    if (stopped.reason !== 'step') return stopped;
    const place = host.location(stopped);
    if (place.passage && !from.passage) {
      // Stepped into the passage: on the other side is where it leads.
      return host.run({ kind: 'range', ranges: place.passage, over: false });
    }
    // Out of the passage by its end: in the middle of a line of the other side, and there the step has led.
    if (here.passage && !place.passage) return stopped;
    const name = functionOf(place);
    if (!over && place.resolved && name !== undefined && name !== fromFunction && linkPc(place) === name) {
      const inside = await pastPrologue(host, place);
      if (inside) return inside;
    }
    if (atStatement(place)) return stopped;
    if (lineRanges(place).length === 0 && !over && place.pc !== from.pc) {
      // Code without lines: leave it again, unless there is nowhere to go.
      const caller = await host.caller(stopped);
      if (caller) {
        stopped = await host.run({
          kind: 'until',
          address: caller.pc,
          stack: caller.stack,
          coroutine: place.coroutine,
        });
        if (stopped.reason !== 'step') return stopped;
        if (atStatement(host.location(stopped))) return stopped;
      }
    }
  }
  return stopped;
}

/** From a function's entry past its prologue, so that its arguments can be seen; `undefined` where it has none. */
async function pastPrologue(
  host: StepHost,
  { resolved, pc, coroutine }: Place,
): Promise<StoppedEvent | undefined> {
  if (!resolved) return undefined;
  const address = (resolved.image.prologueEnd((pc - resolved.bias) >>> 0) + resolved.bias) >>> 0;
  return address === pc ? undefined : host.run({ kind: 'until', address, stack: 0, coroutine });
}

/** Into one of the functions that the line calls; those before it run to their end. Stops behind the line without it. */
export async function stepIntoCall(
  host: StepHost,
  start: StoppedEvent,
  callee: number,
): Promise<StoppedEvent> {
  const from = host.location(start);
  const ranges = lineRanges(from);
  const inLine = (pc: number) => ranges.some(([low, high]) => pc >= low && pc < high);
  let stopped = start;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    stopped = await host.run({ kind: 'range', ranges, over: false });
    if (stopped.reason !== 'step') return stopped;
    const place = host.location(stopped);
    if (place.pc === callee) return (await pastPrologue(host, place)) ?? stopped;
    const caller = await host.caller(stopped);
    // Left by its end: there is no call that comes back to it.
    if (!caller || !inLine(caller.pc)) return stopped;
    stopped = await host.run(stepOutSpec(caller, place.coroutine));
    if (stopped.reason !== 'step' || !inLine(host.location(stopped).pc)) return stopped;
  }
  return stopped;
}

/** To the caller of a frame. */
export function stepOutSpec(caller: { pc: number; stack: number }, coroutine: CoroutineId): StepSpec {
  return { kind: 'until', address: caller.pc, stack: caller.stack, coroutine };
}
