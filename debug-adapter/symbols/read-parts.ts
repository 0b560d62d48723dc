/**
 * Reads an ELF file for its symbols, where a file can be read in parts: what no question to the symbols needs stays zeros, which the
 * system keeps no memory for. That is the relocations of a linked program: they have been applied, yet the kernels of
 * distributions keep 90 MiB of them for their debug information. And compressed sections: whoever decompresses them reads them
 * piece by piece.
 */
import { isCompressed } from './compression.ts';
import { type Elf, ELF_HEADER, type ElfSection, ET_REL, parseElf, sectionTableOf, SHF, SHT } from './elf.ts';
import { guarded } from './errors.ts';

/** A file that can be read. */
export interface FileParts {
  readonly size: number;
  /** Fills all of `target` with what stands from `offset` on. Rejects when that cannot be read. */
  readInto(target: Uint8Array, offset: number): Promise<void>;
  /** The same at once; throws. */
  readNow?(target: Uint8Array, offset: number): void;
}

/** A file as its symbols need it. */
export interface SymbolSource {
  /** As long as the file; what was left out is zeros. */
  readonly bytes: Uint8Array;
  /** Reads what was left out and may be needed; absent where that is nothing. */
  readonly parts?: FileParts;
  /** Another one means that what was left out may be another, too. */
  readonly stamp?: string;
}

/** Smaller sections are read with their neighbours. */
const WORTH_LEAVING = 0x1_0000;
/** Bytes at the beginning of a compressed section that say what it is. */
const COMPRESSION_HEADER = 24;

/** @param least bytes of a section that is worth leaving out */
export async function readForSymbols(file: FileParts, least = WORTH_LEAVING): Promise<SymbolSource> {
  const bytes = new Uint8Array(file.size);
  const read = (from: number, to: number) => file.readInto(bytes.subarray(from, to), from);
  await read(0, Math.min(ELF_HEADER, file.size));
  const table = sectionTableOf(bytes);
  if (table) await read(...table);
  const elf =
    table &&
    guarded(
      () => parseElf(bytes, () => undefined),
      undefined,
      () => undefined,
    );
  let at = 0;
  let isPacked = false;
  for (const section of elf ? leftOut(elf, least) : []) {
    const packed = isCompressed(section);
    const offset = section.offset + (packed ? COMPRESSION_HEADER : 0);
    const end = section.offset + section.size;
    if (section.offset < at || end > file.size) continue;
    await read(at, offset);
    at = end;
    isPacked ||= packed;
  }
  await read(at, file.size);
  return isPacked ? { bytes, parts: file } : { bytes };
}

/** The sections that are left out, ascending. */
function leftOut({ type, sections }: Elf, least: number) {
  const isApplied = (one: ElfSection) =>
    type !== ET_REL && (one.type === SHT.rel || one.type === SHT.rela) && (one.flags & SHF.alloc) === 0;
  return sections
    .filter((one) => one.size >= Math.max(least, COMPRESSION_HEADER) && (isApplied(one) || isCompressed(one)))
    .sort((a, b) => a.offset - b.offset);
}
