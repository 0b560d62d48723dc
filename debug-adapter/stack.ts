/**
 * Call stacks of coroutines as the user sees them: unwound frames, the inlined calls inside them, and label frames where
 * an interrupt, an exception or the passage lies between two frames.
 */
import type { OpenEntry } from '../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { say, type Sentence, tell } from '../core/sentences/say.ts';
import type { Shown } from './blocks.ts';
import type { Coroutines } from './coroutines.ts';
import { entryText, intText, recordText } from './entry-words.ts';
import { type Frame, NO_CODE } from './frame.ts';
import { codeFrames, knownRows, rowWith } from './frame-rows.ts';
import { flattened, type Flat, segmentedPlace } from './linear-places.ts';
import { type LinkedTask, linkedTask } from './linked-task.ts';
import type { SyncReader } from './memory-cache.ts';
import { hex } from './registers.ts';
import {
  interruptedPlace,
  isRealMode,
  isSmall,
  presentPlace,
  smallCallers,
  type SmallPlace,
} from './small-callers.ts';
import { withoutScratch } from './symbols/calling-frames.ts';
import { I386 } from './symbols/constants.ts';
import type { KnownCallers } from './symbols/known-callers.ts';
import type { Homes, Registers } from './symbols/location.ts';
import { type Stack, unwindStack } from './symbols/unwind-i386.ts';
import { unwindSource } from './unwind-source.ts';

/** A task that is not running, as its kernel has put it away. */
export interface Suspended {
  readonly cr3: number;
  /** `undefined` when its stack cannot be read. */
  readonly registers: Registers | undefined;
  readonly why: Sentence;
}

const awayText = (operation: string | undefined): Sentence =>
  operation === undefined ? say`away since a switch` : say`away since ${operation}`;

/** One stack, or several one below the other, that are walked. */
interface Walk {
  readonly coroutines: Coroutines;
  readonly coroutine: CoroutineId;
  readonly read: SyncReader;
  readonly entries: readonly OpenEntry[];
  readonly cr3: number | undefined;
  /** Which function the innermost frame is of, where several begin. */
  readonly shown?: Shown | undefined;
  readonly known?: KnownCallers | undefined;
  /** The innermost frame stands on the return address of a call. */
  readonly isAway?: boolean;
}

/** Where a part of a walk begins. */
interface Start {
  /** As the processor counts them. */
  readonly registers: Registers;
  readonly homes: Homes;
  /** As linear addresses, if that is something else. */
  readonly flat?: Flat | undefined;
  /** Of code of 16 bits. */
  readonly small?: SmallPlace | undefined;
  readonly depth: number;
  readonly isInterrupted: boolean;
}

/** What a part of a walk has found. */
interface Part {
  readonly rows: Frame[];
  /** Of the frames above what it has not walked. */
  readonly depth: number;
  readonly stop?: Stack['stop'];
}

const labelRow = ({ coroutine }: Walk, words: Sentence, depth: number): Frame => ({
  ...{ coroutine, kind: 'label', name: `― ${tell(words)} ―`, words, depth },
  ...NO_CODE,
});

/**
 * The rows of a coroutine's stack, innermost first. Runs inside `MemoryCache.compute`.
 * @param entries handlers that were entered and have not come back
 * @param shown which function the innermost frame is of, where several begin
 * @param suspended a task of the coroutine whose stack it is; `read` reads its address space
 * @param known callers at earlier stops of the coroutine
 */
