/**
 * Call stacks of coroutines as the user sees them: unwound frames, the inlined calls inside them, and label frames where
 * an interrupt, an exception or the passage lies between two frames.
 */
import type { TransitionRecord } from '../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { type Shown, visibleAt } from './blocks.ts';
import type { Coroutines, Resolved } from './coroutines.ts';
import { describeCause } from './exceptions.ts';
import { transitionName } from './transition-words.ts';
import { flattened, linearPlace } from './linear-places.ts';
import { type LinkedTask, linkedTask } from './linked-task.ts';
import type { SyncReader } from './memory-cache.ts';
import { withoutScratch } from './symbols/calling-frames.ts';
import { I386 } from './symbols/constants.ts';
import { HANDED_ON, type KnownCallers } from './symbols/known-callers.ts';
import type { FrameContext, Homes, Registers } from './symbols/location.ts';
import type { SourcePosition } from './symbols/image.ts';
import { unwindStack, type UnwindSource } from './symbols/unwind-i386.ts';
import type { WideRegisters } from './symbols/wide-registers.ts';
import { isSmall, smallCallers } from './small-callers.ts';
import { joined, say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';

/** One row of the call stack. */
export interface Frame {
  readonly coroutine: CoroutineId;
  readonly kind: 'code' | 'label';
  /** Of code; of a label in English. */
  readonly name: string;
  /** Of a label. */
  readonly words?: Sentence;
  /** Run-time address of the instruction shown (the return address in outer frames). */
  readonly pc: number;
  /** Run-time address to look symbols up with. */
  readonly lookupPc: number;
  readonly registers: Registers;
  /** Where they are, for they may be written. */
  readonly homes: Homes;
  /** The same with registers that a call may change: a variable is in one only where the compiler says that this call leaves it alone. */
  readonly unsaved: Homes;
  readonly cfa: number | undefined;
  readonly position: SourcePosition | undefined;
  readonly resolved: Resolved | undefined;
  /** 0 for the innermost inlined call at this pc, counting outwards. */
  readonly inlineDepth: number;
  /** The physical frame: equal for the inlined calls in it. */
  readonly depth: number;
  /** A handler, or more than one, lies between it and the processor: of what that has saved nothing says where the FPU's registers are. */
  readonly isInterrupted: boolean;
  /** Of a task that is not running: CR3 of its address space. */
  readonly cr3?: number | undefined;
  /** Of code: the same object at other stops, as long as nothing but registers that a call may change is another. */
  readonly identity?: object | undefined;
}

/** What a frame without code has: no registers, and no place. */
export const NO_CODE = {
  ...{ pc: 0, lookupPc: 0, registers: [], homes: [], unsaved: [], cfa: undefined },
  ...{ position: undefined, resolved: undefined, inlineDepth: 0, isInterrupted: false },
} as const satisfies Partial<Frame>;

/** A task that is not running, as its kernel has put it away. */
export interface Suspended {
  readonly cr3: number;
  /** `undefined` when its stack cannot be read. */
  readonly registers: Registers | undefined;
  readonly why: Sentence;
}

const hex = (value: number) => '0x' + (value >>> 0).toString(16).padStart(8, '0');

/** Symbols of one coroutine as the unwinder wants them: at run-time addresses. */
function unwindSource(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  entries: readonly TransitionRecord[],
  cr3: number | undefined,
): UnwindSource {
  return {
    isCode: (pc) => {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      // What has no symbols may be a program that nobody has named.
      return resolved === undefined || resolved.image.isCode((pc - resolved.bias) >>> 0);
    },
    entryAbove(esp) {
      const above = entries.filter(({ to }) => to.esp >= esp);
      const nearest = above.reduce<TransitionRecord | undefined>(
        (best, one) => (best && best.to.esp <= one.to.esp ? best : one),
        undefined,
      );
      if (!nearest) return undefined;
      const { from, to } = nearest;
      return { esp: to.esp, interrupted: linearPlace(from) };
    },
    programsInto(entry) {
      const into = entries.filter(({ kind, to }) => kind === 'sysenter' && to.eip === entry);
      return into.map(({ from }) => linearPlace(from));
    },
    unwind(pc, registers, readMemory) {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      return resolved?.image.unwind((pc - resolved.bias) >>> 0, registers, readMemory);
    },
    handsOn(pc) {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      return resolved ? resolved.image.handsOn((pc - resolved.bias) >>> 0) : HANDED_ON;
    },
    functionAt(pc) {
      const resolved = coroutines.resolve(coroutine, pc, cr3);
      if (!resolved) return undefined;
      const { image, bias } = resolved;
      const found = image.functionAt((pc - bias) >>> 0);
      return found && { lowPc: (found.lowPc + bias) >>> 0, isFirst: found.lowPc === image.entry };
    },
  };
}

function codeFrames(
  base: Omit<Frame, 'kind' | 'name' | 'position' | 'resolved' | 'inlineDepth' | 'identity'>,
  coroutines: Coroutines,
  shown: Shown | undefined,
): Frame[] {
  const resolved = coroutines.resolve(base.coroutine, base.lookupPc, base.cr3);
  const { blocks, line } = visibleAt(resolved, base.lookupPc, base.lookupPc === base.pc, shown);
  // Field by field: to spread an object takes an engine that is cold ten times as long.
  const frame = (name: string, position: SourcePosition | undefined, inlineDepth: number): Frame => ({
    coroutine: base.coroutine,
    kind: 'code',
    name,
    pc: base.pc,
    lookupPc: base.lookupPc,
    registers: base.registers,
    homes: base.homes,
    unsaved: base.unsaved,
    cfa: base.cfa,
    position: position && position.line > 0 ? position : undefined,
    resolved,
    inlineDepth,
    depth: base.depth,
    isInterrupted: base.isInterrupted,
    cr3: base.cr3,
    identity: {},
  });
  if (blocks.length === 0) return [frame(hex(base.pc), line, 0)];
  let position: SourcePosition | undefined = line;
  const frames: Frame[] = [];
  for (const { name, inlineDepth, call } of blocks) {
    frames.push(frame(name, position, inlineDepth));
    position = call;
  }
  return frames;
}

/**
 * What lies between a handler and the code it interrupted, in words: by the processor's record of it, else by what is on the
 * stack. `cfa` is the handler's canonical frame address, right behind the EIP, CS and EFLAGS that the CPU has pushed (SDM
 * vol. 3A, 6.12.1).
 */
function entryText(
  cfa: number | undefined,
  pc: number,
  entries: readonly TransitionRecord[],
  read: SyncReader,
): Sentence {
  const record = entries.find(
    ({ from, to }) => linearPlace(from).eip === pc && cfa !== undefined && Math.abs(cfa - to.esp) <= PUSHED,
  );
  if (record) return recordText(record);
  // The kernel may have gone on on another stack.
  const call = entries.find(({ kind, from }) => kind === 'sysenter' && from.eip === pc);
  if (call) return recordText(call);
  const before = read((pc - 2) >>> 0, 2);
  const isInt = before?.length === 2 && before[0] === 0xcd;
  return isInt
    ? say`int 0x${before[1].toString(16)} at ${hex(pc - 2)}`
    : say`interrupt or exception at ${hex(pc)}`;
}

/** The vector of INT3, which has one byte. */
const BREAKPOINT = 3;
/** Bytes that an entry pushes at most in protected mode: error code, EIP, CS, EFLAGS, ESP, SS. */
const PUSHED = 24;

function recordText({ kind, vector, errorCode, cr2, from, to }: TransitionRecord): Sentence {
  const what =
    kind === 'exception' ? describeCause({ vector, errorCode, cr2 }) : transitionName(kind, vector);
  // An error code is told with an address of its own; a software interrupt lies before the address it returns to.
  const before = kind === 'software-interrupt' ? (vector === BREAKPOINT ? 1 : 2) : 0;
  const entered =
    kind === 'exception' && errorCode >= 0 ? what : say`${what} at ${hex(linearPlace(from).eip - before)}`;
  return from.ring === to.ring ? entered : joined([entered, say`(ring ${from.ring} → ${to.ring})`], ' ');
}

const awayText = (operation: string | undefined): Sentence =>
  operation === undefined ? say`away since a switch` : say`away since ${operation}`;

/** What a row of the call stack is called. */
export const titleOf = ({ name, words }: Frame, translate: Translate): string =>
  words ? `― ${tell(words, translate)} ―` : name;

/** By the identities of frames that a walk has found again: nothing of what their rows are made of has changed then, but registers. */
const knownRows = new WeakMap<object, readonly Frame[]>();

const rowWith = (row: Frame, registers: Registers): Frame => ({
  coroutine: row.coroutine,
  kind: row.kind,
  name: row.name,
  pc: row.pc,
  lookupPc: row.lookupPc,
  registers,
  homes: row.homes,
  unsaved: row.unsaved,
  cfa: row.cfa,
  position: row.position,
  resolved: row.resolved,
  inlineDepth: row.inlineDepth,
  depth: row.depth,
  isInterrupted: row.isInterrupted,
  cr3: row.cr3,
  identity: row.identity,
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
  entries: readonly TransitionRecord[] = [],
  shown?: Shown,
  suspended?: Suspended,
  known?: KnownCallers,
): Frame[] {
  const registers = suspended ? suspended.registers : coroutines.registers(coroutine, read);
  const label = (words: Sentence, depth: number): Frame => ({
    coroutine,
    kind: 'label',
    name: `― ${tell(words)} ―`,
    words,
    depth,
    ...NO_CODE,
  });
  const rows: Frame[] = [];
  const away = suspended !== undefined || coroutine !== coroutines.current;
  if (suspended) rows.push(label(suspended.why, -1));
  if (!registers) return rows;
  if (away && !suspended) rows.push(label(awayText(coroutines.operationOf(coroutine)), -1));
  // Entries tell what a walk does not read.
  const again = entries.length === 0 && !suspended ? known : undefined;
  again?.begin(coroutines.epoch);
  const flat = away ? undefined : flattened(coroutines.snapshot.cpu, registers);
  const isApart = flat !== undefined && flat.stackBase !== 0;
  const left = away ? undefined : linkedTask(coroutines.snapshot.cpu, read);
  const source = unwindSource(coroutines, coroutine, withoutLeaving(entries, left), suspended?.cr3);
  const { frames: unwound, stop } = unwindStack(source, flat?.registers ?? registers, read, {
    homes: suspended ? [] : coroutines.homes(coroutine),
    known: again,
    ...(isApart && { limit: 1 }),
  });
  const { cpu } = coroutines.snapshot;
  // What a compiler has made for 16 bits has frame information, other code has not.
  const isShort = !away && isSmall(cpu) && (isApart || unwound[0]?.method !== 'cfi');
  const frames = isShort ? unwound.slice(0, 1) : unwound;
  let isInterrupted = false;
  frames.forEach((frame, depth) => {
    // An interrupted frame is found at its exact pc, a caller at its return address minus one.
    const entered = depth > 0 && frame.lookupPc === frame.pc;
    isInterrupted ||= entered;
    if (entered) rows.push(label(entryText(frames[depth - 1].cfa, frame.pc, entries, read), depth));
    const same = again && knownRows.get(frame.identity);
    if (same && same[0]?.depth === depth && same[0].isInterrupted === isInterrupted) {
      const { registers: now } = frame;
      for (const row of same) rows.push(row.registers === now ? row : rowWith(row, now));
      return;
    }
    const base = {
      coroutine,
      pc: frame.pc,
      lookupPc: frame.lookupPc,
      registers: flat && depth === 0 ? registers : frame.registers,
      homes: depth > 0 && frame.lookupPc !== frame.pc ? withoutScratch(frame.homes) : frame.homes,
      unsaved: frame.homes,
      cfa: isShort ? undefined : frame.cfa,
      depth,
      isInterrupted,
      cr3: suspended?.cr3,
    };
    // What is away stands on the return address of its call of the switch, unless it has not begun yet.
    const returns = depth === 0 && away && !beginsAt(coroutines, coroutine, frame.pc);
    const fresh = codeFrames(
      returns ? { ...base, lookupPc: frame.pc - 1 } : base,
      coroutines,
      depth === 0 ? shown : undefined,
    );
    if (again && depth > 0) knownRows.set(frame.identity, fresh);
    rows.push(...fresh);
  });
  if (isShort) {
    rows.push(...rowsOfSmall(coroutines, coroutine, read, source));
    return rows;
  }
  if (isApart) {
    const base = hex(flat.stackBase);
    rows.push(
      label(say`The stack segment begins at ${base}: callers are not looked for there.`, frames.length),
    );
    return rows;
  }
  if (left) {
    rows.push(...rowsOfTasks(left, frames.length, coroutines, coroutine, read, entries, label));
    return rows;
  }
  if (stop.reason !== 'end-of-stack' && stop.reason !== 'pc-unknown')
    rows.push(label(stop.message, frames.length));
  return rows;
}

function rowsOfSmall(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  read: SyncReader,
  { functionAt }: UnwindSource,
): Frame[] {
  const code = { entryOf: (linear: number) => functionAt?.(linear)?.lowPc };
  return smallCallers(coroutines.snapshot.cpu, read, code).flatMap(({ pc, registers }, n) =>
    codeFrames(
      {
        ...{ coroutine, pc, lookupPc: pc - 1, registers, homes: [], unsaved: [] },
        ...{ cfa: undefined, depth: n + 1, isInterrupted: false },
      },
      coroutines,
      undefined,
    ),
  );
}

/** Those whose return lies on the stack; that to a task stands in its state. */
const withoutLeaving = (entries: readonly TransitionRecord[], task: LinkedTask | undefined) =>
  task ? entries.filter(({ from }) => from.eip !== task.registers[I386.eip]) : entries;

/** The stacks of tasks that the processor has left for the present one. @param depth of the first frame */
function rowsOfTasks(
  { registers, homes, selector, nested }: LinkedTask,
  depth: number,
  coroutines: Coroutines,
  coroutine: CoroutineId,
  read: SyncReader,
  entries: readonly TransitionRecord[],
  label: (words: Sentence, depth: number) => Frame,
): Frame[] {
  const source = unwindSource(coroutines, coroutine, withoutLeaving(entries, nested), undefined);
  const { frames, stop } = unwindStack(source, registers, read, { homes });
  const record = entries.find(({ from }) => from.eip === registers[I386.eip]);
  const rows = [
    label(record ? recordText(record) : say`left for another task: 0x${selector.toString(16)}`, depth),
  ];
  frames.forEach((frame, n) => {
    const entered = n > 0 && frame.lookupPc === frame.pc;
    if (entered) rows.push(label(entryText(frames[n - 1].cfa, frame.pc, entries, read), depth + n));
    const isCalling = frame.lookupPc !== frame.pc;
    rows.push(
      ...codeFrames(
        {
          ...{ coroutine, pc: frame.pc, lookupPc: frame.lookupPc, registers: frame.registers },
          ...{ homes: isCalling ? withoutScratch(frame.homes) : frame.homes, unsaved: frame.homes },
          ...{ cfa: frame.cfa, depth: depth + n, isInterrupted: true },
        },
        coroutines,
        undefined,
      ),
    );
  });
  const end = depth + frames.length;
  if (nested) rows.push(...rowsOfTasks(nested, end, coroutines, coroutine, read, entries, label));
  else if (stop.reason !== 'end-of-stack' && stop.reason !== 'pc-unknown')
    rows.push(label(stop.message, end));
  return rows;
}

function beginsAt(coroutines: Coroutines, coroutine: CoroutineId, pc: number): boolean {
  const resolved = coroutines.resolve(coroutine, pc);
  const link = resolved && (pc - resolved.bias) >>> 0;
  return link !== undefined && resolved?.image.functionAt(link)?.lowPc === link;
}

/** What location expressions need of a frame. @param bias of its image's data */
export function frameContext(
  frame: Frame,
  bias: number,
  readMemory: SyncReader,
  wide?: WideRegisters,
): FrameContext {
  return {
    bias,
    registers: frame.registers,
    wide,
    pc: frame.resolved ? (frame.lookupPc - frame.resolved.bias) >>> 0 : frame.lookupPc,
    isCalling: frame.lookupPc !== frame.pc,
    cfa: () => frame.cfa,
    readMemory,
  };
}

/** ESP that a frame has when control returns to it. */
export const stackPointer = (frame: Frame): number => (frame.registers[I386.esp] ?? 0) >>> 0;
