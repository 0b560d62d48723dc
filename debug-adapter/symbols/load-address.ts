/** Where code is loaded that is linked elsewhere: a higher-half kernel runs there before paging is on. */
import { type Elf, type ElfSegment, PT } from './elf.ts';

const isMoved = ({ type, physicalAddress, virtualAddress }: ElfSegment) =>
  type === PT.load && physicalAddress !== virtualAddress;

/** How far from where it is linked the code at a physical address was loaded; `undefined` when no segment was loaded elsewhere there. */
export function loadBias({ segments }: Elf, physical: number): number | undefined {
  const segment = segments.find(
    (one) =>
      isMoved(one) && physical >= one.physicalAddress && physical < one.physicalAddress + one.memorySize,
  );
  return segment && segment.physicalAddress - segment.virtualAddress;
}

/** Where code that is linked at an address is loaded, when that is elsewhere. */
export function loadAddress({ segments }: Elf, linked: number): number | undefined {
  const segment = segments.find(
    (one) => isMoved(one) && linked >= one.virtualAddress && linked < one.virtualAddress + one.memorySize,
  );
  return segment && (linked - segment.virtualAddress + segment.physicalAddress) >>> 0;
}
