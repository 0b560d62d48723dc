/**
 * Source-level steps on top of the machine's predicates (docs/architecture.md): line ranges, calls, prologues.
 *
 * A step is a short conversation: the machine runs a predicate at full speed and stops; the rules here decide whether
 * the place it came to is one where a person wants to be (the start of a statement) or how to go on. They are generators, which say what
 * they want of the machine and are told what came of it: nothing waits for a promise that need not, and a step can be begun ahead of
 * time, up to the first thing that it wants.
 */
import type {
  CoroutineId,
  CpuSnapshot,
  FrameRules,
  MachineEvent,
  StepSpec,
} from '../core/protocol/machine-protocol.ts';
import { type Block, type Shown, type Visible, visibleAt } from './blocks.ts';
import { type Caller, callerIn, callsAt, mayCall, ownRules, rulesOf } from './caller-frames.ts';
import type { Resolved } from './coroutines.ts';
import type { Sentence } from '../core/sentences/say.ts';
import type { Frame } from './frame.ts';
import type { LineInfo } from './symbols/source-lines.ts';

export type StoppedEvent = Extract<MachineEvent, { event: 'stopped' }>;

/** What a step wants: a predicate is to be run, or it needs to know the call stack at the stop that it has come to. */
export type Wish =
  | StepSpec
  | { readonly kind: 'frames'; readonly of: StoppedEvent }
  /** The bytes that are about to run, `CODE_BYTES` of them or what there is. */
  | { readonly kind: 'code'; readonly of: StoppedEvent };

export const CODE_BYTES = 16;

/** A step under way. It is told the stop that a predicate has led to, or the frames, innermost first: none where they cannot be read. */
export type Step<T> = Generator<Wish, T, StoppedEvent | readonly Frame[] | Uint8Array>;

/** Runs one predicate. */
function* run(spec: StepSpec): Step<StoppedEvent> {
  return (yield spec) as StoppedEvent;
}

function* framesAt(of: StoppedEvent): Step<readonly Frame[]> {
  return (yield { kind: 'frames', of }) as readonly Frame[];
}

function* codeAt(of: StoppedEvent): Step<Uint8Array> {
  return (yield { kind: 'code', of }) as Uint8Array;
}

/** What stepping needs of the session. */
export interface StepHost {
  /** Where the CPU is, after a stop. */
  location(stopped: StoppedEvent): {
    pc: number;
    coroutine: CoroutineId;
    resolved: Resolved | undefined;
    /** All addresses of the passage code, when the CPU is in it. */
    passage: [number, number][] | undefined;
    cpu: CpuSnapshot;
  };
}

/** Predicates one step may use: a step through code without line information must end some time. */
const MAX_ROUNDS = 1000;

type Place = ReturnType<StepHost['location']>;

/** The functions at a place, innermost first. */
const innermostAt = ({ resolved, pc }: Place): Visible => visibleAt(resolved, pc);

const linkPc = ({ pc, resolved }: Place) => (resolved ? (pc - resolved.bias) >>> 0 : pc);

type Range = [low: number, high: number];

/** Run-time ranges of the source line at a place, empty when it has none. */
function lineRanges(place: Place): Range[] {
  const { resolved } = place;
  if (!resolved) return [];
  return resolved.image
    .lineRanges(linkPc(place))
    .map(({ low, high }) => [(low + resolved.bias) >>> 0, (high + resolved.bias) >>> 0]);
}

/**
 * Where a step is that has come to code of another line which is no statement: what it passes is all such code of the function and what is stepped,
 * for the statement of that very line may come next. gdb's steps go on so, too (infrun.c, process_event_stop_test).
 * @param line that is stepped
 * @param stepped its ranges
 * @returns nothing for any other place
 */
function passedRanges(place: Place, line: Line, stepped: readonly Range[]): Range[] | undefined {
  const { resolved } = place;
  const pc = linkPc(place);
  const isPassed = (row: LineInfo) => !row.isStatement && row.line > 0;
  const here = resolved?.image.lineAt(pc);
  if (!resolved || !here || !isPassed(here) || sameLine(here, line)) return undefined;
  const passed = resolved.image.rowsOfFunction(pc).filter(isPassed);
  const { bias } = resolved;
  return [...stepped, ...passed.map(({ low, high }): Range => [(low + bias) >>> 0, (high + bias) >>> 0])];
}

/** Does the debug information say anything of this place, if only that the compiler has made it (line 0)? */
const hasLine = (place: Place): boolean => place.resolved?.image.lineAt(linkPc(place)) !== undefined;

