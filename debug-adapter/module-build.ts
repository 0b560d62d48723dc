/**
 * Is what a kernel has loaded the build of a module that the file is? Told by its notes, which have the build-id, and by its code,
 * where no relocation has changed it.
 */
import type { SyncReader } from './memory-cache.ts';
import { type ElfSection, SHF, SHT } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';
import { relocatedOffsets } from './symbols/relocate.ts';

export type Build = 'same' | 'patched' | 'other';

/** Most bytes of a section that are compared. */
const MAX_BYTES = 0x1_0000;
/** A kernel patches some of the code of its modules. Where more than one byte in so many differs, it is another build. */
const PATCHED = 16;
const FIELD = 4;

/** @param image of the file, with its sections where the kernel says. Inside `MemoryCache.compute`. */
export function buildInMemory(image: SymbolImage, read: SyncReader): Build {
  let [compared, different] = [0, 0];
  for (const section of image.elf.sections) {
    if ((section.flags & SHF.alloc) === 0 || section.size === 0) continue;
    const isNote = section.type === SHT.note;
    if (!isNote && (section.flags & SHF.execinstr) === 0) continue;
    const length = Math.min(section.size, MAX_BYTES);
    const [linked, found] = [image.linkedBytes(section.address, length), read(section.address, length)];
    if (!linked || found?.length !== linked.length) continue;
    const count = differences(linked, found, isNote ? NOWHERE : fieldsOf(image, section));
    if (isNote && count > 0) return 'other';
    compared += length;
    different += count;
  }
  if (different * PATCHED > compared) return 'other';
  return different > 0 ? 'patched' : 'same';
}

const NOWHERE: ReadonlySet<number> = new Set();

/** Bytes of a section that relocations change. */
function fieldsOf({ elf }: SymbolImage, section: ElfSection): ReadonlySet<number> {
  const bytes = new Set<number>();
  for (const offset of relocatedOffsets(elf, section))
    if (offset < MAX_BYTES) for (let n = 0; n < FIELD; n++) bytes.add(offset + n);
  return bytes;
}

function differences(linked: Uint8Array, found: Uint8Array, ignored: ReadonlySet<number>): number {
  let count = 0;
  for (let n = 0; n < linked.length; n++) if (linked[n] !== found[n] && !ignored.has(n)) count++;
  return count;
}
