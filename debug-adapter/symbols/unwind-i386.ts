/**
 * The call stack of an i386 program: call frame information where a file has it; where it has none (hand-written assembly)
 * the frame pointer, return addresses on the stack, and the processor's entries into handlers. Every step on one stack must raise
 * the CFA, so no damaged stack can make it loop; it ends with a stated reason. Source: System V ABI Intel386
 * supplement, "The Stack Frame"; SDM vol. 3A, figure 6-4.
 */
import type { UnwoundFrame } from './cfi-rules.ts';
import { I386, SCRATCH } from './constants.ts';
import { HANDED_ON, type KnownCallers } from './known-callers.ts';
import { hex } from './errors.ts';
import { type Home, type Homes, inRegister, type MemoryReader, type Registers, wordOf } from './location.ts';
import { frameSetUp, returnsAt } from './prologue.ts';
import type { TransitionPlace } from '../../core/protocol/debug-protocol.ts';
import { reservedBy } from './reserved-stack.ts';
import {
  ASSEMBLY_STACK,
  callingProgram,
  isReturnAddress,
  mayHaveCalled,
  pushedForSysenter,
  returnAddressAbove,
} from './return-addresses.ts';
import { type SavedRegisters, savedRegisters } from './saved-registers.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

/** What the unwinder asks of the symbols; `SymbolImage` offers all of it, without bias. */
export interface UnwindSource {
  unwind: (pc: number, registers: Registers, readMemory: MemoryReader) => UnwoundFrame | undefined;
  /** Which of the passing registers the caller has as they are; undefined when anything of it may be found by one of them. */
  handsOn?: (pc: number) => readonly number[] | undefined;
  /** Entry of the function at `pc`: lets a frame not yet set up be seen. `isFirst`: it is the entry of the whole program. */
  functionAt?: (pc: number) => { lowPc: number; isFirst?: boolean } | undefined;
  /** False ends the stack there: the return address cannot be one. */
  isCode?: (pc: number) => boolean;
  /** The nearest entry into a handler that the stack holds at or above `esp`. */
  entryAbove?: (esp: number) => HandlerEntry | undefined;
  /** The entry into a handler by which the processor has pushed EIP, or an error code, at an address: what goes on there has not called. */
  entryAt?: (address: number) => HandlerEntry | undefined;
  /**
   * The programs that have made a system call by SYSENTER to the function with this entry, the last one first: nothing of that is on the
   * stack, unless the kernel has put it there.
   */
  programsInto?: (entry: number) => readonly HandlerEntry['interrupted'][];
}

/** An entry into a handler that has not come back. */
export interface HandlerEntry {
  /** Of the stack behind the entry: below what the processor has pushed. */
  esp: number;
  /** Where it goes on afterwards: linear. */
  interrupted: { eip: number; esp: number };
  /** The same as virtual-8086 mode counts it: no code of 32 bits, nor a stack of it. */
  virtual8086?: TransitionPlace | undefined;
}

/** `scan`: the first return address on the stack. `entry`: what the processor pushed for a handler. */
export type FrameMethod = 'cfi' | 'frame-pointer' | 'function-entry' | 'scan' | 'entry';

export interface StackFrame {
  pc: number;
  /** `pc` for the innermost and for interrupted frames, `pc - 1` for return addresses: use it for symbols. */
  lookupPc: number;
  registers: Registers;
  homes: Homes;
  /** Of this frame, once it is unwound; undefined for the frame the unwinder stopped at. */
  cfa: number | undefined;
  /** How the *caller* of this frame was found. */
  method: FrameMethod | undefined;
  /** The same object as long as nothing but passing registers is another (`KnownCallers`). */
  identity: object;
}

export type StopReason =
  | 'end-of-stack'
  | 'pc-unknown'
  | 'pc-outside-code'
  | 'cfa-did-not-grow'
  | 'memory-unreadable'
  | 'no-frame-pointer'
  | 'frame-limit'
  | 'virtual-8086';

export interface Stack {
  frames: readonly StackFrame[];
  stop: { reason: StopReason; message: Sentence };
  /** What the last frame has interrupted, for the reason `virtual-8086`. */
  below?: { place: TransitionPlace; registers: Registers; homes: Homes };
}

type End = Stack['stop'];