export function stackOf(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  read: SyncReader,
  entries: readonly OpenEntry[] = [],
  shown?: Shown,
  suspended?: Suspended,
  known?: KnownCallers,
): Frame[] {
  const registers = suspended ? suspended.registers : coroutines.registers(coroutine, read);
  const { cpu } = coroutines.snapshot;
  const isAway = suspended !== undefined || coroutine !== coroutines.current;
  // Entries tell what a walk does not read.
  const again = entries.length === 0 && !suspended ? known : undefined;
  const walk: Walk = {
    coroutines,
    coroutine,
    read,
    entries,
    cr3: suspended?.cr3,
    shown,
    known: again,
    isAway,
  };
  const rows: Frame[] = [];
  if (suspended) rows.push(labelRow(walk, suspended.why, -1));
  if (!registers) return rows;
  if (isAway && !suspended) rows.push(labelRow(walk, awayText(coroutines.operationOf(coroutine)), -1));
  again?.begin(coroutines.epoch);
  const left = isAway ? undefined : linkedTask(cpu, read);
  const part = rowsFrom(
    { ...walk, entries: withoutLeaving(entries, left) },
    {
      registers,
      homes: suspended ? [] : coroutines.homes(coroutine),
      flat: isAway ? undefined : flattened(cpu, registers),
      small: !isAway && isSmall(cpu) ? presentPlace(cpu) : undefined,
      depth: 0,
      isInterrupted: false,
    },
  );
  rows.push(...part.rows);
  if (left && part.stop) rows.push(...rowsOfTasks({ ...walk, shown: undefined }, left, part.depth));
  else rows.push(...endRows(walk, part));
  return rows;
}

/** Why a stack ends, where that is something to be told. */
const endRows = (walk: Walk, { stop, depth }: Part): Frame[] =>
  stop && stop.reason !== 'end-of-stack' && stop.reason !== 'pc-unknown'
    ? [labelRow(walk, stop.message, depth)]
    : [];

/** Walks a stack from one place on, and the stacks of programs in virtual-8086 mode below it. */
function rowsFrom(walk: Walk, start: Start): Part {
  const { coroutines, coroutine, read, entries, cr3, shown, known } = walk;
  const { registers, flat, small, homes } = start;
  const isApart = flat !== undefined && flat.stackBase !== 0;
  const source = unwindSource(coroutines, coroutine, entries, cr3);
  const unwound = unwindStack(source, flat?.registers ?? registers, read, {
    homes,
    known,
    ...(isApart && { limit: 1 }),
  });
  // What a compiler has made for 16 bits has frame information, other code has not.
  const isShort = small !== undefined && (isApart || unwound.frames[0]?.method !== 'cfi');
  const frames = isShort ? unwound.frames.slice(0, 1) : unwound.frames;
  const rows: Frame[] = [];
  let { isInterrupted } = start;
  frames.forEach((frame, n) => {
    const depth = start.depth + n;
    // An interrupted frame is found at its exact pc, a caller at its return address minus one.
    const entered = n > 0 && frame.lookupPc === frame.pc;
    isInterrupted ||= entered;
    if (entered)
      rows.push(
        labelRow(
          walk,
          entryText(frames[n - 1].cfa, frame.pc, frame.registers[I386.esp], entries, read),
          depth,
        ),
      );
    const same = known && knownRows.get(frame.identity);
    if (same && same[0]?.depth === depth && same[0].isInterrupted === isInterrupted) {
      const { registers: now } = frame;
      for (const row of same) rows.push(row.registers === now ? row : rowWith(row, now));
      return;
    }
    const base = {
      coroutine,
      pc: frame.pc,
      lookupPc: frame.lookupPc,
      registers: flat && n === 0 ? registers : frame.registers,
      homes: frame.lookupPc !== frame.pc ? withoutScratch(frame.homes) : frame.homes,
      unsaved: frame.homes,
      cfa: isShort ? undefined : frame.cfa,
      depth,
      isInterrupted,
      cr3,
    };
    // What is away stands on the return address of its call of the switch, unless it has not begun yet.
    const returns = depth === 0 && walk.isAway === true && !beginsAt(coroutines, coroutine, frame.pc);
    const fresh = codeFrames(
      returns ? { ...base, lookupPc: frame.pc - 1 } : base,
      coroutines,
      depth === 0 ? shown : undefined,
    );
    if (known && depth > 0) knownRows.set(frame.identity, fresh);
    rows.push(...fresh);
  });
  const depth = start.depth + frames.length;
  if (isShort) return { rows: [...rows, ...rowsOfSmall(walk, small, depth, isInterrupted)], depth };
  if (isApart) {
    const base = hex(flat.stackBase);
    const words = say`The stack segment begins at ${base}: callers are not looked for there.`;
    return { rows: [...rows, labelRow(walk, words, depth)], depth };
  }
  const { below, stop } = unwound;
  if (!below) return { rows, depth, stop };
  const place = segmentedPlace(below.place);
  rows.push(labelRow(walk, entryText(frames.at(-1)?.cfa, place.eip, place.esp, entries, read), depth));
  const inside = rowsFrom(walk, {
    registers: withPlace(below.registers, below.place),
    homes: below.homes,
    flat: { registers: withPlace(below.registers, place), stackBase: below.place.ss * 16 },
    small: interruptedPlace(below.place),
    depth,
    isInterrupted: true,
  });
  return { rows: [...rows, ...inside.rows], depth: inside.depth, ...(inside.stop && { stop: inside.stop }) };
}

