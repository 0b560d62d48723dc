/**
 * 64-bit code in a 64-bit container. The header is the same as that of 32-bit code which objcopy has put there (ELFCLASS64,
 * EM_X86_64), so what compilers have written about their code tells: the size of addresses in its first unit (DWARF 5 §7.5.1), and the
 * return address column of its first frame (DWARF 5 §6.4.1): 16 by the AMD64 supplement of the System V ABI, 8 by that of the Intel386.
 * Where they have written nothing, the code itself does: half of the instructions of 64-bit code have a REX prefix with its W bit (SDM vol. 2A,
 * 2.2.1), which are DEC instructions in 32-bit code and seldom stand before these opcodes.
 */
import { isCompressed } from './compression.ts';
import { Cursor } from './cursor.ts';
import { type Elf, sectionBytes, sectionNamed, SHF } from './elf.ts';
import { guarded, SymbolError } from './errors.ts';
import { say } from '../../core/sentences/say.ts';

const RETURN_ADDRESS_AMD64 = 16;

/**
 * REX.W prefixes before common opcodes in a KiB of code: measured are 27 to 120 in 64-bit code (gcc and clang at -O0, -O2, -Os; gdb, ls), and
 * 0 to 6 in 32-bit code (Debian's Linux, busybox, the kernels of our tests and samples; 6 are code made at random).
 */
const MOST_NARROW = 16;
/** So many of them at least, and code that is looked at. */
const FEWEST = 2;
const LOOKED_AT = 0x1_0000;
/** MOV, LEA, arithmetic and shifts of words, MOVSXD, TEST and what begins with 0Fh. */
const WORD_OPCODES: ReadonlySet<number> = new Set([
  ...[0x01, 0x0f, 0x29, 0x31, 0x39, 0x3b, 0x63, 0x81],
  ...[0x83, 0x85, 0x89, 0x8b, 0x8d, 0xc1, 0xc7],
]);

/** @throws SymbolError for 64-bit code; what is not told from 32-bit code is taken for that */
export function checkCode(elf: Elf): void {
  if (!elf.wide) return;
  const isWide =
    unitIsWide(elf) ??
    framesAreWide(elf, '.eh_frame') ??
    framesAreWide(elf, '.debug_frame') ??
    bytesAreWide(elf);
  if (!isWide) return;
  throw new SymbolError(
    'elf-wrong-class',
    say`A program of 32-bit code was expected, 64-bit code (x86-64) was found; build with -m32 and link with -m elf_i386.`,
  );
}

/** What is found out about a section; nothing where it is not there, damaged or still coming. */
function told(elf: Elf, name: string, ask: (cursor: Cursor) => boolean): boolean | undefined {
  const section = sectionNamed(elf, name);
  if (!section || isCompressed(section) || (section.arrival && !section.arrival.over)) return undefined;
  const read = () => {
    const bytes = sectionBytes(elf.bytes, section);
    return bytes.length > 0 ? ask(new Cursor(bytes, 0, bytes.length, name)) : undefined;
  };
  return guarded(read, undefined, () => undefined);
}

const unitIsWide = (elf: Elf): boolean | undefined =>
  told(elf, '.debug_info', (cursor) => {
    const { wide } = cursor.initialLength();
    const version = cursor.u16();
    if (version >= 5) {
      cursor.u8(); // the unit's type
      return cursor.u8() === 8;
    }
    cursor.offset(wide);
    return cursor.u8() === 8;
  });

/** The first entry of frames is a CIE: there is nothing that an FDE before it could belong to. */
const framesAreWide = (elf: Elf, name: '.eh_frame' | '.debug_frame'): boolean | undefined =>
  told(elf, name, (cursor) => {
    const { wide } = cursor.initialLength();
    cursor.offset(wide && name === '.debug_frame'); // marks a CIE
    const version = cursor.u8();
    cursor.skipCString(); // augmentation
    if (version >= 4) cursor.u16(); // sizes of addresses and of segment selectors
    cursor.skipLeb(); // code alignment
    cursor.skipLeb(); // data alignment
    return (version === 1 ? cursor.u8() : cursor.uleb()) === RETURN_ADDRESS_AMD64;
  });

function bytesAreWide(elf: Elf): boolean {
  let [looked, found] = [0, 0];
  for (const section of elf.sections) {
    if ((section.flags & SHF.execinstr) === 0 || isCompressed(section)) continue;
    const bytes = guarded(
      () => sectionBytes(elf.bytes, section),
      new Uint8Array(0),
      () => undefined,
    ).subarray(0, LOOKED_AT - looked);
    looked += bytes.length;
    for (let at = 0; at + 1 < bytes.length; at++)
      if ((bytes[at]! & 0xf8) === 0x48 && WORD_OPCODES.has(bytes[at + 1]!)) found++;
  }
  return found >= FEWEST && found * 1024 > looked * MOST_NARROW;
}
