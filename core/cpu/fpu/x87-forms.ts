/**
 * The forms of x87 instructions: what comes before (#NM, #MF) and after (the pointers to the last instruction), and operands
 * in memory. Source: SDM vol. 1, 8.1.8 (pointers), 8.3.11 (waiting), 8.7 (exceptions).
 */
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { BLOCK_EIP, CR0, Cr0, CS } from '../state.ts';
import { createPendingErrorCheck } from './fpu-error.ts';

export type Action = (i: Insn) => void;

export interface X87Forms {
  readonly checkPendingError: () => void;
  /** An instruction that waits for pending errors and is remembered as the last one. */
  readonly waiting: (action: Action) => Action;
  /** A waiting control instruction: leaves the pointers alone. */
  readonly control: (action: Action) => Action;
  readonly notWaiting: (action: Action) => Action;
  /** A member of an opcode's group by its memory and its register form. */
  readonly operation: (mem: Action | undefined, reg: Action | undefined) => Operation;
  /** Picks by the register number; what is missing is #UD. */
  readonly byRm: (...actions: (Action | undefined)[]) => Action;
  /** Offset of a later byte of an operand. */
  readonly next: (i: Insn, offset: number, by: number) => number;
  readonly single: (i: Insn, use: (bits: number) => void) => void;
  readonly double: (i: Insn, use: (low: number, high: number) => void) => void;
  readonly word: (i: Insn) => number;
  /** An instruction that stores `size` bytes which `store` leaves in OUTPUT; it returns 0 when nothing is to be stored. */
  readonly storing: (size: number, store: () => number) => Action;
}

export function createX87Forms(env: CpuEnv, fpu: Softfloat): X87Forms {
  const {
    views: { state, segSel, mem },
    access: { read16, read32, write16, write32, probeWrite, alignQuad },
    faults: { raise },
    ea,
  } = env;

  /** #NM for every x87 instruction, #MF for those that wait. */
  function available(): void {
    if ((state[CR0] & (Cr0.EM | Cr0.TS)) !== 0) raise(Vector.NM);
  }
  const checkPendingError = createPendingErrorCheck(env);
  function ready(): void {
    available();
    checkPendingError();
  }

  /** FOP, FIP, FCS and, with a memory operand, FDP and FDS of a non-control instruction that did not fault. */
  function remember(i: Insn): void {
    mem.setUint32(FpuState.Opcode, i.imm, true);
    mem.setInt32(FpuState.Ip, state[BLOCK_EIP] + i.start, true);
    mem.setUint32(FpuState.Cs, segSel[CS], true);
    if ((i.imm & 0xc0) === 0xc0) return;
    mem.setInt32(FpuState.Dp, ea(i), true);
    mem.setUint32(FpuState.Ds, segSel[i.seg], true);
  }
  const waiting =
    (action: Action): Action =>
    (i) => {
      ready();
      action(i);
      remember(i);
    };
  /** A waiting control instruction: leaves the pointers alone. */
  const control =
    (action: Action): Action =>
    (i) => {
      ready();
      action(i);
    };
  const notWaiting =
    (action: Action): Action =>
    (i) => {
      available();
      action(i);
    };
  const operation = (mem: Action | undefined, reg: Action | undefined): Operation => ({
    regWidth: 'raw',
    rmWidth: 'raw',
    ...(mem ? { mem: both(mem) } : {}),
    ...(reg ? { reg: both(reg) } : {}),
  });

  // --- operands in memory ------------------------------------------------------------------------------------

  const next = (i: Insn, offset: number, by: number) => (offset + by) & i.addrMask;
  const single = (i: Insn, use: (bits: number) => void) => {
    use(read32(i.seg, ea(i)));
  };
  const double = (i: Insn, use: (low: number, high: number) => void) => {
    const offset = ea(i);
    alignQuad(i.seg, offset, false);
    const low = read32(i.seg, offset);
    use(low, read32(i.seg, next(i, offset, 4)));
  };
  const word = (i: Insn) => (read16(i.seg, ea(i)) << 16) >> 16;

  /** Writes `size` bytes of OUTPUT to memory, then lets the instruction finish. */
  function writeOutput(i: Insn, size: number): void {
    const offset = ea(i);
    if (size > 4) {
      alignQuad(i.seg, offset, true);
      for (let at = 0; at < size; at += 4) probeWrite(i.seg, next(i, offset, at), Math.min(4, size - at));
    }
    let at = 0;
    for (; at + 4 <= size; at += 4)
      write32(i.seg, next(i, offset, at), mem.getInt32(FpuState.Output + at, true));
    if (at < size) write16(i.seg, next(i, offset, at), mem.getUint16(FpuState.Output + at, true));
    fpu.finishStore();
  }
  const storing = (size: number, store: () => number): Action =>
    waiting((i) => {
      // An unmasked numeric exception comes before a page fault.
      if (store() !== 0) writeOutput(i, size);
    });

  const undefinedOpcode: Action = () => {
    raise(Vector.UD);
  };
  /** Picks by the register number. */
  const byRm =
    (...actions: (Action | undefined)[]): Action =>
    (i) => {
      (actions[i.rm] ?? undefinedOpcode)(i);
    };

  return {
    ...{ checkPendingError, waiting, control, notWaiting, operation, byRm },
    ...{ next, single, double, word, storing },
  };
}
