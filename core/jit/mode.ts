/** What code is translated for beside its address: the state of the processor that is baked into it. */
import { ALIGN, CPL, FLAT, FS, GS, UNLIMITED } from '../cpu/state.ts';

export interface Mode {
  /** All of it as one number: of what `modeNow` gives, the bits of `mask`. */
  readonly number: number;
  /** What the code depends on. */
  readonly mask: number;
  /** CPL 3: which rights of the TLB are asked for. */
  readonly user: boolean;
  /** FS and GS may be used at any offset for reading and writing; their bases are read when it runs. */
  readonly fs: boolean;
  readonly gs: boolean;
}

export const FS_UNLIMITED = 1;
export const GS_UNLIMITED = 2;
export const USER = 4;
const ALL = FS_UNLIMITED | GS_UNLIMITED | USER;

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
  mask: ALL,
  user: (number & USER) !== 0,
  fs: (number & FS_UNLIMITED) !== 0,
  gs: (number & GS_UNLIMITED) !== 0,
});

/** Does code of a mode run in what `modeNow` gives? */
export const runsIn = ({ number, mask }: Mode, now: number): boolean => now >= 0 && (now & mask) === number;

/** Is there something that `modeNow` may give in which code of both runs? */
export const meet = (one: Mode, other: Mode): boolean =>
  ((one.number ^ other.number) & one.mask & other.mask) === 0;

const bitOf = (segment: number) => (segment === FS ? FS_UNLIMITED : segment === GS ? GS_UNLIMITED : 0);

/** The mode of code that uses only some segment registers: systems have all kinds of values in the others. */
export function narrowed(mode: Mode, segments: ReadonlySet<number>): Mode {
  const mask = [...segments].reduce((bits, segment) => bits | bitOf(segment), USER);
  return { ...mode, mask, number: mode.number & mask };
}

/** Is all that the code depends on the same? */
export const isSameMode = (one: Mode, other: Mode): boolean =>
  one.number === other.number &&
  one.mask === other.mask &&
  one.user === other.user &&
  (one.fs === other.fs || (one.mask & FS_UNLIMITED) === 0) &&
  (one.gs === other.gs || (one.mask & GS_UNLIMITED) === 0);

/** Does it matter to code of the mode whether a segment is as the mode says? */
export const dependsOn = ({ mask }: Mode, segment: number): boolean => {
  const bit = bitOf(segment);
  return bit === 0 || (mask & bit) !== 0;
};
