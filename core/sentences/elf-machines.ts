/** What an ELF file was built for, in words: `e_machine` of its header (System V gABI, chapter 4, and the processors' supplements). */
const NAMES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: 'i386',
  4: 'm68k',
  6: 'Intel MCU',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC 64',
  22: 'S/390',
  40: 'ARM',
  42: 'SuperH',
  43: 'SPARC V9',
  50: 'IA-64',
  62: 'x86-64',
  83: 'AVR',
  94: 'Xtensa',
  183: 'AArch64',
  243: 'RISC-V',
  247: 'BPF',
  258: 'LoongArch',
};

/** @param machine `e_machine`. @returns its name, or its number for one that has none here */
export const elfMachineName = (machine: number): string => NAMES[machine] ?? `machine ${machine}`;
