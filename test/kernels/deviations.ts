/*
 * Where an oracle does something else than the manual: which cases of which program fail there, what it does, and what the
 * manual says. "SDM" is the Intel 64 and IA-32 Architectures Software Developer's Manual.
 */

export type Oracle = 'qemu' | 'bochs';

export interface Deviation {
  readonly oracle: Oracle;
  readonly program: string;
  /** Matches the report of a case, without its FAIL. */
  readonly cases: RegExp;
  readonly does: string;
  readonly manual: string;
}

export const deviations: readonly Deviation[] = [
  {
    oracle: 'qemu',
    program: 'segload',
    cases: /^limits: .*got 32\(0\)$/,
    does: 'checks neither limit nor type of a data segment when it is used',
    manual:
      'SDM vol. 3A, 5.3 (limits) and 5.5 (writes to read-only, reads of execute-only segments): #GP(0) or #SS(0)',
  },
  {
    oracle: 'qemu',
    program: 'segload',
    cases: /^no descriptor: LTR, null .: expected vector 13\(0\), got 32\(0\)$/,
    does: 'loads a null selector into TR',
    manual: 'SDM vol. 2A, LTR: "#GP(0) If the source operand contains a NULL segment selector"',
  },
];

/** Those lines of a run that no deviation explains. */
export function unexplained(oracle: Oracle, program: string, lines: readonly string[]): string[] {
  const known = deviations.filter((d) => d.oracle === oracle && d.program === program);
  return lines.filter((line) => !known.some(({ cases }) => cases.test(line.slice('FAIL '.length))));
}
