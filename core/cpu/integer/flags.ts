/**
 * Arithmetic flags, computed lazily from three words.
 *
 * - RES: the result, sign extended to 32 bits. ZF = (RES == 0), SF = bit 31 and PF = parity of the low byte of RES ^ ADJ.
 * - CARRY: the carry (or borrow) out of every bit position of the operation, moved up so that the operand's most
 *   significant bit is bit 31. CF = bit 31, OF = bit 31 ^ bit 30; bit 3 stays at bit 3 and is AF.
 * - ADJ: 0 after arithmetic; lets POPF and friends express combinations that no result has (ZF and SF, for example).
 *
 * An operation thus costs three stores and no branch; each flag is a shift away. (The carry-vector idea is common
 * knowledge: carry out of a+b=r is (a & b) | ((a | b) & ~r), borrow out of a-b=r is (~a & b) | ((~a | b) & r).)
 */
import { ADJ, ARITHMETIC, CARRY, Flag, RES, SYSFLAGS, type Views } from '../state.ts';

/** PARITY[b] is 1 when the byte b has an even number of ones. */
export const PARITY = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
  return ones & 1 ? 0 : 1;
});

/** `true` when condition `code` (SDM vol. 1, appendix B) holds. */
export type Condition = () => boolean;

export interface Flags {
  cf(): number;
  /** All of EFLAGS, bit 1 set. */
  get(): number;
  /** Replaces the whole of EFLAGS: the caller has masked what may not change. */
  set(value: number): void;
  /** Replaces CF, PF, AF, ZF, SF and OF from an EFLAGS image. */
  setArithmetic(value: number): void;
  /** Sets CF and OF (0 or 1) and keeps the other flags, as rotates do. */
  setCarryOverflow(cf: number, of: number): void;
  /** Sets CF (0 or 1) and keeps all others. */
  setCarry(cf: number): void;
  /** Result flags from `result` (sign extended), given CF and OF, AF cleared. */
  setResult(result: number, cf: number, of: number): void;
  /** The 16 conditions in encoding order: O NO B AE E NE BE A S NS P NP L GE LE G. */
  readonly conditions: readonly Condition[];
}

/** @param existing EFLAGS bits that the processor has. */
export function createFlags({ state }: Views, existing: number): Flags {
  const cf = () => state[CARRY] >>> 31;
  const of = () => (state[CARRY] ^ (state[CARRY] << 1)) >>> 31;
  const sf = () => (state[RES] ^ state[ADJ]) >>> 31;
  const pf = () => PARITY[(state[RES] ^ state[ADJ]) & 0xff];

  function get(): number {
    const carry = state[CARRY];
    return (
      state[SYSFLAGS] |
      2 |
      (carry >>> 31) |
      (pf() << 2) |
      ((carry & 8) << 1) |
      (state[RES] === 0 ? Flag.ZF : 0) |
      (sf() << 7) |
      (of() << 11)
    );
  }

  function setArithmetic(value: number): void {
    const zero = (value & Flag.ZF) !== 0;
    // RES is 0 (even parity) or 1 (odd parity); bit 0 of ADJ turns the parity over where PF disagrees.
    const parityMismatch = ((value & Flag.PF) !== 0) !== zero;
    state[RES] = zero ? 0 : 1;
    state[ADJ] = ((value & Flag.SF) << 24) | (parityMismatch ? 1 : 0);
    const c = value & 1;
    state[CARRY] = (c << 31) | ((c ^ ((value >>> 11) & 1)) << 30) | ((value & Flag.AF) >>> 1);
  }

  function setCarryOverflow(carry: number, overflow: number): void {
    state[CARRY] = (state[CARRY] & 8) | (carry << 31) | ((carry ^ overflow) << 30);
  }

  function setCarry(carry: number): void {
    // Bit 30 follows CF in bit 31, so that their difference, OF, stays.
    const old = state[CARRY];
    const overflow = (old ^ (old << 1)) & -0x8000_0000;
    const top = carry << 31;
    state[CARRY] = (old & 0x3fff_ffff) | top | ((top ^ overflow) >>> 1);
  }

  return {
    cf,
    setCarry,
    get,
    set(value) {
      state[SYSFLAGS] = value & ~ARITHMETIC & existing;
      setArithmetic(value);
    },
    setArithmetic,
    setCarryOverflow,
    setResult(result, carry, overflow) {
      state[RES] = result;
      state[ADJ] = 0;
      state[CARRY] = (carry << 31) | ((carry ^ overflow) << 30);
    },
    conditions: [
      () => of() !== 0,
      () => of() === 0,
      () => state[CARRY] < 0,
      () => state[CARRY] >= 0,
      () => state[RES] === 0,
      () => state[RES] !== 0,
      () => state[CARRY] < 0 || state[RES] === 0,
      () => state[CARRY] >= 0 && state[RES] !== 0,
      () => sf() !== 0,
      () => sf() === 0,
      () => pf() !== 0,
      () => pf() === 0,
      () => sf() !== of(),
      () => sf() === of(),
      () => state[RES] === 0 || sf() !== of(),
      () => state[RES] !== 0 && sf() === of(),
    ],
  };
}
