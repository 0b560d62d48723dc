/** The registers that are wider than a word, by the numbers that DWARF gives them. Source: System V ABI, Intel386 supplement, table 2.14. */

/** What is in one of them, all of its bytes; undefined where the frame has none. */
export type WideRegisters = (number: number) => Uint8Array | undefined;

const PER_KIND = 8;
/** Kinds of registers, the number of the first, and bits. */
const KINDS = [
  ['st', 11, 80],
  ['xmm', 21, 128],
  ['mm', 29, 64],
] as const;
const GENERAL_BITS = 32;

const kindOf = (number: number) => KINDS.find(([, first]) => number >= first && number < first + PER_KIND);

/** `st0`, `xmm7` or `mm3`; undefined for other numbers. */
export function wideRegister(number: number): string | undefined {
  const [kind, first] = kindOf(number) ?? [];
  return kind && `${kind}${String(number - first!)}`;
}

export const bitsOfRegister = (number: number): number => kindOf(number)?.[2] ?? GENERAL_BITS;

/** Is it one of the x87's? What is in those has 80 bits, whatever the type of the variable. */
export const isX87 = (number: number): boolean => kindOf(number)?.[0] === 'st';
