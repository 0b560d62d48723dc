/** Processor exceptions in words (SDM vol. 3A, table 6-1). */
import type { ShutdownCause } from '../core/protocol/machine-protocol.ts';

const NAMES: Readonly<Record<number, string>> = {
  0: '#DE divide error',
  1: '#DB debug',
  2: 'NMI',
  3: '#BP breakpoint',
  4: '#OF overflow',
  5: '#BR bound range',
  6: '#UD invalid opcode',
  7: '#NM no coprocessor',
  8: '#DF double fault',
  10: '#TS invalid TSS',
  11: '#NP segment not present',
  12: '#SS stack fault',
  13: '#GP general protection',
  14: '#PF page fault',
  16: '#MF x87 error',
  17: '#AC alignment check',
};

export const exceptionName = (vector: number): string => NAMES[vector] ?? `vector ${vector}`;

/** The chain of a triple fault, first cause first. */
export function exceptionText(causes: readonly ShutdownCause[]): string {
  return causes
    .map(({ vector, errorCode, cr2 }) => {
      const code = errorCode >= 0 ? ` (error code ${errorCode.toString(16)}h)` : '';
      return (
        exceptionName(vector) + code + (vector === 14 ? ` at ${cr2.toString(16).padStart(8, '0')}h` : '')
      );
    })
    .join(', then ');
}
