/** Processor exceptions as the interpreter throws them (SDM vol. 3A, chapter 6). */

/** Exception vectors. */
export const Vector = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
  XM: 19,
} as const;

/** Not an exception: the instruction waits where it is until an interrupt comes. */
export const FREEZE = -1;

/**
 * The one exception object of a CPU. It is not an `Error`: throwing it must not capture a stack trace, for guests may
 * fault a hundred thousand times a second.
 */
export class CpuFault {
  vector = 0;
  /** Error code, or -1 for vectors that push none. */
  errorCode = -1;
  /** Linear address of a page fault. */
  address = 0;
}

/** Throws processor exceptions; one for each CPU. */
export interface Faults {
  readonly fault: CpuFault;
  /** Raises `vector` with `errorCode` (-1 for none). */
  raise(vector: number, errorCode?: number): never;
  /** #GP(selector). */
  gp(errorCode: number): never;
  ud(): never;
}

export function createFaults(): Faults {
  const fault = new CpuFault();
  function raise(vector: number, errorCode = -1): never {
    fault.vector = vector;
    fault.errorCode = errorCode;
    // Not an Error: see CpuFault.
    throw fault;
  }
  return { fault, raise, gp: (errorCode) => raise(Vector.GP, errorCode), ud: () => raise(Vector.UD) };
}
