/** The fast way of a string instruction, if it has one. */
import type { Insn } from '../../cpu/decode/insn.ts';
import type { Label } from '../wasm/code.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { emitScan, isScan } from './scans.ts';
import { emitStep, isStep } from './string-step.ts';
import { emitBulk, isBulk, skipEmpty } from './strings.ts';

/** Branches to `done` when the instruction is; falls through where its handler must go on. Of other instructions nothing is done. */
export function emitString(frame: Frame, flags: FlagWriter, insn: Insn, done: Label): void {
  if (isBulk(insn)) {
    skipEmpty(frame, done);
    emitBulk(frame, insn, done);
  } else if (isScan(insn)) {
    skipEmpty(frame, done);
    emitScan(frame, flags, insn, done);
  } else if (isStep(insn)) emitStep(frame, flags, insn, done);
}
