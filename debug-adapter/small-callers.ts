/**
 * Callers of code of 16 bits: real mode, virtual-8086 mode and segments of 16 bits. No frame information tells of it, and few functions have
 * a frame pointer, so return addresses are looked for on the stack: an offset behind an instruction that calls, where it can have called
 * what runs. Below handlers goes on what they have interrupted. Source: SDM vol. 2A, CALL, table 2-1 (ModR/M of 16 bits); vol. 3B, 20.1 and
 * 20.1.4 (handlers of the interrupt vector table).
 */
import type { TransitionPlace, OpenEntry } from '../core/protocol/debug-protocol.ts';
import type { CpuSnapshot } from '../core/protocol/machine-protocol.ts';
import { goesOnAt, segmentedPlace } from './linear-places.ts';
import type { SyncReader } from './memory-cache.ts';
import { I386 } from './symbols/constants.ts';
import type { Registers } from './symbols/location.ts';

/** A frame that has called, or was interrupted. */
export interface SmallCaller {
  /** Linear address behind its call, or of what it goes on with. */
  readonly pc: number;
  /** How the handler was entered that has interrupted it: by the record of that, else the vector of its INT n. */
  readonly interrupted?: OpenEntry | number;
  /** EIP and ESP as the processor counts them, in its segments. */
  readonly registers: Registers;
}

/** Where code of 16 bits stands. */
export interface SmallPlace {
  /** Real mode or virtual-8086 mode: segments begin at 16 times their selectors. */
  readonly real: boolean;
  readonly selector: number;
  readonly codeBase: number;
  /** Linear. */
  readonly pc: number;
  readonly stackBase: number;
  /** As the processor has it, and the bits of it that count. */
  readonly esp: number;
  readonly mask: number;
}

export interface SmallCode {
  /** Linear address of the entry of the function at a linear address, as far as symbols tell. */
  entryOf(linear: number): number | undefined;
}

const CS = 1;
const SS = 2;
const PROTECTED = 1;
const VIRTUAL_8086 = 1 << 17;
/** CS.D, SS.B in the attributes. */
const BIG = 1 << 14;
/** Callers that are looked for, and bytes of the stack of one of them. */
const MOST = 64;
const MOST_STACK = 512;
/** How far behind the address that a call names code of its function may be, where no symbol says. */
const MOST_CODE = 0x1000;
const PAGE = 0x1000;
/** Bytes before a return address that say what has called. */
const BEFORE = 7;
/** What INT n leaves on the stack: IP, CS and FLAGS, of which bit 1 is always set, and 3 and 5 never. */
const INTERRUPT_FRAME = 6;
const FLAGS_FIXED = 0x2a;
const FLAGS_SET = 2;

export const isRealMode = ({ cr0 }: CpuSnapshot): boolean => (cr0 & PROTECTED) === 0;
/** Real mode, or virtual-8086 mode. */
const isReal = (cpu: CpuSnapshot) => isRealMode(cpu) || (cpu.eflags & VIRTUAL_8086) !== 0;

/** Does the processor run code of 16 bits? */
export const isSmall = (cpu: CpuSnapshot): boolean =>
  isReal(cpu) || (cpu.segments[CS]!.attributes & BIG) === 0;

interface Call {
  /** The offset of what was called; `undefined` through a pointer. */
  readonly target: number | undefined;
  /** Its segment is on the stack, too. */
  readonly isFar: boolean;
  /** Bytes of the offset on the stack: code for 32 bits may run in small segments. */
  readonly size: 2 | 4;
}

/** The call that ends at a return address. @param code `BEFORE` bytes before that. @param to the return address */
function callBefore(code: Uint8Array, to: number): Call | undefined {
  const at = (back: number) => code[BEFORE - back]!;
  const word = (back: number) => at(back) | (at(back - 1) << 8);
  if (at(6) === 0x66 && at(5) === 0xe8 && (word(2) === 0 || word(2) === 0xffff))
    return { target: (to + word(4)) & 0xffff, isFar: false, size: 4 };
  if (at(3) === 0xe8) return { target: (to + word(2)) & 0xffff, isFar: false, size: 2 };
  if (at(5) === 0x9a) return { target: word(4), isFar: true, size: 2 };
  for (const length of [2, 3, 4] as const) {
    const modrm = at(length - 1);
    const digit = (modrm >> 3) & 7;
    if (at(length) === 0xff && (digit === 2 || digit === 3) && smallModrm(modrm) === length - 2)
      return { target: undefined, isFar: digit === 3, size: 2 };
  }
  return undefined;
}

/** Bytes of the displacement behind a ModR/M byte. */
function smallModrm(modrm: number): number {
  const mod = modrm >> 6;
  if (mod === 0) return (modrm & 7) === 6 ? 2 : 0;
  return mod === 3 ? 0 : mod;
}