interface Step extends UnwoundFrame {
  method: FrameMethod;
  /** By which the frame was entered. */
  handler?: HandlerEntry | undefined;
  /** Its caller is on another stack, which may lie below. */
  isElsewhere?: boolean;
}

const DEFAULT_LIMIT = 1000;
/** Stacks that a walk goes on to without a handler between them: a damaged one may lead back. */
const MOST_STACKS = 8;

/** Of registers that the processor has. */
const inProcessor = (registers: Registers): Homes => registers.map((_value, number) => inRegister(number));

/** Where the registers of a frame are, some of which are in registers of an inner one. A plain loop: each frame comes by. */
function homesIn(homes: Homes, inner: Homes): Homes {
  const all: (Home | undefined)[] = [];
  for (const home of homes) all.push(home?.kind === 'register' ? inner[home.number] : home);
  return all;
}

interface UnwindOptions {
  /** Where the registers to begin with are; the processor's, if nothing is said. */
  homes?: Homes;
  /** Most frames. */
  limit?: number;
  /** Callers of earlier walks, of the same symbols: `begin` has been called. */
  known?: KnownCallers | undefined;
}

/** Unwinds from `registers` (DWARF numbering), innermost frame first. */
export function unwindStack(
  source: UnwindSource,
  registers: Registers,
  readMemory: MemoryReader,
  { homes: homesAtStart = inProcessor(registers), limit = DEFAULT_LIMIT, known }: UnwindOptions = {},
): Stack {
  const frames: StackFrame[] = [];
  const read = known?.listening(readMemory) ?? readMemory;
  const stop = (reason: StopReason, message: Sentence): Stack => {
    const end = { reason, message };
    known?.end(end);
    return { frames, stop: end };
  };
  let current = registers;
  let homes = homesAtStart;
  let isCalling = false;
  let previousCfa = -1;
  let stacks = 0;
  for (;;) {
    const pc = current[I386.eip];
    if (known && frames.length > 0) {
      const same = known.find(current, homes, isCalling, previousCfa, readMemory);
      if (same && frames.length + same.frames.length < limit)
        return { frames: frames.concat(same.frames), stop: same.stop };
    }
    if (pc === undefined)
      return stop('pc-unknown', say`The return address of the last frame is not recorded.`);
    // What a handler has interrupted may be anywhere: that may be why.
    if (isCalling && pc === 0) return stop('end-of-stack', say`The return address is 0: the first frame.`);
    if (isCalling && source.isCode?.(pc - 1) === false) {
      return stop('pc-outside-code', say`${hex(pc)} is not code: the stack ends here or is overwritten.`);
    }
    if (frames.length >= limit) {
      return stop('frame-limit', say`There are more than ${limit} frames; the rest is not shown.`);
    }
    const lookupPc = isCalling ? (pc - 1) >>> 0 : pc;
    const frame: StackFrame = {
      pc,
      lookupPc,
      registers: current,
      homes,
      cfa: undefined,
      method: undefined,
      identity: {},
    };
    if (frames.length > 0) known?.add(frame, previousCfa);
    frames.push(frame);
    const step = unwindStep(source, lookupPc, isCalling, current, read);
    const handsOn = known && source.handsOn?.(lookupPc);
    known?.pass(handsOn && 'method' in step && step.method !== 'cfi' ? HANDED_ON : handsOn);
    if ('reason' in step) return stop(step.reason, step.message);
    if (step.isElsewhere && ++stacks < MOST_STACKS) previousCfa = -1;
    if (step.cfa <= previousCfa) {
      return stop(
        'cfa-did-not-grow',
        say`The frame at ${hex(step.cfa)} is not above the one before it at ${hex(previousCfa)}: the stack is overwritten.`,
      );
    }
    frame.cfa = step.cfa;
    frame.method = step.method;
    previousCfa = step.cfa;
    if (step.registers[I386.eip] === undefined && step.method === 'cfi') {
      return stop('end-of-stack', say`The function has no caller by its frame information.`);
    }
    const handler = step.handler ?? entryBehind(source, step);
    const isInterrupted = step.signalFrame || handler !== undefined;
    // The compiler of a handler may count no more than EIP to what it returns over, and as clang not even an error code.
    current = handler && !step.signalFrame ? withPlace(step.registers, handler) : step.registers;
    homes = homesIn(step.homes, homes);
    if (current[I386.eip] !== step.registers[I386.eip]) homes = without(homes, I386.eip);
    if (handler?.virtual8086) {
      const message = say`The handler has interrupted virtual-8086 mode.`;
      const below = { place: handler.virtual8086, registers: current, homes };
      return { ...stop('virtual-8086', message), below };
    }
    isCalling = !isInterrupted;
    // What a trap interrupted may be on another stack, below this one; the frame limit still bounds the walk.
    if (isInterrupted) previousCfa = -1;
  }
}

