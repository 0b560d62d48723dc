/** The names of registers by the numbers that DWARF gives them. */
import { I386 } from './constants.ts';
import { wideRegister } from './wide-registers.ts';

const GENERAL = Object.keys(I386);

/** `eax`, `xmm7`, or the number of one that is not known here. */
export const registerName = (number: number): string =>
  GENERAL[number] ?? wideRegister(number) ?? String(number);
