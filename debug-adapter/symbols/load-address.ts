/** Where code is loaded that is linked elsewhere: a higher-half kernel runs there before paging is on. */
import { type Elf, type ElfSegment, PT } from './elf.ts';

/** Asked many times at a stop. */
const known = new WeakMap<Elf, readonly ElfSegment[]>();

/** The segments that are loaded elsewhere than where they are linked. */
function movedOf(elf: Elf): readonly ElfSegment[] {
  let moved = known.get(elf);
  if (!moved) {
    moved = elf.segments.filter(
      ({ type, physicalAddress, virtualAddress }) => type === PT.load && physicalAddress !== virtualAddress,
    );
    known.set(elf, moved);
  }
  return moved;
}

/** How far from where it is linked the code at a physical address was loaded; `undefined` when no segment was loaded elsewhere there. */
export function loadBias(elf: Elf, physical: number): number | undefined {
  const segment = movedOf(elf).find(
    (one) => physical >= one.physicalAddress && physical < one.physicalAddress + one.memorySize,
  );
  return segment && segment.physicalAddress - segment.virtualAddress;
}

/** Where code that is linked at an address is loaded, when that is elsewhere. */
export function loadAddress(elf: Elf, linked: number): number | undefined {
  const segment = movedOf(elf).find(
    (one) => linked >= one.virtualAddress && linked < one.virtualAddress + one.memorySize,
  );
  return segment && (linked - segment.virtualAddress + segment.physicalAddress) >>> 0;
}
