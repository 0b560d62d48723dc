/**
 * All of an address space as merged ranges, and the other way round: which addresses a frame is mapped at.
 *
 * One pass over the page tables in memory: `npm run bench` tells how long a full space of 2^20 pages takes.
 */
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import { MappingFlag, type Mappings } from '../protocol/debug-protocol.ts';
import { type AddressSpace, Entry } from './page-walk.ts';

/** Most ranges of one answer. */
export const MAX_RANGES = 0x1_0000;

/** Bits of an entry that say nothing of what it maps. */
const USED = Entry.Accessed | Entry.Dirty;

/** What `visit` is told: `size` bytes, pages with the same flags that follow each other in both memories. */
type Visit = (linear: number, physical: number, size: number, flags: number) => void;

/** `MappingFlag` bits of what two levels allow together; write-through and so on are those of the last one. */
function flagsOf(low: number, rights: number, noExecute: boolean, large: boolean): number {
  return (
    ((rights & Entry.Writable) !== 0 ? MappingFlag.Writable : 0) |
    ((rights & Entry.User) !== 0 ? MappingFlag.User : 0) |
    (noExecute ? MappingFlag.NoExecute : 0) |
    ((low & Entry.WriteThrough) !== 0 ? MappingFlag.WriteThrough : 0) |
    ((low & Entry.CacheDisable) !== 0 ? MappingFlag.CacheDisable : 0) |
    ((low & Entry.Global) !== 0 ? MappingFlag.Global : 0) |
    (large ? MappingFlag.Large : 0)
  );
}

/** Calls `visit` for all that is mapped, ascending: for runs of the pages of a table, and for each large page. */
function eachRun(memory: PhysicalMemory, space: AddressSpace, visit: Visit): void {
  const { cr3, pae = false, pse, nxe = false } = space;
  if (cr3 === undefined) {
    visit(0, 0, memory.size, MappingFlag.Writable | MappingFlag.User);
    return;
  }
  const size = pae ? 8 : 4;
  const entries = 0x1000 / size;
  const largeSize = pae ? 0x20_0000 : 0x40_0000;
  const words = new Uint32Array(memory.bytes.buffer, memory.bytes.byteOffset, memory.size / 4);
  /** Not present where no memory is. */
  const word = (address: number) => words[address >>> 2] ?? 0;
  const isNoExecute = (high: number) => pae && nxe && (high & Entry.NoExecute) !== 0;

  /** Words of an entry. */
  const step = size / 4;
  function table(pde: number, pdeHigh: number, linear: number): void {
    const first = (pde & -0x1000) >>> 2;
    if (first >= words.length) return;
    for (let n = 0; n < entries;) {
      const begin = n++;
      const pte = words[first + begin * step];
      const high = pae ? words[first + begin * step + 1] : 0;
      if ((pte & Entry.Present) === 0 || (high & 0xf) !== 0) continue;
      let next = ((pte | USED) >>> 0) + 0x1000;
      while (
        n < entries &&
        (words[first + n * step] | USED) >>> 0 === next &&
        (!pae || words[first + n * step + 1] === high)
      ) {
        n++;
        next += 0x1000;
      }
      const flags = flagsOf(pte, pde & pte, isNoExecute(high | pdeHigh), false);
      visit(linear + begin * 0x1000, (pte & -0x1000) >>> 0, (n - begin) * 0x1000, flags);
    }
  }
  function directory(base: number, linear: number): void {
    for (let n = 0; n < entries; n++) {
      const pde = word(base + n * size);
      if ((pde & Entry.Present) === 0) continue;
      const high = pae ? word(base + n * size + 4) : 0;
      if ((high & 0xf) !== 0) continue;
      const at = linear + n * largeSize;
      if ((pde & Entry.Large) === 0 || !(pae || pse)) table(pde, high, at);
      else visit(at, (pde & -largeSize) >>> 0, largeSize, flagsOf(pde, pde, isNoExecute(high), true));
    }
  }
  if (!pae) {
    directory((cr3 & -0x1000) >>> 0, 0);
    return;
  }
  for (let n = 0; n < 4; n++) {
    const pointer = word(((cr3 & -0x20) >>> 0) + n * 8);
    if ((pointer & Entry.Present) !== 0 && (word(((cr3 & -0x20) >>> 0) + n * 8 + 4) & 0xf) === 0)
      directory((pointer & -0x1000) >>> 0, n * 0x4000_0000);
  }
}

/** The mapped ranges of a space: neighbours with the same flags that follow each other in physical memory too are one. */
export function mappingsOf(memory: PhysicalMemory, space: AddressSpace): Mappings {
  const columns = Array.from({ length: 4 }, () => new Uint32Array(MAX_RANGES));
  const [start, last, physicals, allFlags] = columns;
  let count = 0;
  let truncated = false;
  let next = -1;
  let nextPhysical = -1;
  function add(linear: number, physical: number, size: number, flags: number): void {
    const joins = linear === next && physical === nextPhysical && flags === allFlags[count - 1];
    if (joins) last[count - 1] = linear + size - 1;
    else if (count === MAX_RANGES) truncated = true;
    else {
      start[count] = linear;
      last[count] = linear + size - 1;
      physicals[count] = physical;
      allFlags[count++] = flags;
    }
    next = linear + size;
    nextPhysical = physical + size;
  }
  eachRun(memory, space, (linear, physical, size, flags) => {
    const inRam = Math.min(size, Math.max(0, memory.size - physical));
    if (inRam > 0) add(linear, physical, inRam, flags);
    if (inRam < size) add(linear + inRam, physical + inRam, size - inRam, flags | MappingFlag.Device);
  });
  return {
    start: start.slice(0, count),
    last: last.slice(0, count),
    physical: physicals.slice(0, count),
    flags: allFlags.slice(0, count),
    truncated,
  };
}

/** The linear addresses of a physical one in a space, at most `most`. */
export function addressesOf(
  memory: PhysicalMemory,
  space: AddressSpace,
  target: number,
  most: number,
): { readonly linear: number; readonly flags: number }[] {
  const found: { linear: number; flags: number }[] = [];
  if (space.cr3 === undefined) return found;
  eachRun(memory, space, (linear, physical, size, flags) => {
    if (target >= physical && target < physical + size && found.length < most)
      found.push({ linear: linear + (target - physical), flags });
  });
  return found;
}