function functionOf(place: Place): number | undefined {
  return place.resolved?.image.functionAt(linkPc(place))?.lowPc;
}

const isEntry = (place: Place): boolean => functionOf(place) === linkPc(place);

/** How the frame at a place is told from others of its function; `undefined` where the debug information does not say. */
function frameRules(place: Place): FrameRules | undefined {
  const { resolved } = place;
  const entry = functionOf(place);
  if (!resolved || entry === undefined) return undefined;
  return ownRules(resolved, entry, linkPc(place), place.cpu.general);
}

/** Number of ESP among the general registers. */
const ESP = 4;
/** Bytes of it, in the protected mode that functions with frame information run in. */
const RETURN_ADDRESS = 4;

/**
 * Has a function left by a jump to another one that returns in its stead? Then that one's return address is at the top of the stack, where
 * its own was.
 * @param rules of the frame that was there
 */
function isTailCall(from: Place, rules: FrameRules | undefined, to: Place): boolean {
  if (!rules || !isEntry(to) || functionOf(to) === functionOf(from)) return false;
  return to.cpu.general[ESP] >>> 0 === (rules.cfa - RETURN_ADDRESS) >>> 0;
}

/** Does a statement of a known line begin exactly here? */
function atStatement(place: Place): boolean {
  return innermostAt(place).isStatement;
}

const lineOf = (place: Place): Line => innermostAt(place).line;

/** The inlined call that leads from a function deeper to where the CPU is; `undefined` when it is in the function itself. */
function inlinedBelow(place: Place, block: number | undefined): Block | undefined {
  const { chain } = innermostAt(place);
  const at = chain.findIndex(({ id }) => id === block);
  return at > 0 ? chain[at - 1] : undefined;
}

type Line = { readonly file: string; readonly line: number } | undefined;
const sameLine = (a: Line, b: Line): boolean => a?.line === b?.line && a?.file === b?.file;

/** A statement of a function begins here, though an inlined call of it begins here too. */
function statementOf({ resolved, pc }: Place, block: number | undefined): Line {
  if (block === undefined) return undefined;
  const { blocks, isStatement, line } = visibleAt(resolved, pc, true, { block });
  return isStatement && blocks[0].id === block ? line : undefined;
}

/** Has the compiler put other code between two pieces of the line that is stepped? Nothing of another statement has run. */
function isSplitLine(place: Place, block: number | undefined, line: Line): boolean {
  const { blocks, line: here } = innermostAt(place);
  return line !== undefined && blocks.at(0)?.id === block && sameLine(here, line);
}

/** Where a step has led. */
export interface Stepped {
  readonly stopped: StoppedEvent;
  /** The function that is shown, when inlined calls of it begin at the same address. */
  readonly shown?: Shown;
  /** The function that was to return has not: its stack was taken back. */
  readonly isLeft?: boolean;
}

/** What is special about how a step has ended, and where it began. */
export interface StepEnd {
  readonly kind: 'broken' | 'left' | 'ended';
  readonly began: StoppedEvent;
  /** The task that has ended. */
  readonly task?: Sentence | undefined;
}

/**
 * One source line; `over` runs calls to their end, inlined ones too, otherwise functions with lines are entered. Code without lines
 * is shown as disassembly, an instruction on each line, so there it is one instruction.
 * @param shown the function that is shown now, as `Stepped.shown`
 */
export function* stepLine(
  host: StepHost,
  start: StoppedEvent,
  over: boolean,
  shown: Shown = {},
): Step<Stepped> {
  const from = host.location(start);
  const { blocks, line: fromLine } = visibleAt(from.resolved, from.pc, true, shown);
  // A statement of an inlined call begins right here: into it, nothing has to run.
  if (!over && blocks.length < innermostAt(from).blocks.length)
    return { stopped: { ...start, reason: 'step' } };
  if (!from.passage && !hasLine(from)) return yield* stepListed(host, start, from, over);
  return yield* stepFrom(host, start, from, over, { block: blocks.at(0)?.id, line: fromLine });
}

/**
 * The frames that code may come back to which calls, as the machine tells them.
 * @param ranges of the code; undefined for the next instruction
 * @param own the innermost one, too
 */
