/**
 * What brings the general registers from the state to their locals, and back: at each end of a region, and around what the
 * interpreter does. Which of it a region needs is known when all of its code is there; the rest is taken out then.
 */
import type { Code } from '../wasm/code.ts';
import type { Range } from '../wasm/bytes.ts';

interface Move extends Range {
  readonly register: number;
  readonly isSpill: boolean;
}

export interface RegisterMoves {
  /** The code reads a register, or writes it. */
  reads(register: number): void;
  writes(register: number): void;
  /** `emit` writes the code that loads its local, or spills it. */
  load(register: number, emit: () => void): void;
  spill(register: number, emit: () => void): void;
  /** Takes out the loads of registers that are neither read nor written, and the spills of those that are not written. */
  dropIdle(): void;
}

export function createRegisterMoves(code: Code): RegisterMoves {
  let read = 0;
  let written = 0;
  const moves: Move[] = [];
  function move(register: number, isSpill: boolean, emit: () => void): void {
    const from = code.bytes.length;
    emit();
    moves.push({ register, isSpill, from, to: code.bytes.length });
  }
  return {
    reads(register) {
      read |= 1 << register;
    },
    writes(register) {
      written |= 1 << register;
    },
    load(register, emit) {
      move(register, false, emit);
    },
    spill(register, emit) {
      move(register, true, emit);
    },
    dropIdle() {
      const isIdle = ({ register, isSpill }: Move) =>
        (((isSpill ? 0 : read) | written) & (1 << register)) === 0;
      code.cut(moves.filter(isIdle));
    },
  };
}
