/** An ELF file as what is in memory: where its code is, and the bytes of addresses as they are linked. */
import { type Elf, ET_REL, PT, sectionBytes, SHF, SHT } from './elf.ts';

/** True when `address` lies in an executable section (or, without sections, an executable segment). */
export function isCodeAddress(elf: Elf, address: number): boolean {
  for (const { start, size } of codeOf(elf)) if (address >= start && address - start < size) return true;
  return false;
}

interface CodePart {
  readonly start: number;
  readonly size: number;
}

/** Asked many times at a stop, and a kernel has a hundred sections of other things. */
const codeParts = new WeakMap<Elf, readonly CodePart[]>();
function codeOf(elf: Elf): readonly CodePart[] {
  const known = codeParts.get(elf);
  if (known) return known;
  const code = SHF.alloc | SHF.execinstr;
  const parts =
    elf.sections.length > 0
      ? elf.sections
          .filter(({ flags }) => (flags & code) === code)
          .map(({ address, size }) => ({ start: address, size }))
      : elf.segments
          .filter(({ type, flags }) => type === PT.load && (flags & 1) !== 0)
          .map(({ virtualAddress, memorySize }) => ({ start: virtualAddress, size: memorySize }));
  codeParts.set(elf, parts);
  return parts;
}

/** `length` bytes of the program as linked, at virtual `address`; undefined where the file holds none. */
export function linkedBytes(elf: Elf, address: number, length: number): Uint8Array | undefined {
  if (elf.type === ET_REL) return loadedBytes(elf, address, length);
  for (const s of elf.segments) {
    if (s.type !== PT.load || address < s.virtualAddress) continue;
    const skip = address - s.virtualAddress;
    if (skip + length > s.fileSize || s.offset + skip + length > elf.bytes.length) continue;
    return elf.bytes.subarray(s.offset + skip, s.offset + skip + length);
  }
  return undefined;
}

/** An object file has no segments: its sections are what was loaded. */
function loadedBytes(elf: Elf, address: number, length: number): Uint8Array | undefined {
  const section = elf.sections.find(
    (s) => (s.flags & SHF.alloc) !== 0 && address >= s.address && address - s.address + length <= s.size,
  );
  if (!section || section.type === SHT.nobits) return undefined;
  const bytes = sectionBytes(elf.bytes, section);
  const skip = address - section.address;
  return skip + length <= bytes.length ? bytes.subarray(skip, skip + length) : undefined;
}