function entryBehind(source: UnwindSource, { homes }: Step): HandlerEntry | undefined {
  const home = homes[I386.eip];
  return home?.kind === 'memory' ? source.entryAt?.(home.address) : undefined;
}

const without = (homes: Homes, register: number): Homes =>
  homes.map((home, number) => (number === register ? undefined : home));

function withPlace(registers: Registers, { interrupted }: HandlerEntry): Registers {
  const all = [...registers];
  all[I386.eip] = interrupted.eip;
  all[I386.esp] = interrupted.esp;
  return all;
}

const IN_EBP = inRegister(I386.ebp);
const inMemory = (address: number): Home => ({ kind: 'memory', address: address >>> 0 });

/**
 * One frame up: by CFI, else by esp until a function has set up its frame pointer and at its RET, else by the frame pointer.
 * @param isCalling `pc` is in a call that the frame has made
 */
function unwindStep(
  source: UnwindSource,
  pc: number,
  isCalling: boolean,
  registers: Registers,
  readMemory: MemoryReader,
): Step | End {
  const byCfi = source.unwind(pc, registers, readMemory);
  if (byCfi) {
    const { cfa, registers: next, homes, signalFrame } = byCfi;
    return { cfa, registers: next, homes, signalFrame, method: 'cfi' };
  }
  const word = (address: number): number | undefined => {
    const bytes = readMemory(address >>> 0, 4);
    return bytes && bytes.length === 4 ? wordOf(bytes) : undefined;
  };
  const caller = (
    cfa: number,
    ebp: number | undefined,
    method: FrameMethod,
    ebpAt?: Home,
  ): Step | undefined => {
    const returnAddress = word(cfa - 4);
    if (returnAddress === undefined) return undefined;
    const next: (number | undefined)[] = [...registers];
    next[I386.esp] = cfa;
    next[I386.ebp] = ebp;
    next[I386.eip] = returnAddress;
    // Without frame information nothing says whether these survived the call.
    for (const register of SCRATCH) next[register] = undefined;
    // Nor whether the others are still in their registers.
    const homes: (Home | undefined)[] = next.map(() => undefined);
    homes[I386.ebp] = ebpAt;
    homes[I386.eip] = { kind: 'memory', address: (cfa - 4) >>> 0 };
    return { cfa, registers: next, homes, signalFrame: false, method };
  };
  const unreadable = (address: number) => ({
    reason: 'memory-unreadable' as const,
    message: say`The stack at ${hex(address)} cannot be read.`,
  });
  const esp = registers[I386.esp];
  const ebp = registers[I386.ebp];
  const { lowPc: entry, isFirst = false } = source.functionAt?.(pc) ?? {};
  // A call through a pointer to no function has left its return address right here: nothing has run since. In code without symbols what
  // lies there may be of an earlier call.
  if (esp !== undefined && entry === undefined && !isCalling) {
    const returns = word(esp);
    const isReturn = returns !== undefined && isReturnAddress(source, returns, readMemory);
    if (isReturn && mayHaveCalled(returns, pc, readMemory))
      return caller(esp + 4, ebp, 'function-entry', IN_EBP) ?? unreadable(esp);
    const behind = word(esp + 4);
    const hasPushed = behind !== undefined && isReturnAddress(source, behind, readMemory);
    if (hasPushed && frameSetUp((pc - 1) >>> 0, readMemory)?.push === (pc - 1) >>> 0)
      return caller(esp + 8, returns, 'function-entry', inMemory(esp)) ?? unreadable(esp + 4);
  }
  const pushed =
    esp !== undefined && entry === undefined && !isCalling
      ? pushedForSysenter(source, pc, esp, readMemory)
      : undefined;
  // The last register that was pushed is EBP, for ESP is in it when the kernel is called.
  if (esp !== undefined && pushed !== undefined)
    return (
      caller(
        esp + pushed + 4,
        pushed > 0 ? word(esp) : ebp,
        'scan',
        pushed > 0 ? inMemory(esp) : undefined,
      ) ?? unreadable(esp)
    );
  const framed = entry === undefined ? undefined : frameSetUp(entry, readMemory);
  if (esp !== undefined && framed) {
    if (pc <= framed.push || (!isCalling && returnsAt(pc, readMemory)))
      return caller(esp + 4, ebp, 'function-entry', IN_EBP) ?? unreadable(esp);
    if (pc <= framed.move)
      return caller(esp + 8, word(esp), 'function-entry', inMemory(esp)) ?? unreadable(esp + 4);
  }
  // With a frame pointer there may be anything between it and the stack pointer.
  if (esp !== undefined && entry !== undefined && !framed) {
    const handler = source.entryAbove?.(esp);
    const near = handler && handler.esp - esp <= ASSEMBLY_STACK ? handler : undefined;
    if (isFirst && !near)
      return { reason: 'end-of-stack', message: say`Nobody has called the entry of the program.` };
    const program = near ? undefined : callingProgram(source, entry, esp, readMemory);
    if (program) return interruptedBy(program, registers);
    const saved = savedRegisters(registers, readMemory);
    if (saved) return interruptedWith(saved);
    /** Right above what the frame pointer points to: then that is this function's own, however it has been set up. */
    const calledBy = (at: number) =>
      (ebp !== undefined && at === ebp + 4
        ? caller(at + 4, word(ebp), 'scan', inMemory(ebp))
        : caller(at + 4, ebp, 'scan')) ?? unreadable(at);
    const expected = (esp + reservedBy(entry, pc, readMemory)) >>> 0;
    const there = near ? undefined : word(expected);
    if (there !== undefined && isReturnAddress(source, there, readMemory)) return calledBy(expected);
    const returns = returnAddressAbove(source, esp, near?.esp ?? esp + ASSEMBLY_STACK, readMemory);
    if (returns !== undefined) return calledBy(returns);
    if (near) return interruptedBy(near, registers);
  }
  if (ebp === undefined || ebp === 0) {
    return ebp === 0
      ? { reason: 'end-of-stack', message: say`The frame pointer is 0: the first frame.` }
      : {
          reason: 'no-frame-pointer',
          message: say`There is no frame information here and the frame pointer is not known.`,
        };
  }
  const saved = word(ebp);
  if (esp !== undefined && ebp < esp) {
    // The kernel may have called on a stack of its own, as Linux its handlers of interrupts; then there is a frame.
    const returns = word(ebp + 4);
    const isFrame =
      returns !== undefined && saved !== undefined && isReturnAddress(source, returns, readMemory);
    const step = isFrame ? caller(ebp + 8, saved, 'frame-pointer', inMemory(ebp)) : undefined;
    if (step) return { ...step, isElsewhere: true };
    return {
      reason: 'cfa-did-not-grow',
      message: say`The frame pointer ${hex(ebp)} is below the stack pointer ${hex(esp)}: it is used for something else here.`,
    };
  }
  if (saved === undefined) return unreadable(ebp);
  return caller(ebp + 8, saved, 'frame-pointer', inMemory(ebp)) ?? unreadable(ebp + 4);
}

/** What has entered the kernel, or was interrupted in it. Of a thread that has no program everything is 0. */
function interruptedWith({ end, registers, homes, virtual8086 }: SavedRegisters): Step | End {
  const [eip, esp] = [registers[I386.eip]!, registers[I386.esp]!];
  if (eip === 0) return { reason: 'end-of-stack', message: say`The return address is 0: the first frame.` };
  const handler = virtual8086 && { esp: end, interrupted: { eip, esp }, virtual8086 };
  return { cfa: end, registers, homes, signalFrame: true, method: 'entry', handler };
}

/** What a handler has interrupted. Its own code has no frame information, so nothing is known of what it has saved. */
function interruptedBy(handler: HandlerEntry, registers: Registers): Step {
  const { esp, interrupted } = handler;
  const next: (number | undefined)[] = [...registers];
  next[I386.esp] = interrupted.esp;
  next[I386.eip] = interrupted.eip;
  for (const register of SCRATCH) next[register] = undefined;
  return {
    cfa: esp + 4,
    registers: next,
    homes: next.map(() => undefined),
    signalFrame: true,
    method: 'entry',
    handler,
  };
}