function* callersAt(
  of: StoppedEvent,
  { resolved, pc }: Place,
  ranges: readonly (readonly [number, number])[] | undefined,
  own: boolean,
): Step<Uint32Array | undefined> {
  if (!resolved || !(ranges ? mayCall(resolved, ranges) : callsAt(resolved, pc))) return undefined;
  return rulesOf(yield* framesAt(of), own);
}

/** One line of a listing. A function with lines that it calls is entered as from any other code. */
function* stepListed(host: StepHost, start: StoppedEvent, from: Place, over: boolean): Step<Stepped> {
  const callers = over ? yield* callersAt(start, from, undefined, true) : undefined;
  const stopped = yield* run({ kind: 'instruction', over, callers });
  const place = stopped.reason === 'step' && !over ? host.location(stopped) : from;
  const entry = functionOf(place);
  if (entry === functionOf(from) || entry !== linkPc(place) || !hasLine(place)) return { stopped };
  return { stopped: (yield* pastPrologue(place)) ?? stopped };
}

function* stepFrom(
  host: StepHost,
  start: StoppedEvent,
  from: Place,
  over: boolean,
  { block: fromBlock, line: fromLine }: { readonly block: number | undefined; readonly line: Line },
): Step<Stepped> {
  let stopped = start;
  const fromFunction = functionOf(from);
  /** An inlined call has just been run to its end: its caller's line goes on. */
  let wasBelow = false;
  let callers: Uint32Array | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const here = stopped === start ? from : host.location(stopped);
    const below = over ? inlinedBelow(here, fromBlock) : undefined;
    const passed = below || round === 0 ? undefined : passedRanges(here, fromLine, lineRanges(from));
    const ranges = below?.ranges ?? passed ?? lineRanges(here);
    // Nothing in the passage code is a call that comes back: its steps go with the crossing.
    const overHere = over && !here.passage;
    const frame = overHere && ranges.length > 0 ? frameRules(here) : undefined;
    if (overHere) callers ??= yield* callersAt(stopped, here, ranges, frame === undefined);
    stopped = yield* run(
      ranges.length > 0
        ? { kind: 'range', ranges, over: overHere, frame, callers }
        : { kind: 'instruction', over: overHere, callers },
    );
    if (stopped.reason !== 'step') return { stopped };
    let place = host.location(stopped);
    if (isTailCall(here, frame, place)) {
      const frames = yield* framesAt(stopped);
      const caller = callerIn(frames);
      if (caller) {
        stopped = yield* run(stepOutSpec(caller, place.coroutine, frames));
        if (stopped.reason !== 'step') return { stopped };
        place = host.location(stopped);
      }
    }
    if (place.passage && !from.passage) {
      // Stepped into the passage: on the other side is where it leads.
      return { stopped: yield* run({ kind: 'range', ranges: place.passage, over: false }) };
    }
    // Out of the passage by its end: in the middle of a line of the other side, and there the step has led.
    if (here.passage && !place.passage) return { stopped };
    const name = functionOf(place);
    if (!over && place.resolved && name !== undefined && name !== fromFunction && linkPc(place) === name) {
      const inside = yield* pastPrologue(place);
      if (inside) return { stopped: inside };
    }
    if (over && inlinedBelow(place, fromBlock)) {
      const line = statementOf(place, fromBlock);
      if (line && !sameLine(line, fromLine))
        return { stopped, shown: { block: fromBlock!, line: line.line } };
      wasBelow = true;
      continue;
    }
    if (wasBelow && sameLine(statementOf(place, fromBlock) ?? lineOf(place), fromLine)) continue;
    wasBelow = false;
    if (atStatement(place) && !isSplitLine(place, fromBlock, fromLine)) return { stopped };
    if (lineRanges(place).length === 0 && !over && place.pc !== from.pc) {
      // Code without lines: leave it again, unless there is nowhere to go.
      const frames = yield* framesAt(stopped);
      const caller = callerIn(frames);
      if (caller) {
        stopped = yield* run(stepOutSpec(caller, place.coroutine, frames));
        if (stopped.reason !== 'step') return { stopped };
        if (atStatement(host.location(stopped))) return { stopped };
      }
    }
  }
  return { stopped };
}

/** From a function's entry past its prologue, so that its arguments can be seen; `undefined` where it has none. */
function* pastPrologue({ resolved, pc, coroutine }: Place): Step<StoppedEvent | undefined> {
  if (!resolved) return undefined;
  const address = (resolved.image.prologueEnd((pc - resolved.bias) >>> 0) + resolved.bias) >>> 0;
  return address === pc ? undefined : yield* run({ kind: 'until', address, stack: 0, coroutine });
}

