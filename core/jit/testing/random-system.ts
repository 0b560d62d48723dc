/** Random instructions of kernels: flags, segment registers, page tables, software interrupts, ports, time. None of them changes the mode for good. */
import { DATA, DATA0, le } from '../../cpu/testing/bare-machine.ts';
import { MASK_INDEX, memory, type Random, register } from './random-operands.ts';
import { loadFlags, SOFTWARE } from './random-rings.ts';

/** Maps 4 MiB, one to one; programs change the entry of their data. */
export const PAGE_TABLE = 0x10_1000;
export const DATA_ENTRY = PAGE_TABLE + (DATA >>> 12) * 4;

/** Writes to it ask for an interrupt. */
export const INTERRUPT_PORT = 0x80;

/** What kernels do with flags and segment registers: nothing that changes the mode, but for a null selector in FS or GS. */
export function system(random: Random): number[] {
  const to = register(random);
  switch (random(14)) {
    case 8:
      return [0xcd, SOFTWARE];
    case 9:
      // Takes P, R/W, A and D, or some of them, from the data page: and byte [entry], imm8; invlpg [DATA].
      return [0x80, 0x25, ...le(DATA_ENTRY), ~random(0x64) & 0xff, 0x0f, 0x01, 0x3d, ...le(DATA)];
    case 10:
      // mov reg, cr3; mov cr3, reg
      return [0x0f, 0x20, 0xd8 | to, 0x0f, 0x22, 0xd8 | to];
    case 11:
      // rdtsc, and fences
      return [
        [0x0f, 0x31],
        [0x0f, 0xae, 0xe8 + 8 * random(3)],
      ][random(2)]!;
    case 12:
      // in al, imm8; in eax, dx
      return random(2) === 0 ? [0xe4, 0x40] : [0xed];
    case 13:
      // out imm8, al, which asks for an interrupt or not
      return [0xe6, INTERRUPT_PORT + random(2)];
    case 0:
      return [0xfa];
    case 1:
      return [0xfb];
    case 2:
      return [0x9c, 0x58 | to];
    case 3:
      return loadFlags(random);
    case 4:
      return [
        [0x1e, 0x1f],
        [0x06, 0x07],
        [0x0f, 0xa0, 0x0f, 0xa1],
        [0x0f, 0xa8, 0x0f, 0xa9],
        [0x16, 0x17],
      ][random(5)]!;
    case 5: {
      // mov reg, selector; mov seg, reg
      const seg = [0, 3, 4, 5][random(4)]!;
      const selector = seg > 3 && random(2) === 0 ? random(4) : DATA0;
      return [0xb8 | to, ...le(selector), 0x8e, 0xc0 | (seg << 3) | to];
    }
    case 6:
      return random(2) === 0
        ? [...(random(2) === 0 ? [0x66] : []), 0x8c, 0xc0 | (random(6) << 3) | to]
        : [...MASK_INDEX, 0x8c, ...memory(random, random(6))];
    default:
      return [0x0f, 0x20, 0xc0 | ([0, 2, 3, 4][random(4)]! << 3) | to];
  }
}
