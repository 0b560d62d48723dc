/*
 * Where an oracle does something else than the manual: which cases of which program fail there, what it does, and what the
 * manual says. One list an oracle, in `deviations/`.
 */
import { bochsDeviations } from './deviations/bochs.ts';
import type { Deviation } from './deviations/deviation.ts';
import { qemuDeviations } from './deviations/qemu.ts';

export type Oracle = 'qemu' | 'bochs';

const deviations: Readonly<Record<Oracle, readonly Deviation[]>> = {
  qemu: qemuDeviations,
  bochs: bochsDeviations,
};

/** Programs that an oracle cannot run to their end. */
const unable: Readonly<Record<Oracle, readonly Omit<Deviation, 'cases'>[]>> = {
  qemu: [
    {
      program: 'ferr',
      does: 'aborts by an assertion (version 7.2: FERR# raises IRQ 13 without the lock that interrupts need)',
      manual: 'SDM vol. 1, 8.7.2',
    },
  ],
  bochs: [],
};

export const canRun = (oracle: Oracle, program: string): boolean =>
  !unable[oracle].some((entry) => entry.program === program);

/** Those lines of a run that no deviation explains. */
export function unexplained(oracle: Oracle, program: string, lines: readonly string[]): string[] {
  const known = deviations[oracle].filter((d) => d.program === program);
  return lines.filter((line) => !known.some(({ cases }) => cases.test(line.slice('FAIL '.length))));
}
