/**
 * What the parts of an address space are: a kernel's sections, programs, the passage page, the I/O area, the map of all RAM. The
 * page tables say what is mapped; symbols and the cooperative ABI say what it is.
 */
import { CO_VPTR_IO_AREA_SIZE, CO_VPTR_IO_AREA_START } from '../core/abi/abi.ts';
import { MappingFlag, type Mappings } from '../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { Coroutines, Placed } from './coroutines.ts';
import { flagsText } from './mapping-flags.ts';
import { SHF } from './symbols/elf.ts';
import type { MappedRange } from './custom-protocol.ts';

export const REGION_KINDS = [
  'kernel',
  'user',
  'image',
  'program',
  'passage',
  'io-area',
  'direct-map',
  'identity-map',
  'device',
] as const;
export type RegionKind = (typeof REGION_KINDS)[number];

/** Addresses whose meaning is known, whether they are mapped or not. */
export interface Landmark {
  readonly start: number;
  /** Included. */
  readonly last: number;
  readonly kind: RegionKind;
  readonly name: string;
}

const PAGE = 0x1000;
/** A range of supervisor memory from here on is a map of RAM rather than a stack or a buffer. */
const LEAST_MAP = 0x4_0000;
/** Most sections of one image: those of a file that somebody else has made. */
const MAX_SECTIONS = 256;

/** Sections that are in memory, as far as whole pages belong to one: neighbours share the page between them. */
function sectionsOf({ image, bias }: Placed, kind: RegionKind, prefix: string): Landmark[] {
  return image.elf.sections
    .filter(({ flags, size }) => (flags & SHF.alloc) !== 0 && size > 0)
    .slice(0, MAX_SECTIONS)
    .map(({ address, size, name }) => ({
      ...{ start: (address + bias) >>> 0, last: (address + bias + size - 1) >>> 0 },
      ...{ kind, name: `${prefix}${name}` },
    }))
    .filter(({ start, last }) => start <= last);
}

/** What is known of the addresses of a coroutine. @param mapped programs and modules in the address space */
export function landmarksOf(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  mapped: readonly Placed[],
): Landmark[] {
  const kernel = coroutines.kernelOf(coroutine);
  const passages = coroutines.passagePages(coroutine).map(({ address, monitor }): Landmark => ({
    ...{ start: address, last: (address + PAGE - 1) >>> 0, kind: 'passage' },
    name: coroutine === HOST ? `guest ${monitor}` : '',
  }));
  const ioArea: Landmark[] =
    coroutine === HOST
      ? []
      : [
          {
            ...{ start: CO_VPTR_IO_AREA_START, last: CO_VPTR_IO_AREA_START + CO_VPTR_IO_AREA_SIZE - 1 },
            ...{ kind: 'io-area', name: '' },
          },
        ];
  return [
    ...passages,
    ...ioArea,
    ...mapped.flatMap((one) =>
      one.module ? sectionsOf(one, 'image', `${one.image.name} `) : sectionsOf(one, 'program', ''),
    ),
    ...(kernel ? sectionsOf(kernel, 'image', '') : []),
  ];
}

/** Splits ranges where the meaning changes, at pages. Of landmarks that overlap the first one counts. */
export function regionsOf(
  { start, last, physical, flags }: Pick<Mappings, 'start' | 'last' | 'physical' | 'flags'>,
  landmarks: readonly Landmark[],
): MappedRange[] {
  return Array.from(start, (low, n) => {
    const whole = { start: low, last: last[n], physical: physical[n], flags: flags[n] };
    const usual = usualKind(whole);
    return pieces(whole.start, whole.last, landmarks).map(([from, to, landmark]) => ({
      start: from,
      last: to,
      physical: whole.physical + (from - low),
      flags: flagsText(whole.flags),
      region: landmark?.kind ?? usual,
      ...(landmark?.name && { name: landmark.name }),
    }));
  }).flat();
}

/** What a range is that no landmark names. */
function usualKind(range: { start: number; last: number; physical: number; flags: number }): RegionKind {
  if ((range.flags & MappingFlag.Device) !== 0) return 'device';
  if ((range.flags & MappingFlag.User) !== 0) return 'user';
  if (range.last - range.start + 1 < LEAST_MAP) return 'kernel';
  return range.start === range.physical ? 'identity-map' : 'direct-map';
}

type Piece = readonly [from: number, to: number, landmark: Landmark | undefined];

function pieces(low: number, high: number, landmarks: readonly Landmark[]): Piece[] {
  const found: Piece[] = [];
  const inside = landmarks
    .map((landmark) => ({
      landmark,
      from: Math.max(low, landmark.start - (landmark.start % PAGE)),
      to: Math.min(high, landmark.last - (landmark.last % PAGE) + PAGE - 1),
    }))
    .filter(({ from, to }) => from <= to)
    .sort((a, b) => a.from - b.from);
  let next = low;
  for (const { landmark, from, to } of inside) {
    if (to < next) continue;
    if (from > next) found.push([next, from - 1, undefined]);
    found.push([Math.max(from, next), to, landmark]);
    next = to + 1;
  }
  if (next <= high) found.push([next, high, undefined]);
  return found;
}
