/**
 * A triple fault in words: the chain of exceptions that led to it, and the registers before the first of them.
 */
import type { CpuSnapshot, ExceptionInfo } from '../core/protocol/machine-protocol.ts';
import { describeCause } from '../debug-adapter/exceptions.ts';
import { tell } from '../core/sentences/say.ts';

const hex = (value: number, digits = 8) => (value >>> 0).toString(16).padStart(digits, '0');

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

export function describeShutdown(causes: readonly ExceptionInfo[], cpu: CpuSnapshot): string {
  const chain = causes.map((cause, n) => `  ${String(n + 1)}. ${tell(describeCause(cause))}`);
  return [
    `Triple fault at ${hex(cpu.segments[1]!.selector, 4)}:${hex(cpu.eip)}: the processor shut down. Causes, first one first:`,
    ...chain,
    'Registers before the first of them:',
    describeRegisters(cpu),
  ].join('\n');
}
