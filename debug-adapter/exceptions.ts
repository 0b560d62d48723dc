/**
 * Processor exceptions in words: names, error codes, and the chain that ends in a triple fault (SDM vol. 3A, table 6-1,
 * figures 4-12 and 6-7).
 */
import type { ExceptionInfo } from '../core/protocol/machine-protocol.ts';
import { joined, type Said, say, type Sentence } from '../core/sentences/say.ts';

const NAMES: Readonly<Record<number, Sentence>> = {
  0: say`#DE divide error`,
  1: say`#DB debug`,
  2: say`NMI`,
  3: say`#BP breakpoint`,
  4: say`#OF overflow`,
  5: say`#BR bound range exceeded`,
  6: say`#UD invalid opcode`,
  7: say`#NM device not available`,
  8: say`#DF double fault`,
  10: say`#TS invalid TSS`,
  11: say`#NP segment not present`,
  12: say`#SS stack fault`,
  13: say`#GP general protection`,
  14: say`#PF page fault`,
  16: say`#MF x87 error`,
  17: say`#AC alignment check`,
  18: say`#MC machine check`,
  19: say`#XM SIMD error`,
};
export const PAGE_FAULT = 14;
/** Does the processor itself raise it? Not so of reserved vectors and of those of interrupts. */
export const isException = (vector: number): boolean => NAMES[vector] !== undefined;
/** Vectors whose error code names a selector or a gate. */
const SELECTOR_VECTORS = [10, 11, 12, 13];
const EXTERNAL = 1;
const IDT = 2;
const LDT = 4;

export const exceptionName = (vector: number): Sentence => NAMES[vector] ?? say`interrupt ${hex(vector, 2)}h`;

const hex = (value: number, digits = 8) => (value >>> 0).toString(16).padStart(digits, '0');

/** SDM vol. 3A, figure 4-12. */
function pageFaultCode(code: number): Sentence {
  const who = (code & 4) !== 0 ? say`ring 3` : say`ring 0-2`;
  const what = (code & 2) !== 0 ? say`write from ${who}` : say`read from ${who}`;
  const why =
    (code & 8) !== 0
      ? say`reserved bit in the tables`
      : (code & 1) !== 0
        ? say`protection`
        : say`page not present`;
  return joined([what, why], ', ');
}

/** Does the error code of an exception name an entry of a table? */
export const isSelectorError = ({ vector, errorCode }: ExceptionInfo): boolean =>
  SELECTOR_VECTORS.includes(vector) && errorCode > 0;

/** The entry that an error code names (SDM vol. 3A, figure 6-7). */
export const selectorOfError = (
  code: number,
): { readonly table: 'idt' | 'gdt' | 'ldt'; readonly index: number } => ({
  table: (code & IDT) !== 0 ? 'idt' : (code & LDT) !== 0 ? 'ldt' : 'gdt',
  index: (code & 0xffff) >>> 3,
});

/** SDM vol. 3A, figure 6-7. */
function selectorCode(code: number): Said {
  if (code === 0) return '';
  const external = (code & EXTERNAL) !== 0 ? say`, on the way to a handler` : '';
  if ((code & IDT) !== 0) return say` (gate ${hex(code >>> 3, 2)}h of the IDT${external})`;
  return say` (selector ${hex(code & 0xfff8, 4)}h in the ${(code & LDT) !== 0 ? 'LDT' : 'GDT'}${external})`;
}

/** One exception of the chain: name, address, what the error code says. */
export function describeCause({ vector, errorCode, cr2 }: ExceptionInfo): Sentence {
  const name = exceptionName(vector);
  if (errorCode < 0) return name;
  if (vector === PAGE_FAULT) {
    return say`${name} at ${hex(cr2)}, error code ${hex(errorCode, 4)} (${pageFaultCode(errorCode)})`;
  }
  return say`${name}, error code ${hex(errorCode, 4)}${selectorCode(errorCode)}`;
}

/** The chain of a triple fault, first cause first. */
export const exceptionText = (causes: readonly ExceptionInfo[]): Sentence =>
  causes.map(describeCause).reduce((before, cause) => say`${before}, then ${cause}`);
