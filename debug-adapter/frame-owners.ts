/**
 * Whose memory the frames behind an address space are. The memory of a guest is what the guest has mapped, but for what the host lends
 * it: the passage page and the I/O area. Whatever no guest has is the host's.
 */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { HOST } from '../core/protocol/machine-protocol.ts';
import { threadOf } from './coroutines.ts';
import type { MappedRange } from './custom-protocol.ts';
import type { Debuggee } from './debuggee.ts';
import { landmarksOf, type RegionKind, regionsOf } from './regions.ts';

/** Frames of a guest, by their physical addresses. */
export interface OwnedFrames {
  readonly start: number;
  /** Included. */
  readonly last: number;
  readonly coroutine: CoroutineId;
}

const LENT: ReadonlySet<RegionKind> = new Set<RegionKind>(['passage', 'io-area', 'device']);

/** The frames of guests, ascending and apart: of a frame that several have mapped it is the first one's. @param guests what each has mapped */
export function framesOf(
  guests: readonly { readonly coroutine: CoroutineId; readonly mappings: readonly MappedRange[] }[],
): OwnedFrames[] {
  const found: OwnedFrames[] = [];
  for (const { coroutine, mappings } of guests) {
    const own = mappings
      .filter(({ region }) => !LENT.has(region))
      .map(({ start, last, physical }) => ({ start: physical, last: physical + (last - start) }))
      .sort((a, b) => a.start - b.start);
    const taken = [...found].sort((a, b) => a.start - b.start);
    let end = 0; // of what this guest has got
    for (const { start, last } of own) {
      let from = Math.max(start, end);
      for (const other of taken) {
        if (other.last < from || other.start > last) continue;
        if (other.start > from) found.push({ start: from, last: other.start - 1, coroutine });
        from = other.last + 1;
      }
      if (from <= last) found.push({ start: from, last, coroutine });
      end = Math.max(end, last + 1);
    }
  }
  return merged(found.sort((a, b) => a.start - b.start));
}

/** The frames of all guests that run, as they have mapped them now. */
export async function guestFrames({ coroutines, request }: Debuggee): Promise<OwnedFrames[]> {
  const guests: { coroutine: CoroutineId; mappings: MappedRange[] }[] = [];
  for (const coroutine of coroutines.all) {
    const cr3 = coroutine === HOST ? undefined : coroutines.cr3Of(coroutine);
    if (cr3 === undefined) continue;
    const ranges = await request('mappings', { space: { kind: 'coroutine', coroutine } });
    guests.push({ coroutine, mappings: regionsOf(ranges, landmarksOf(coroutines, coroutine, cr3)) });
  }
  return framesOf(guests);
}

/** Neighbours of one owner become one. */
function merged(frames: readonly OwnedFrames[]): OwnedFrames[] {
  const whole: OwnedFrames[] = [];
  for (const next of frames) {
    const before = whole.at(-1);
    if (before?.coroutine === next.coroutine && before.last + 1 === next.start)
      whole[whole.length - 1] = { ...before, last: next.last };
    else whole.push(next);
  }
  return whole;
}

/** Gives the ranges of guests to them, and splits those that are of several. Devices have no owners. */
export function withOwners(ranges: MappedRange[], frames: readonly OwnedFrames[]): MappedRange[] {
  if (frames.length === 0) return ranges;
  const whole: MappedRange[] = [];
  for (const range of ranges) {
    if (range.region === 'device') whole.push(range);
    else split(range, frames, whole);
  }
  return whole;
}

function split(range: MappedRange, frames: readonly OwnedFrames[], pieces: MappedRange[]): void {
  const { start, physical } = range;
  const size = range.last - start + 1;
  for (let at = 0; at < size;) {
    const next = frames[firstBehind(frames, physical + at)];
    const owned = next !== undefined && next.start <= physical + at;
    const end = Math.min(size, (owned ? next.last + 1 : (next?.start ?? Infinity)) - physical);
    // Mostly it is one piece: of tens of thousands none is made anew.
    const piece = end - at === size ? range : { ...range };
    piece.start = start + at;
    piece.last = start + end - 1;
    piece.physical = physical + at;
    piece.owner = threadOf(owned ? next.coroutine : HOST);
    pieces.push(piece);
    at = end;
  }
}

/** The first of the frames that ends at or behind an address. */
function firstBehind(frames: readonly OwnedFrames[], physical: number): number {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (frames[middle].last < physical) low = middle + 1;
    else high = middle;
  }
  return low;
}
