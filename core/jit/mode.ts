/** What code is translated for beside its address: the state of the processor that is baked into it. */
import { ALIGN, CPL, FLAT, FS, UNLIMITED } from '../cpu/state.ts';

export interface Mode {
  /** All of it as one number. */
  readonly number: number;
  /** CPL 3: which rights of the TLB are asked for. */
  readonly user: boolean;
  /** FS and GS may be used at any offset for reading and writing; their bases are read when it runs. */
  readonly fs: boolean;
  readonly gs: boolean;
}

export const FS_UNLIMITED = 1;
export const GS_UNLIMITED = 2;
export const USER = 4;

/** ES, CS, SS and DS, as bits of FLAT. */
export const NEEDED_FLAT = 0xf;

/** The number of the mode that the processor is in, or -1 where nothing is translated. */
export function modeNow(state: Int32Array): number {
  const ring = state[CPL];
  // Rings 1 and 2 are used by nobody, and have rules of their own for what ring 0 may do.
  const unusual =
    (state[FLAT] & NEEDED_FLAT) !== NEEDED_FLAT || state[ALIGN] !== 0 || ring === 1 || ring === 2;
  if (unusual) return -1;
  return ((state[UNLIMITED] >> FS) & (FS_UNLIMITED | GS_UNLIMITED)) | (ring === 3 ? USER : 0);
}

export const modeOf = (number: number): Mode => ({
  number,
  user: (number & USER) !== 0,
  fs: (number & FS_UNLIMITED) !== 0,
  gs: (number & GS_UNLIMITED) !== 0,
});