/** Into one of the functions that the line calls; those before it run to their end. Stops behind the line without it. */
export function* stepIntoCall(host: StepHost, start: StoppedEvent, callee: number): Step<Stepped> {
  const from = host.location(start);
  const ranges = lineRanges(from);
  const inLine = (pc: number) => ranges.some(([low, high]) => pc >= low && pc < high);
  let stopped = start;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    stopped = yield* run({ kind: 'range', ranges, over: false });
    if (stopped.reason !== 'step') return { stopped };
    const place = host.location(stopped);
    if (place.pc === callee) return { stopped: (yield* pastPrologue(place)) ?? stopped };
    const frames = yield* framesAt(stopped);
    const caller = callerIn(frames);
    // Left by its end: there is no call that comes back to it.
    if (!caller || !inLine(caller.pc)) return { stopped };
    stopped = yield* run(stepOutSpec(caller, place.coroutine, frames));
    if (stopped.reason !== 'step' || !inLine(host.location(stopped).pc)) return { stopped };
  }
  return { stopped };
}

/** Out of the inlined call that the CPU is in, to the function that it was inlined into; `undefined` when it is in none. */
export function outOfInlined(
  host: StepHost,
  start: StoppedEvent,
  shown: Shown | undefined,
  frames: readonly Frame[],
): StepSpec | undefined {
  const place = host.location(start);
  const block = visibleAt(place.resolved, place.pc, true, shown).blocks.at(0);
  if (!block?.inlined) return undefined;
  const frame = frameRules(place);
  return { kind: 'range', ranges: block.ranges, over: true, frame, callers: rulesOf(frames, !frame) };
}

const NO_RULES = new Uint32Array(0);

/** To the caller of a frame. @param frames of the stack whose innermost one it is, if it has the processor */
export function stepOutSpec(caller: Caller, coroutine: CoroutineId, frames?: readonly Frame[]): StepSpec {
  const { pc: address, stack } = caller;
  // The machine knows by them, if there are none too, that it is the frame which runs now.
  const callers = frames && (rulesOf(frames, false) ?? NO_RULES);
  return { kind: 'until', address, stack, coroutine, callers };
}

/**
 * To the caller of the innermost frame. Of the handler of a signal that is what takes the signal's frame off the stack, code of a few
 * instructions that the kernel or the C library provides: then the step goes on to the code that the signal has interrupted.
 */
export function* stepOut(
  host: StepHost,
  caller: Caller,
  coroutine: CoroutineId,
  frames: readonly Frame[],
): Step<Stepped> {
  let stopped = yield* run(stepOutSpec(caller, coroutine, frames));
  if (stopped.reason !== 'step') return { stopped };
  const { pc } = host.location(stopped);
  if (pc !== caller.pc) return { stopped, isLeft: true };
  if (!(yield* isSignalReturn(host, stopped))) return { stopped };
  for (
    let place = host.location(stopped);
    (place.pc - pc) >>> 0 < CODE_BYTES;
    place = host.location(stopped)
  ) {
    stopped = yield* run({ kind: 'instruction', over: true });
    if (stopped.reason !== 'step') return { stopped };
  }
  return { stopped, isLeft: true };
}

/** Is a system call about to be made that nobody has written a source line for: perhaps POP EAX, then MOV EAX and INT n or SYSENTER? */
function* isSignalReturn(host: StepHost, stopped: StoppedEvent): Step<boolean> {
  const place = host.location(stopped);
  if (place.cpu.cpl !== PROGRAM || hasLine(place)) return false;
  const code = yield* codeAt(stopped);
  const at = code[0] === 0x58 ? 1 : 0;
  const isCall = code[at + 5] === 0xcd || (code[at + 5] === 0x0f && code[at + 6] === 0x34);
  return code[at] === 0xb8 && isCall;
}

/** The ring of programs. */
const PROGRAM = 3;

/** A step of one predicate. */
export function* stepOnce(spec: StepSpec): Step<Stepped> {
  return { stopped: yield* run(spec) };
}

/** One instruction. Nothing in the passage code is a call that comes back. */
export function* stepInstruction(host: StepHost, start: StoppedEvent, over: boolean): Step<Stepped> {
  const place = host.location(start);
  if (!over || place.passage) return { stopped: yield* run({ kind: 'instruction', over: false }) };
  const callers = yield* callersAt(start, place, undefined, true);
  return { stopped: yield* run({ kind: 'instruction', over, callers }) };
}
