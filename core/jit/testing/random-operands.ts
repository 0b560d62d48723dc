/** Operands of random instructions: the registers that may be written, and places in the data. */
import { DATA, le } from '../../cpu/testing/bare-machine.ts';

/** A whole number from 0 to `n - 1`. */
export type Random = (n: number) => number;

export const imm8 = (random: Random) => random(256);
export const imm32 = (random: Random) => {
  switch (random(4)) {
    case 0:
      return [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0xff, 0x80, 0x8000][random(8)]!;
    case 1:
      return random(256) - 128;
    default:
      return random(2 ** 32) | 0;
  }
};

/** ModRM (and what follows) of a memory operand in the data, with a given reg field. */
export function memory(random: Random, reg: number): number[] {
  const field = reg << 3;
  switch (random(5)) {
    case 0: // [ebx + disp8]
      return [0x43 | field, random(0x7c)];
    case 1: // [ebx + disp32]
      return [0x83 | field, ...le(random(0x7f0))];
    case 2: // [ebp + disp8]
      return [0x45 | field, imm8(random)];
    case 3: // [ebx + ecx_low * scale]: the index is masked before
      return [0x04 | field, 0x0b | (random(3) << 6)];
    default: // [disp32]
      return [0x05 | field, ...le(DATA + random(0x7f0))];
  }
}

/** Registers that may be written: 32-bit ones without EBX, ESP and EBP, and bytes without BL and BH. */
export const register = (random: Random) => [0, 1, 2, 6, 7][random(5)]!;
export const byteRegister = (random: Random) => [0, 1, 2, 4, 5, 6][random(6)]!;

/** `and ecx, 0ffh`: before an index. */
export const MASK_INDEX = [0x81, 0xe1, 0xff, 0, 0, 0];
