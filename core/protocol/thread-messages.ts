/**
 * What a person waits for, as it crosses the border of the machine's thread: requests that run the machine, and stops. A copy of an object
 * between threads costs about a microsecond for each of its keys, so these cross as flat lists; all other messages as they are.
 */
import type { MachineEvent, Posted, Request, RequestMap, StepSpec } from './machine-protocol.ts';
import { PackedCpu } from './packed-cpu.ts';

type StoppedEvent = Extract<MachineEvent, { event: 'stopped' }>;

/** A request as it is posted: a list begins with its number and its kind, or that of its step. */
export function postedRequest(request: Request): unknown {
  const { id, kind, params } = request;
  if (kind === 'step') return stepWords(id, params as StepSpec);
  return kind === 'resume' && (params as RequestMap['resume']['params']).visit === undefined
    ? [id, kind]
    : request;
}

function stepWords(id: number, spec: StepSpec): unknown[] {
  switch (spec.kind) {
    case 'instruction':
      return [id, spec.kind, spec.over, spec.callers];
    case 'until':
      return [id, spec.kind, spec.address, spec.stack, spec.coroutine, spec.callers];
    case 'range': {
      const { frame } = spec;
      const words: unknown[] = [id, spec.kind, spec.over, frame?.cfa, frame?.rows, spec.callers];
      for (const range of spec.ranges) words.push(range[0], range[1]);
      return words;
    }
  }
}

/** Where the ranges of a posted step begin. */
const RANGES = 6;

/** The request that a posted message is: nothing of it has been checked. */
export function requestOf(message: unknown): unknown {
  if (!Array.isArray(message)) return message;
  const words = message as unknown[];
  const id = words[0];
  const kind = words[1];
  switch (kind) {
    case 'resume':
      return { id, kind, params: {} };
    case 'instruction':
      return { id, kind: 'step', params: { kind, over: words[2], callers: words[3] } };
    case 'until':
      return {
        ...{ id, kind: 'step' },
        params: { kind, address: words[2], stack: words[3], coroutine: words[4], callers: words[5] },
      };
    case 'range': {
      const ranges: unknown[] = [];
      for (let at = RANGES; at < words.length; at += 2) ranges.push([words[at], words[at + 1]]);
      const frame = words[4] === undefined ? undefined : { cfa: words[3], rows: words[4] };
      return { id, kind: 'step', params: { kind, ranges, over: words[2], frame, callers: words[5] } };
    }
    default:
      return { id, kind };
  }
}

/** Stands for the request that a stop does not answer. */
const NO_REQUEST = -1;
/** Where what is special about a stop begins: names, each with its value. */
const SPECIAL = 6;

/** What the machine says, as it is posted: a list that begins with a number is a stop. */
export function postedMessage(message: Posted): unknown {
  const isPair = 'length' in message;
  const event = isPair ? message[1] : message;
  const answer = isPair ? message[0] : undefined;
  if (!('event' in event) || event.event !== 'stopped' || !(event.snapshot.cpu instanceof PackedCpu))
    return message;
  // A request that runs the machine has no other result than that it does.
  const id = answer !== undefined && 'result' in answer ? answer.id : NO_REQUEST;
  return stopWords(id, event, event.snapshot.cpu);
}

function stopWords(id: number, event: StoppedEvent, cpu: PackedCpu): unknown[] {
  const { reason, snapshot, exitStatus } = event;
  const { coroutine, instructions, virtualNanoseconds, pending, passages } = snapshot;
  const words: unknown[] = [id, reason, coroutine, instructions, virtualNanoseconds, cpu.words];
  for (const name of ['breakpoints', 'problems', 'watchpoints', 'caught', 'causes', 'answers'] as const)
    if (event[name].length > 0) words.push(name, event[name]);
  if (exitStatus !== undefined) words.push('exitStatus', exitStatus);
  if (pending !== undefined) words.push('pending', pending);
  if (passages.length > 0) words.push('passages', passages);
  return words;
}

/** What a posted message says, each in its order. */
export function messagesOf(message: unknown): Posted {
  if (!Array.isArray(message) || typeof message[0] !== 'number') return message as Posted;
  const id = message[0];
  const event = stopOf(message);
  return id === NO_REQUEST ? event : [{ id, result: {} }, event];
}

type Special = Partial<StoppedEvent & StoppedEvent['snapshot']>;
const NONE: readonly never[] = [];

function stopOf(words: unknown[]): StoppedEvent {
  const special: Record<string, unknown> = {};
  for (let at = SPECIAL; at < words.length; at += 2) special[words[at] as string] = words[at + 1];
  const { breakpoints, problems, watchpoints, caught, causes, answers } = special as Special;
  const { exitStatus, pending, passages } = special as Special;
  return {
    event: 'stopped',
    reason: words[1] as StoppedEvent['reason'],
    breakpoints: breakpoints ?? NONE,
    problems: problems ?? NONE,
    watchpoints: watchpoints ?? NONE,
    caught: caught ?? NONE,
    exitStatus,
    causes: causes ?? NONE,
    answers: answers ?? NONE,
    snapshot: {
      cpu: new PackedCpu(words[5] as Uint32Array),
      pending,
      instructions: words[3] as number,
      virtualNanoseconds: words[4] as number,
      coroutine: words[2] as number,
      passages: passages ?? NONE,
    },
  };
}
