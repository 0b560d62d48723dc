/*
 * Owns the comparison of memory: what each instruction stored at once, and at the end all that was touched, for what no
 * plugin of QEMU hears of (frames of interrupts, task states, accessed and dirty bits). Touched is the image with its
 * BSS, what an instruction stored there, and what changed here. The rest is what firmware and loaders leave behind.
 */

import { isElf, readElf32 } from '../../../core/boot/elf32.ts';
import { GDT_BASE, GDT_LIMIT, LDTR } from '../../../core/cpu/state.ts';
import type { Machine } from '../../../core/machine/machine.ts';

export interface MemoryDifference {
  readonly physical: number;
  readonly ours: number;
  readonly theirs: number;
}

export interface TouchedMemory {
  /** QEMU's last instruction stored these bytes. */
  stored(physical: number, bytes: Uint8Array): void;
  /**
   * Compares and forgets what `stored` was told: the first byte that is another one here. Bytes at the `ignored` offsets
   * from the lowest address are taken over from QEMU.
   */
  compareStores(ignored: readonly number[]): MemoryDifference | undefined;
  /** Compares all that was touched with QEMU's RAM. */
  compareAll(theirs: AsyncIterable<Buffer>): Promise<MemoryDifference | undefined>;
  /** Accessed bits of segment descriptors that QEMU left clear. */
  accessedBits(): number;
}

const DESCRIPTOR_ACCESS_BYTE = 5;
const ACCESSED = 1;
/** Marks of bytes that count at the end, and of those that only one side stores. */
const TOUCHED = 1;
const IGNORED = 2;

/** @param image the ELF file that was loaded, if it is one */
export function createTouchedMemory({ memory, cpu, inspector }: Machine, image: Uint8Array): TouchedMemory {
  const { bytes } = memory;
  const initial = bytes.slice();
  const touched = new Uint8Array(bytes.length);
  const { state, segBase, segLimit } = cpu.views;
  const pending = new Map<number, number>();
  let accessedBits = 0;

  if (isElf(image)) {
    for (const { physicalAddress, memorySize } of readElf32(image).segments) {
      touched.fill(TOUCHED, physicalAddress, physicalAddress + memorySize);
    }
  }

  /**
   * QEMU does not set the accessed bit in descriptors that far transfers load into CS and SS (SDM vol. 3A, 3.4.5.1: "the
   * processor sets this bit whenever it loads a segment selector [...] into a segment register").
   */
  function isAccessedBit(physical: number, theirs: number): boolean {
    if ((bytes[physical]! ^ theirs) !== ACCESSED || (theirs & ACCESSED) !== 0) return false;
    const space = inspector.currentSpace();
    const within = (base: number, limit: number) => {
      for (let offset = DESCRIPTOR_ACCESS_BYTE; offset <= limit; offset += 8) {
        if (inspector.translate(space, (base + offset) >>> 0) === physical) return true;
      }
      return false;
    };
    return within(state[GDT_BASE]!, state[GDT_LIMIT]!) || within(segBase[LDTR]!, segLimit[LDTR]!);
  }

  return {
    stored(physical, stored) {
      for (let n = 0; n < stored.length; n++) pending.set(physical + n, stored[n]!);
      touched.fill(TOUCHED, physical, physical + stored.length);
    },
    compareStores(ignored) {
      let difference: MemoryDifference | undefined;
      const start = ignored.length > 0 ? Math.min(...pending.keys()) : 0;
      for (const [physical, theirs] of pending) {
        const ours = bytes[physical]!;
        if (ignored.includes(physical - start)) bytes[physical] = theirs;
        else if (ours !== theirs) difference ??= { physical, ours, theirs };
      }
      for (const offset of ignored) if (!pending.has(start + offset)) touched[start + offset] = IGNORED;
      pending.clear();
      return difference;
    },
    async compareAll(theirs) {
      let at = 0;
      for await (const chunk of theirs) {
        if (chunk.compare(bytes, at, at + chunk.length) !== 0) {
          for (let n = 0; n < chunk.length; n++) {
            const physical = at + n;
            if (chunk[n] === bytes[physical]) continue;
            if (touched[physical] === IGNORED) continue;
            if (touched[physical] !== TOUCHED && bytes[physical] === initial[physical]) continue;
            if (!isAccessedBit(physical, chunk[n]!))
              return { physical, ours: bytes[physical]!, theirs: chunk[n]! };
            accessedBits++;
          }
        }
        at += chunk.length;
      }
      return undefined;
    },
    accessedBits: () => accessedBits,
  };
}
