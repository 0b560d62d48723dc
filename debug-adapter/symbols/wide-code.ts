/**
 * 64-bit code in a 64-bit container. The header is the same as that of 32-bit code which objcopy has put there (ELFCLASS64,
 * EM_X86_64), so what compilers have written about their code tells: the size of addresses in its first unit (DWARF 5 §7.5.1), and the
 * return address column of its first frame (DWARF 5 §6.4.1): 16 by the AMD64 supplement of the System V ABI, 8 by that of the Intel386.
 */
import { isCompressed } from './compression.ts';
import { Cursor } from './cursor.ts';
import { type Elf, sectionBytes, sectionNamed } from './elf.ts';
import { guarded, SymbolError } from './errors.ts';
import { say } from '../../core/sentences/say.ts';

const RETURN_ADDRESS_AMD64 = 16;

/** @throws SymbolError for 64-bit code; what says nothing of its code is taken for 32-bit one */
export function checkCode(elf: Elf): void {
  if (
    !elf.wide ||
    !(unitIsWide(elf) || framesAreWide(elf, '.eh_frame') || framesAreWide(elf, '.debug_frame'))
  )
    return;
  throw new SymbolError(
    'elf-wrong-class',
    say`A program of 32-bit code was expected, 64-bit code (x86-64) was found; build with -m32 and link with -m elf_i386.`,
  );
}

/** What is found out about a section; false where it is not there, damaged or still coming. */
function told(elf: Elf, name: string, ask: (cursor: Cursor) => boolean): boolean {
  const section = sectionNamed(elf, name);
  if (!section || isCompressed(section) || (section.arrival && !section.arrival.over)) return false;
  const read = () => {
    const bytes = sectionBytes(elf.bytes, section);
    return bytes.length > 0 && ask(new Cursor(bytes, 0, bytes.length, name));
  };
  return guarded(read, false, () => undefined);
}

const unitIsWide = (elf: Elf): boolean =>
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
const framesAreWide = (elf: Elf, name: '.eh_frame' | '.debug_frame'): boolean =>
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
