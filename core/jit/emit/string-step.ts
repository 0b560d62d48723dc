/** LODS, STOS, MOVS and SCAS without REP, where the TLB gives their page at full speed. All else is the interpreter's. */
import type { Insn } from '../../cpu/decode/insn.ts';
import { EAX, EDI, ESI, Flag, SYSFLAGS } from '../../cpu/state.ts';
import { whole } from '../lift-operands.ts';
import type { Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { loadHost, storeHost } from './memory.ts';
import { getPart, setPart, take } from './operands.ts';
import { emitComparison } from './scans.ts';
import { createRanges, elementSize } from './strings.ts';

const [MOVS, STOS, LODS, SCAS] = [0xa4, 0xaa, 0xac, 0xae];

export const isStep = ({ opcode, rep, addrMask, legal }: Insn): boolean =>
  rep === 0 && addrMask === -1 && legal && [MOVS, STOS, LODS, SCAS].includes(opcode & ~1);

/** Branches to `done` behind it. Falls through, with nothing changed, where the handler must do it. */
export function emitStep(frame: Frame, flags: FlagWriter, insn: Insn, done: Label): void {
  const { code } = frame;
  const size = elementSize(insn);
  const width = size === 1 ? 8 : size === 2 ? 16 : 32;
  const kind = insn.opcode & ~1;
  const slow = code.block();
  const ranges = createRanges(frame, Math.log2(size), slow);
  const from = frame.temporary();
  const to = frame.temporary();
  const value = frame.temporary();
  code.const(1);
  code.set(ranges.rounds);
  // What is read is looked at first, and an element on two pages is the handler's.
  if (kind === MOVS || kind === LODS) {
    ranges.range(ESI, insn.seg, false, from, true);
    ranges.requireRound();
  }
  if (kind !== LODS) {
    ranges.range(EDI, -1, kind !== SCAS, to, true);
    ranges.requireRound();
  }
  if (kind === STOS) getPart(frame, whole(EAX), width);
  else {
    code.get(kind === SCAS ? to : from);
    loadHost(frame, width);
  }
  code.set(value);
  if (kind === LODS) setPart(frame, whole(EAX), width, value);
  else if (kind === SCAS) compare();
  else {
    code.get(to);
    code.get(value);
    storeHost(frame, width);
  }
  code.const(-size);
  code.const(size);
  frame.loadState(SYSFLAGS);
  code.const(Flag.DF);
  code.op(Op.i32And, Op.select);
  code.set(ranges.bytes);
  if (kind === MOVS || kind === LODS) ranges.advance(ESI);
  if (kind !== LODS) ranges.advance(EDI);
  code.branch(done);
  code.end();
  frame.release(from, to, value);
  ranges.release();

  function compare(): void {
    const accumulator = take(frame, whole(EAX), width);
    emitComparison(frame, flags, [accumulator, value, from], width);
    frame.release(accumulator);
  }
}
