/**
 * The programs of a session that run in ring 3, and in which address spaces they are. Nobody says so: a program is in a space
 * when the bytes at its link addresses there are its code, so what exec() has replaced is seen at the next stop. Pages that
 * are not there yet, as with demand paging, speak neither for nor against it.
 */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import type { MemoryCache, SyncReader } from './memory-cache.ts';
import { SHF, SHT } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

/** Samples of a section of code, and the bytes of one; its notes, with the build-id, are compared as a whole up to a size. */
const SAMPLES = 16;
const SAMPLE = 64;
const MAX_NOTE = 256;
const ENTRY = 16;
const MAX_SECTIONS = 16;

interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class UserPrograms {
  private readonly pieces = new Map<SymbolImage, readonly Piece[]>();
  /** By CR3: those of this stop. */
  private readonly found = new Map<number, readonly SymbolImage[]>();

  constructor(
    private readonly images: readonly SymbolImage[],
    private readonly memory: MemoryCache,
  ) {}

  /** The programs in the address space of a CR3; none in one that nobody has looked at. */
  in(cr3: number | undefined): readonly SymbolImage[] {
    return (cr3 !== undefined && this.found.get(cr3)) || [];
  }

  /** A new stop: looks at the address spaces that the coroutines have. */
  async begin(coroutines: Coroutines): Promise<void> {
    this.found.clear();
    for (const coroutine of coroutines.all) {
      const cr3 = coroutines.cr3Of(coroutine);
      if (cr3 !== undefined) await this.look(coroutine, cr3);
    }
  }

  /** Looks at an address space of a coroutine, once at a stop. */
  async look(coroutine: CoroutineId, cr3: number): Promise<void> {
    if (this.images.length === 0 || this.found.has(cr3)) return;
    const read = this.memory.reader(coroutine, cr3);
    const mapped = await this.memory.compute(() =>
      this.images.filter((image) => isMapped(this.piecesOf(image), read)),
    );
    this.found.set(cr3, mapped);
  }

  private piecesOf(image: SymbolImage): readonly Piece[] {
    const known = this.pieces.get(image) ?? piecesOf(image);
    this.pieces.set(image, known);
    return known;
  }
}

/** All that can be read is the program's, and something can. */
function isMapped(pieces: readonly Piece[], read: SyncReader): boolean {
  let equal = 0;
  for (const { address, bytes } of pieces) {
    const found = read(address, bytes.length);
    if (!found || found.length < bytes.length) continue;
    if (found.some((byte, n) => byte !== bytes[n])) return false;
    equal++;
  }
  return equal > 0;
}

/** What is compared: code all over the program, and its notes. */
function piecesOf(image: SymbolImage): Piece[] {
  const { sections } = image.elf;
  const piece = (address: number, length: number): Piece[] => {
    const bytes = image.linkedBytes(address, length);
    return bytes && bytes.length > 0 ? [{ address, bytes }] : [];
  };
  const loaded = sections.filter(({ flags, size }) => (flags & SHF.alloc) !== 0 && size > 0);
  const code = loaded.filter(({ flags }) => (flags & SHF.execinstr) !== 0).slice(0, MAX_SECTIONS);
  const notes = loaded.filter(({ type, size }) => type === SHT.note && size <= MAX_NOTE);
  return [
    ...piece(image.entry, ENTRY),
    ...notes.slice(0, MAX_SECTIONS).flatMap(({ address, size }) => piece(address, size)),
    ...code.flatMap(({ address, size }) => {
      const length = Math.min(SAMPLE, size);
      const step = Math.max(length, Math.floor((size - length) / SAMPLES));
      const count = Math.floor((size - length) / step) + 1;
      return Array.from({ length: count }, (_, n) => piece(address + n * step, length)).flat();
    }),
  ];
}
