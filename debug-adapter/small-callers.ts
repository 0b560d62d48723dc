/**
 * Callers of code of 16 bits: real mode, virtual-8086 mode and segments of 16 bits. No frame information tells of it, and few functions have
 * a frame pointer, so return addresses are looked for on the stack: an offset behind an instruction that calls, where it can have called
 * what runs. Source: SDM vol. 2A, CALL, table 2-1 (ModR/M of 16 bits); vol. 3B, 20.1.
 */
import type { CpuSnapshot } from '../core/protocol/machine-protocol.ts';
import type { SyncReader } from './memory-cache.ts';
import { I386 } from './symbols/constants.ts';
import type { Registers } from './symbols/location.ts';

/** A frame that has called. */
export interface SmallCaller {
  /** Linear address behind its call. */
  readonly pc: number;
  /** EIP and ESP as the processor counts them, in its segments. */
  readonly registers: Registers;
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

const isReal = ({ cr0, eflags }: CpuSnapshot) => (cr0 & PROTECTED) === 0 || (eflags & VIRTUAL_8086) !== 0;

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

/** The callers of what the processor runs, the innermost first. Inside `MemoryCache.compute`. */
export function smallCallers(cpu: CpuSnapshot, read: SyncReader, code: SmallCode): SmallCaller[] {
  const real = isReal(cpu);
  const stackBase = cpu.segments[SS]!.base;
  const esp = cpu.general[4]!;
  const isBigStack = !real && (cpu.segments[SS]!.attributes & BIG) !== 0;
  const mask = isBigStack ? 0xffff_ffff : 0xffff;
  let codeBase = cpu.segments[CS]!.base;
  let selector = cpu.segments[CS]!.selector;
  let pc = cpu.linearEip;
  let stack = (esp & mask) >>> 0;
  const callers: SmallCaller[] = [];

  /** Can a call of this offset have led to the code at `pc`? */
  function leads(target: number | undefined, base: number): boolean {
    if (target === undefined) return true;
    const linear = (base + target) >>> 0;
    const entry = code.entryOf(pc);
    if (entry !== undefined) return entry === linear || entry === code.entryOf(linear);
    return pc >= linear && pc - linear < MOST_CODE;
  }

  function next(): boolean {
    const top = (stackBase + stack) >>> 0;
    const bytes = read(top, MOST_STACK) ?? read(top, PAGE - (top & (PAGE - 1))) ?? new Uint8Array(0);
    const word = (at: number) => bytes[at]! | (bytes[at + 1]! << 8);
    for (let at = 0; at + 4 <= bytes.length && stack + at <= mask; at += 2) {
      const offset = word(at);
      const above = word(at + 2);
      for (const base of real ? [codeBase, above * 16] : [codeBase]) {
        const before = read((base + offset - BEFORE) >>> 0, BEFORE);
        const call = before?.length === BEFORE ? callBefore(before, offset) : undefined;
        if (!call) continue;
        // A far call leaves its segment above the offset.
        const isOther = call.isFar ? (real ? base !== above * 16 : above !== selector) : base !== codeBase;
        if (isOther) continue;
        if (call.size === 4 && above !== 0) continue;
        if (!leads(call.isFar && real ? undefined : call.target, codeBase)) continue;
        if (call.isFar && real) [codeBase, selector] = [above * 16, above];
        pc = (codeBase + offset) >>> 0;
        stack = (stack + at + (call.isFar ? 4 : call.size)) & mask;
        const registers: (number | undefined)[] = [];
        registers[I386.eip] = offset;
        registers[I386.esp] = ((esp & ~mask) | stack) >>> 0;
        callers.push({ pc, registers });
        return true;
      }
    }
    return false;
  }
  while (callers.length < MOST && next());
  return callers;
}
