/**
 * The programs of a session that run in ring 3, and in which address spaces they are. Nobody says so: a program is in a space
 * when the bytes at its addresses there are its code, so what exec() has replaced is seen at the next stop. Pages that
 * are not there yet, as with demand paging, speak neither for nor against it.
 *
 * A position-independent one has addresses only since its code was seen somewhere for the first time.
 */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Placed } from './coroutines.ts';
import { ImageCode } from './image-code.ts';
import { isMovable } from './image-owners.ts';
import type { MemoryCache } from './memory-cache.ts';
import type { SymbolImage } from './symbols/image.ts';

/** Most places where one program is looked for: kernels put them at the same few. */
const MAX_BIASES = 16;

const NOWHERE: readonly Placed[] = [];

interface Program {
  readonly code: ImageCode;
  readonly movable: boolean;
  /** Where it may be, the latest find first. */
  biases: readonly number[];
}

export class UserPrograms {
  private readonly programs: readonly Program[];
  /** By CR3: those of this stop. */
  private readonly found = new Map<number, readonly Placed[]>();

  constructor(
    images: readonly SymbolImage[],
    private readonly memory: MemoryCache,
  ) {
    this.programs = images.map((image) => {
      const movable = isMovable(image);
      return { code: new ImageCode(image), movable, biases: movable ? [] : [0] };
    });
  }

  get none(): boolean {
    return this.programs.length === 0;
  }

  /** There are programs whose addresses are not known from their files. */
  get movable(): boolean {
    return this.programs.some(({ movable }) => movable);
  }

  /** Where a program has been found, or is linked; empty for one that is not in memory yet. */
  biasesOf(image: SymbolImage): readonly number[] {
    return this.programs.find(({ code }) => code.image === image)?.biases ?? [];
  }

  /** The programs in the address space of a CR3; none in one that nobody has looked at. */
  in(cr3: number | undefined): readonly Placed[] {
    return (cr3 !== undefined && this.found.get(cr3)) || NOWHERE;
  }

  /** A new stop: nothing was looked at yet. */
  begin(): void {
    this.found.clear();
  }

  /** Looks at an address space of a coroutine, once at a stop. */
  async look(coroutine: CoroutineId, cr3: number): Promise<void> {
    if (this.programs.length === 0 || this.found.has(cr3)) return;
    const read = this.memory.reader(coroutine, cr3);
    const mapped = await this.memory.compute(() =>
      this.programs.flatMap(({ code, biases }) =>
        biases.filter((bias) => code.isAt(bias, read)).map((bias) => ({ image: code.image, bias })),
      ),
    );
    this.found.set(cr3, mapped);
  }

  /**
   * Looks for the position-independent program that executes at an address.
   * @returns whether one was found where none had been
   */
  async locate(coroutine: CoroutineId, cr3: number, pc: number, bytes: Uint8Array): Promise<boolean> {
    const read = this.memory.reader(coroutine, cr3);
    for (const program of this.programs) {
      if (!program.movable) continue;
      for (const bias of program.code.biasesFor(pc, bytes)) {
        if (program.biases.includes(bias)) continue;
        if (!(await this.memory.compute(() => program.code.isAt(bias, read)))) continue;
        program.biases = [bias, ...program.biases].slice(0, MAX_BIASES);
        this.found.delete(cr3);
        return true;
      }
    }
    return false;
  }
}
