/**
 * What a hover says beyond a value: flag registers with the names of their bits, and what a constant of assembly would be as flags or as
 * an entry of a page table.
 */
import { entryText } from './page-words.ts';
import { CR0_BITS, CR4_BITS, EFLAGS_BITS } from './register-bits.ts';
import { bits, type BitNames, dr6Text, dr7Text, eflagsText, hex, withBits } from './registers.ts';
import { joined, type Said, say, type Sentence, verbatim } from '../core/sentences/say.ts';

const REGISTERS: Readonly<Record<string, BitNames>> = { $cr0: CR0_BITS, $cr4: CR4_BITS };
const DEBUG: Readonly<Record<string, (value: number) => string>> = { $dr6: dr6Text, $dr7: dr7Text };
/** Bit 1 of EFLAGS is always 1, and bits 12 and 13 are IOPL (SDM vol. 1, 3.4.3). */
const EFLAGS_ONE = 2;
const EFLAGS_IOPL = 0x3000;
const EFLAGS_ALL = EFLAGS_BITS.reduce((all, [bit]) => all | (1 << bit), EFLAGS_ONE | EFLAGS_IOPL);
const PAGE = 0x1000;
const PRESENT = 1;

/** @param value of the expression, as text @returns undefined when there is no more to say */
export function hoverWords(expression: string, value: string): Sentence | undefined {
  const number = Number(value);
  if (!Number.isInteger(number)) return undefined;
  if (expression === '$eflags') return verbatim(eflagsText(number));
  if (Object.hasOwn(DEBUG, expression)) return verbatim(DEBUG[expression]!(number));
  if (Object.hasOwn(REGISTERS, expression)) return verbatim(withBits(number, REGISTERS[expression]!));
  return /^(0x[\da-f]+|\d+)$/i.test(expression) ? constantWords(Number(expression)) : undefined;
}

/** `514 = 0x00000202, as EFLAGS [IF]`; readings that make no sense are left out. */
function constantWords(value: number): Sentence | undefined {
  if (value > 0xffff_ffff) return undefined;
  const flags = (value & EFLAGS_ONE) !== 0 && (value & ~EFLAGS_ALL) === 0;
  const entry = (value & PRESENT) !== 0 && value >= PAGE;
  const readings: Said[] = [
    `${value} = ${hex(value)}`,
    ...(flags ? [say`as EFLAGS [${bits(value, EFLAGS_BITS)}]`] : []),
    ...(entry ? [say`as a page-table entry ${entryText({ low: value, high: 0, name: 'PTE' })}`] : []),
  ];
  return joined(readings, ', ');
}
