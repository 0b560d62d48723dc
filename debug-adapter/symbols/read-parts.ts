/**
 * Reads an ELF file for its symbols, where a file can be read in parts: what no question to the symbols needs stays zeros, which the
 * system keeps no memory for. That is the relocations of a linked program: they have been applied, yet the kernels of
 * distributions keep 90 MiB of them for their debug information.
 */
import { type Elf, ELF_HEADER, ET_REL, parseElf, sectionTableOf, SHF, SHT } from './elf.ts';
import { guarded } from './errors.ts';

/** A file that is open. */
export interface FileParts {
  readonly size: number;
  /** Fills all of `target` with what stands from `offset` on. Rejects when that cannot be read. */
  readInto(target: Uint8Array, offset: number): Promise<void>;
}

/** Smaller sections are read with their neighbours. */
const WORTH_LEAVING = 0x1_0000;

/** @param least bytes of a section that is worth leaving out */
export async function readForSymbols(file: FileParts, least = WORTH_LEAVING): Promise<Uint8Array> {
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
  for (const { offset, size } of elf ? unused(elf, least) : []) {
    if (offset < at || offset + size > file.size) continue;
    await read(at, offset);
    at = offset + size;
  }
  await read(at, file.size);
  return bytes;
}

/** The sections that are left out, ascending. */
function unused({ type, sections }: Elf, least: number) {
  if (type === ET_REL) return [];
  return sections
    .filter(
      (one) =>
        (one.type === SHT.rel || one.type === SHT.rela) && (one.flags & SHF.alloc) === 0 && one.size >= least,
    )
    .sort((a, b) => a.offset - b.offset);
}
