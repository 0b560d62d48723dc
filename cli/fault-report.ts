/**
 * A triple fault in words: the chain of exceptions that led to it, and the registers before the first of them.
 */
import type { CpuSnapshot, ShutdownCause } from '../core/protocol/machine-protocol.ts';

/** SDM vol. 3A, table 6-1. */
const VECTORS: Readonly<Record<number, string>> = {
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
const PAGE_FAULT = 14;
const EXTERNAL = 1;
const IDT = 2;
const LDT = 4;

const hex = (value: number, digits = 8) => (value >>> 0).toString(16).padStart(digits, '0');

/** SDM vol. 3A, figure 4-12. */
function pageFaultCode(code: number): string {
  const who = (code & 4) !== 0 ? 'ring 3' : 'ring 0-2';
  const what = (code & 2) !== 0 ? 'write' : 'read';
  const why =
    (code & 8) !== 0 ? 'reserved bit in the tables' : (code & 1) !== 0 ? 'protection' : 'page not present';
  return `${what} from ${who}, ${why}`;
}

/** SDM vol. 3A, figure 6-7. */
function selectorCode(code: number): string {
  if (code === 0) return '';
  const external = (code & EXTERNAL) !== 0 ? ', on the way to a handler' : '';
  if ((code & IDT) !== 0) return ` (gate ${hex(code >>> 3, 2)}h of the IDT${external})`;
  return ` (selector ${hex(code & 0xfff8, 4)}h in the ${(code & LDT) !== 0 ? 'LDT' : 'GDT'}${external})`;
}

function describeCause({ vector, errorCode, cr2 }: ShutdownCause): string {
  const name = VECTORS[vector] ?? `interrupt ${hex(vector, 2)}h`;
  if (errorCode < 0) return name;
  if (vector === PAGE_FAULT) {
    return `${name} at ${hex(cr2)}, error code ${hex(errorCode, 4)} (${pageFaultCode(errorCode)})`;
  }
  return `${name}, error code ${hex(errorCode, 4)}${selectorCode(errorCode)}`;
}

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'];

/** Registers, four a line. */
export function describeRegisters(cpu: CpuSnapshot): string {
  const general = GENERAL.map((name, n) => `${name}=${hex(cpu.general[n]!)}`);
  const segments = SEGMENTS.map((name, n) => `${name}=${hex(cpu.segments[n]!.selector, 4)}`);
  return [
    general.slice(0, 4).join(' '),
    general.slice(4).join(' '),
    `eip=${hex(cpu.eip)} eflags=${hex(cpu.eflags)} cpl=${String(cpu.cpl)}`,
    segments.join(' '),
    `cr0=${hex(cpu.cr0)} cr2=${hex(cpu.cr2)} cr3=${hex(cpu.cr3)} cr4=${hex(cpu.cr4)}`,
    `gdt=${hex(cpu.gdt.base)}+${hex(cpu.gdt.limit, 4)} idt=${hex(cpu.idt.base)}+${hex(cpu.idt.limit, 4)}`,
  ]
    .map((line) => `  ${line}`)
    .join('\n');
}

export function describeShutdown(causes: readonly ShutdownCause[], cpu: CpuSnapshot): string {
  const chain = causes.map((cause, n) => `  ${String(n + 1)}. ${describeCause(cause)}`);
  return [
    `Triple fault at ${hex(cpu.segments[1]!.selector, 4)}:${hex(cpu.eip)}: the processor shut down. Causes, first one first:`,
    ...chain,
    'Registers before the first of them:',
    describeRegisters(cpu),
  ].join('\n');
}
