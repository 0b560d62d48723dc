/**
 * What the parts of an address space are: a kernel's sections, programs, the passage page, the I/O area, the map of all RAM. The
 * page tables say what is mapped; symbols and the cooperative ABI say what it is.
 */
import { CO_VPTR_IO_AREA_SIZE, CO_VPTR_IO_AREA_START } from '../core/abi/abi.ts';
import { MappingFlag, type Mappings } from '../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import { tell, type Translate } from '../core/sentences/say.ts';
import { type Coroutines, type Placed, threadOf } from './coroutines.ts';
import { flagsText } from './mapping-flags.ts';
import { SHF } from './symbols/elf.ts';
import type { MappedRange } from './custom-protocol.ts';

export const REGION_KINDS = [
  'kernel',
  'user',
  'image',
  'program',
  'module',
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

const HOST_THREAD = threadOf(HOST);
const PAGE = 0x1000;
/** A range of supervisor memory from here on is a map of RAM rather than a stack or a buffer. */
const LEAST_MAP = 0x4_0000;
/** Most sections of one image: those of a file that somebody else has made. */
const MAX_SECTIONS = 256;

/** Sections that are in memory. */
function sectionsOf({ image, bias }: Placed, kind: RegionKind): Landmark[] {
  return image.elf.sections
    .filter(({ flags, size }) => (flags & SHF.alloc) !== 0 && size > 0)
    .slice(0, MAX_SECTIONS)
    .map(({ address, size, name }) => ({
      ...{ start: (address + bias) >>> 0, last: (address + bias + size - 1) >>> 0 },
      ...{ kind, name },
    }))
    .filter(({ start, last }) => start <= last);
}

/** What is known of the addresses of a coroutine. @param cr3 of its address space */
export function landmarksOf(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  cr3: number,
  translate?: Translate,
): Landmark[] {
  const kernel = coroutines.kernelOf(coroutine);
  const passages = coroutines.passagePages(coroutine).map(({ address, monitor }): Landmark => ({
    ...{ start: address, last: (address + PAGE - 1) >>> 0, kind: 'passage' },
    name: coroutine === HOST ? tell(coroutines.shortTitle(monitor + 1), translate) : '',
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
    ...coroutines
      .mappedIn(coroutine, cr3)
      .flatMap((placed) => sectionsOf(placed, placed.module ? 'module' : 'program')),
    ...(kernel ? sectionsOf(kernel, 'image') : []),
  ];
}

/**
 * Splits ranges where the meaning changes, at pages. Of landmarks that overlap the first one counts. Whatever is no device is the host's
 * until somebody says otherwise (`frame-owners.ts`).
 */
export function regionsOf(
  { start, last, physical, flags }: Pick<Mappings, 'start' | 'last' | 'physical' | 'flags'>,
  landmarks: readonly Landmark[],
): MappedRange[] {
  const known = apart(landmarks);
  // Of tens of thousands of ranges few have flags of their own.
  const texts = new Map([...new Set(flags)].map((bits) => [bits, flagsText(bits)]));
  const regions: MappedRange[] = [];
  let next = 0;
  for (let n = 0; n < start.length; n++) {
    const low = start[n];
    const high = last[n];
    while (next < known.length && known[next].last < low) next++;
    const whole = rangeOf(
      low,
      high,
      physical[n],
      texts.get(flags[n])!,
      usualKind(low, high, physical[n], flags[n]),
    );
    if (next === known.length || known[next].start > high) regions.push(whole);
    else splitAt(whole, known, next, regions);
  }
  return regions;
}

// All fields at once: of tens of thousands of objects each field that is added later is one more object.
const rangeOf = (
  start: number,
  last: number,
  physical: number,
  flags: string,
  region: RegionKind,
): MappedRange =>
  region === 'device'
    ? { start, last, physical, flags, region }
    : { start, last, physical, flags, region, owner: HOST_THREAD };

/** A range in pieces: what landmarks, from the first that it reaches on, have of it, and what is between them. */
function splitAt(
  whole: MappedRange,
  known: readonly Landmark[],
  first: number,
  regions: MappedRange[],
): void {
  const { start, last, physical, flags, region: usual } = whole;
  const piece = (from: number, to: number, region: RegionKind) =>
    rangeOf(from, to, physical + (from - start), flags, region);
  let from = start;
  for (let k = first; k < known.length && known[k].start <= last; k++) {
    const { start: begin, last: end, kind, name } = known[k];
    if (begin > from) regions.push(piece(from, begin - 1, usual));
    const to = Math.min(end, last);
    const named = piece(Math.max(from, begin), to, kind);
    if (name !== '') named.name = name;
    regions.push(named);
    from = to + 1;
  }
  if (from <= last) regions.push(piece(from, last, usual));
}

/** What a range is that no landmark names. */
function usualKind(start: number, last: number, physical: number, flags: number): RegionKind {
  if ((flags & MappingFlag.Device) !== 0) return 'device';
  if ((flags & MappingFlag.User) !== 0) return 'user';
  if (last - start + 1 < LEAST_MAP) return 'kernel';
  return start === physical ? 'identity-map' : 'direct-map';
}

/** Landmarks as whole pages that do not overlap, ascending: what an earlier one has, later ones do not get. */
function apart(landmarks: readonly Landmark[]): Landmark[] {
  const found: Landmark[] = [];
  for (const landmark of landmarks) {
    let from = landmark.start - (landmark.start % PAGE);
    const to = landmark.last - (landmark.last % PAGE) + PAGE - 1;
    for (const other of [...found].sort((a, b) => a.start - b.start)) {
      if (other.last < from || other.start > to) continue;
      if (other.start > from) found.push({ ...landmark, start: from, last: other.start - 1 });
      from = other.last + 1;
    }
    if (from <= to) found.push({ ...landmark, start: from, last: to });
  }
  return found.sort((a, b) => a.start - b.start);
}
