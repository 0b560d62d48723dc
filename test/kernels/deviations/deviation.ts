/*
 * What is said of a case in which an oracle does something else than the manual. "SDM" is the Intel 64 and IA-32
 * Architectures Software Developer's Manual.
 */
export interface Deviation {
  readonly program: string;
  /** Matches the report of a case, without its FAIL. */
  readonly cases: RegExp;
  readonly does: string;
  readonly manual: string;
}
