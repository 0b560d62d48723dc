/**
 * Processor exceptions in words: names, error codes, and the chain that ends in a triple fault (SDM vol. 3A, table 6-1,
 * figures 4-12 and 6-7).
 */
import type { ExceptionInfo } from '../core/protocol/machine-protocol.ts';

const NAMES: Readonly<Record<number, string>> = {
  0: '#DE divide error',
  1: '#DB debug',
  2: 'NMI',
  3: '#BP breakpoint',
  4: '#OF overflow',
  5: '#BR bound range exceeded',
  6: '#UD invalid opcode',
  7: '#NM device not available',
  8: '#DF double fault',
  10: '#TS invalid TSS',
  11: '#NP segment not present',
  12: '#SS stack fault',
  13: '#GP general protection',
  14: '#PF page fault',
  16: '#MF x87 error',
  17: '#AC alignment check',
  18: '#MC machine check',
  19: '#XM SIMD error',
};
export const PAGE_FAULT = 14;
/** Vectors whose error code names a selector or a gate. */
const SELECTOR_VECTORS = [10, 11, 12, 13];
const EXTERNAL = 1;
const IDT = 2;
const LDT = 4;

export const exceptionName = (vector: number): string => NAMES[vector] ?? `interrupt ${hex(vector, 2)}h`;

const hex = (value: number, digits = 8) => (value >>> 0).toString(16).padStart(digits, '0');

/** SDM vol. 3A, figure 4-12. */
function pageFaultCode(code: number): string {
  const who = (code & 4) !== 0 ? 'ring 3' : 'ring 0-2';
  const what = (code & 2) !== 0 ? 'write' : 'read';
  const why =
    (code & 8) !== 0 ? 'reserved bit in the tables' : (code & 1) !== 0 ? 'protection' : 'page not present';
  return `${what} from ${who}, ${why}`;
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
function selectorCode(code: number): string {
  if (code === 0) return '';
  const external = (code & EXTERNAL) !== 0 ? ', on the way to a handler' : '';
  if ((code & IDT) !== 0) return ` (gate ${hex(code >>> 3, 2)}h of the IDT${external})`;
  return ` (selector ${hex(code & 0xfff8, 4)}h in the ${(code & LDT) !== 0 ? 'LDT' : 'GDT'}${external})`;
}

/** One exception of the chain: name, address, what the error code says. */
export function describeCause({ vector, errorCode, cr2 }: ExceptionInfo): string {
  const name = exceptionName(vector);
  if (errorCode < 0) return name;
  if (vector === PAGE_FAULT) {
    return `${name} at ${hex(cr2)}, error code ${hex(errorCode, 4)} (${pageFaultCode(errorCode)})`;
  }
  return `${name}, error code ${hex(errorCode, 4)}${selectorCode(errorCode)}`;
}

/** The chain of a triple fault, first cause first. */
export const exceptionText = (causes: readonly ExceptionInfo[]): string =>
  causes.map(describeCause).join(', then ');