/** Where the processor stands, which runs code of 16 bits. */
export function presentPlace(cpu: CpuSnapshot): SmallPlace {
  const real = isReal(cpu);
  const [code, stack] = [cpu.segments[CS]!, cpu.segments[SS]!];
  const isBigStack = !real && (stack.attributes & BIG) !== 0;
  return {
    ...{ real, selector: code.selector, codeBase: code.base, pc: cpu.linearEip },
    ...{ stackBase: stack.base, esp: cpu.general[4]!, mask: isBigStack ? 0xffff_ffff : 0xffff },
  };
}

/** What has been interrupted in real mode or virtual-8086 mode. */
export const interruptedPlace = (from: TransitionPlace): SmallPlace => ({
  ...{ real: true, selector: from.cs, codeBase: from.cs * 16, pc: segmentedPlace(from).eip },
  ...{ stackBase: from.ss * 16, esp: from.esp, mask: 0xffff },
});

/**
 * The callers of code of 16 bits, the innermost first. Inside `MemoryCache.compute`.
 * @param entries of handlers in the same mode, that have not come back
 */
export function smallCallers(
  start: SmallPlace,
  read: SyncReader,
  code: SmallCode,
  entries: readonly OpenEntry[] = [],
): SmallCaller[] {
  const { real, mask } = start;
  let { codeBase, selector, pc, stackBase, esp } = start;
  const callers: SmallCaller[] = [];
  const open = new Set(entries);

  /** Is `pc` in the function at a linear address? */
  function isIn(linear: number): boolean {
    const entry = code.entryOf(pc);
    if (entry !== undefined) return entry === linear || entry === code.entryOf(linear);
    return pc >= linear && pc - linear < MOST_CODE;
  }

  /** @param stack how far above the base of its segment it is when control has come back */
  function add(to: number, stack: number, interrupted?: OpenEntry | number): void {
    pc = to;
    esp = ((esp & ~mask) | (stack & mask)) >>> 0;
    const registers: (number | undefined)[] = [];
    registers[I386.eip] = pc - codeBase;
    registers[I386.esp] = esp;
    callers.push({ pc, registers, ...(interrupted !== undefined && { interrupted }) });
  }

  /** Has INT n led here, whose frame on the stack begins with these words? @returns n */
  function intBefore(offset: number, segment: number, flags: number): number | undefined {
    if ((flags & FLAGS_FIXED) !== FLAGS_SET) return undefined;
    const before = read((segment * 16 + offset - 2) >>> 0, 2);
    if (before?.length !== 2 || before[0] !== 0xcd) return undefined;
    const vector = read(before[1]! * 4, 4);
    if (vector?.length !== 4) return undefined;
    const handler = (vector[0]! | (vector[1]! << 8)) + (vector[2]! | (vector[3]! << 8)) * 16;
    return isIn(handler) ? before[1] : undefined;
  }

  function goBelow(record: OpenEntry): void {
    open.delete(record);
    const place = interruptedPlace(goesOnAt(record));
    ({ codeBase, selector, stackBase, esp } = place);
    add(place.pc, esp & mask, record);
  }

  function next(): boolean {
    const stack = (esp & mask) >>> 0;
    const top = (stackBase + stack) >>> 0;
    const above = [...open].filter(({ to }) => segmentedPlace(to).esp >= top);
    const handler = above.reduce<OpenEntry | undefined>(
      (best, one) => (best && segmentedPlace(best.to).esp <= segmentedPlace(one.to).esp ? best : one),
      undefined,
    );
    const until = handler && segmentedPlace(handler.to).esp - top;
    const bytes = read(top, MOST_STACK) ?? read(top, PAGE - (top & (PAGE - 1))) ?? new Uint8Array(0);
    const word = (at: number) => bytes[at]! | (bytes[at + 1]! << 8);
    for (let at = 0; at + 4 <= bytes.length && stack + at <= mask; at += 2) {
      if (handler && at === until) {
        goBelow(handler);
        return true;
      }
      const offset = word(at);
      const behind = word(at + 2);
      const vector =
        real && at + INTERRUPT_FRAME <= bytes.length ? intBefore(offset, behind, word(at + 4)) : undefined;
      if (vector !== undefined) {
        [codeBase, selector] = [behind * 16, behind];
        add((codeBase + offset) >>> 0, stack + at + INTERRUPT_FRAME, vector);
        return true;
      }
      for (const base of real ? [codeBase, behind * 16] : [codeBase]) {
        const before = read((base + offset - BEFORE) >>> 0, BEFORE);
        const call = before?.length === BEFORE ? callBefore(before, offset) : undefined;
        if (!call) continue;
        // A far call leaves its segment above the offset.
        const isOther = call.isFar ? (real ? base !== behind * 16 : behind !== selector) : base !== codeBase;
        if (isOther) continue;
        if (call.size === 4 && behind !== 0) continue;
        const target = call.isFar && real ? undefined : call.target;
        if (target !== undefined && !isIn((codeBase + target) >>> 0)) continue;
        if (call.isFar && real) [codeBase, selector] = [behind * 16, behind];
        add((codeBase + offset) >>> 0, stack + at + (call.isFar ? 4 : call.size));
        return true;
      }
    }
    if (handler) goBelow(handler);
    return handler !== undefined;
  }
  while (callers.length < MOST && next());
  return callers;
}
