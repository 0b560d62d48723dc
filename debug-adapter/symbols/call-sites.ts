/**
 * What a caller recorded of its calls: the values that parameters had when a function was entered, from which
 * a variable whose place is gone can still be known. Source: DWARF 5 §3.4, and the GNU entries of DWARF 4.
 */
import { withoutScratch } from './calling-frames.ts';
import { DW_AT, DW_TAG, I386 } from './constants.ts';
import type { UnwoundFrame } from './cfi-rules.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import type { FrameContext } from './location.ts';

/** What finding a call asks of the image; all addresses are link-time ones. */
export interface CallerLookup {
  unwind: (frame: FrameContext) => UnwoundFrame | undefined;
  /** The function at a pc, and the blocks and inlined calls in it that hold the pc. */
  chainAt: (pc: number) => readonly Die[];
}

/** The value of a parameter at a call: an expression of DIE `parameter`, to be evaluated in the caller's frame. */
export interface CallValue {
  expression: Uint8Array;
  parameter: Die;
  /** The caller's function. */
  caller: Die;
  frame: FrameContext;
}

export class CallSites {
  constructor(
    private readonly info: DebugInfo,
    private readonly lookup: CallerLookup,
  ) {}

  /** What the caller of `frame`, which runs `fn`, recorded for the parameter that `isWanted`. */
  find(fn: Die, frame: FrameContext, isWanted: (parameter: Die) => boolean): CallValue | undefined {
    const unwound = this.lookup.unwind(frame);
    const returnAddress = unwound?.registers[I386.eip];
    const eip = frame.registers[I386.eip];
    if (!unwound || returnAddress === undefined || eip === undefined) return undefined;
    // Registers are run-time addresses, a pc is a link-time one, and that of a caller is in its call instruction.
    const bias = (eip - frame.pc) & ~1;
    const returnPc = (returnAddress - bias) >>> 0;
    const chain = this.lookup.chainAt((returnPc - 1) >>> 0);
    const site = this.siteAt(chain, returnPc);
    const [caller] = chain;
    if (!site || !caller || !this.calls(site, fn)) return undefined;
    for (const parameter of site.children()) {
      const isParameter =
        parameter.tag === DW_TAG.call_site_parameter || parameter.tag === DW_TAG.GNU_call_site_parameter;
      if (!isParameter || !isWanted(parameter)) continue;
      const value = parameter.attribute(DW_AT.call_value) ?? parameter.attribute(DW_AT.GNU_call_site_value);
      if (value?.kind !== 'block') return undefined;
      const { registers } = unwound;
      const above = this.callerContext(registers, (returnPc - 1) >>> 0, frame);
      return { expression: value.bytes, parameter, caller, frame: above };
    }
    return undefined;
  }

  private callerContext(
    registers: readonly (number | undefined)[],
    pc: number,
    { readMemory, bias }: FrameContext,
  ): FrameContext {
    // A call changes these; the unwinder only says that nothing was saved.
    const context: FrameContext = {
      registers: withoutScratch(registers),
      pc,
      bias,
      cfa: () => this.lookup.unwind(context)?.cfa,
      readMemory,
    };
    return context;
  }

  private siteAt(chain: readonly Die[], returnPc: number): Die | undefined {
    for (const block of [...chain].reverse()) {
      for (const die of block.children()) {
        if (die.tag === DW_TAG.call_site && die.address(DW_AT.call_return_pc) === returnPc) return die;
        if (die.tag === DW_TAG.GNU_call_site && die.address(DW_AT.low_pc) === returnPc) return die;
      }
    }
    return undefined;
  }

  /** False when the call was of another function, which left by a jump to `fn`. An indirect call names none. */
  private calls(site: Die, fn: Die): boolean {
    const origin = site.reference(DW_AT.call_origin) ?? site.reference(DW_AT.abstract_origin);
    if (origin === undefined) return true;
    const same = [...this.info.origins(fn)].some(({ offset }) => offset === origin);
    return same || this.info.name(this.info.die(origin)) === this.info.name(fn);
  }
}