function withPlace(registers: Registers, { eip, esp }: { eip: number; esp: number }): Registers {
  const all = [...registers];
  all[I386.eip] = eip;
  all[I386.esp] = esp;
  return all;
}

/** The callers of code of 16 bits. */
function rowsOfSmall(walk: Walk, start: SmallPlace, depth: number, isInterrupted: boolean): Frame[] {
  const { coroutines, coroutine, read, entries, cr3 } = walk;
  const { functionAt } = unwindSource(coroutines, coroutine, entries, cr3);
  const code = { entryOf: (linear: number) => functionAt?.(linear)?.lowPc };
  const inSameMode = isRealMode(coroutines.snapshot.cpu) ? entries : entries.filter(({ to }) => to.v86);
  let isBelow = isInterrupted;
  return smallCallers(start, read, code, inSameMode).flatMap(({ pc, registers, interrupted }, n) => {
    const rows: Frame[] = [];
    if (interrupted !== undefined) {
      isBelow = true;
      const words =
        typeof interrupted === 'number'
          ? intText(interrupted, pc)
          : recordText(interrupted, segmentedPlace(interrupted.from).eip);
      rows.push(labelRow(walk, words, depth + n));
    }
    rows.push(
      ...codeFrames(
        {
          ...{ coroutine, pc, lookupPc: interrupted === undefined ? pc - 1 : pc, registers, homes: [] },
          ...{ unsaved: [], cfa: undefined, depth: depth + n, isInterrupted: isBelow },
        },
        coroutines,
        undefined,
      ),
    );
    return rows;
  });
}

/** Those whose return lies on the stack; that to a task stands in its state. */
const withoutLeaving = (entries: readonly OpenEntry[], task: LinkedTask | undefined) =>
  task ? entries.filter(({ from }) => from.eip !== task.registers[I386.eip]) : entries;

/** The stacks of tasks that the processor has left for the present one. @param depth of the first frame */
function rowsOfTasks(walk: Walk, task: LinkedTask, depth: number): Frame[] {
  const { registers, homes, selector, nested } = task;
  const record = walk.entries.find(({ from }) => from.eip === registers[I386.eip]);
  const words = record ? recordText(record) : say`left for another task: 0x${selector.toString(16)}`;
  const part = rowsFrom(
    { ...walk, entries: withoutLeaving(walk.entries, nested), known: undefined },
    { registers, homes, depth, isInterrupted: true },
  );
  const rows = [labelRow(walk, words, depth), ...part.rows];
  rows.push(...(nested ? rowsOfTasks(walk, nested, part.depth) : endRows(walk, part)));
  return rows;
}

function beginsAt(coroutines: Coroutines, coroutine: CoroutineId, pc: number): boolean {
  const resolved = coroutines.resolve(coroutine, pc);
  const link = resolved && (pc - resolved.bias) >>> 0;
  return link !== undefined && resolved?.image.functionAt(link)?.lowPc === link;
}
