/** What the spaces of requests are now: address spaces, and the RAM behind watched bytes. */
import { type AddressSpace, PHYSICAL } from '../debug/page-walk.ts';
import type { Machine } from '../machine/machine.ts';
import { coroutineSpace } from '../machine/spaces.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import type { BitRange, RequestMap, Space, WatchpointSpec } from '../protocol/machine-protocol.ts';
import { RequestError } from './request-error.ts';
import { say } from '../sentences/say.ts';

type WatchRequest = RequestMap['setWatchpoints']['params']['watchpoints'][number];

/** @param cr3 stands in for that of the space */
export function resolveSpace(m: Machine, space: Space, cr3?: number): AddressSpace {
  const found = findSpace(m, space);
  if (found) return cr3 === undefined ? found : { ...found, cr3 };
  const coroutine = space.kind === 'coroutine' ? ` ${space.coroutine}` : '';
  throw new RequestError(
    'no-such-coroutine',
    say`There is no coroutine${coroutine} yet, or it has no saved state.`,
  );
}

function findSpace(m: Machine, space: Space): AddressSpace | undefined {
  if (space.kind === 'physical') return PHYSICAL;
  if (space.kind === 'current') return m.inspector.currentSpace();
  const found = coroutineSpace(m.cpu.views, m.memory, m.passages, space.coroutine);
  return found && space.cr3 !== undefined ? { ...found, cr3: space.cr3 } : found;
}

/** Those of some bits that are in a piece of the bytes, which begins `from` bits behind them. */
function bitsOfPiece({ offset, width }: BitRange, from: number, size: number): BitRange {
  const inside = (bit: number) => Math.min(Math.max(bit - from, 0), size);
  return { offset: inside(offset), width: inside(offset + width) - inside(offset) };
}

/** A watchpoint page by page where its bytes are now; none unless all of them are in RAM. */
export function physicalPieces(m: Machine, { space, ...spec }: WatchRequest): WatchpointSpec[] {
  const { address, length } = spec;
  const from = findSpace(m, space);
  if (!from) return [];
  const pieces: WatchpointSpec[] = [];
  for (let done = 0; done < length;) {
    const linear = (address + done) >>> 0;
    const size = Math.min(length - done, PAGE_SIZE - (linear % PAGE_SIZE));
    const physical = m.inspector.translate(from, linear);
    if (physical === undefined || physical + size > m.memory.size) return [];
    pieces.push({
      ...{ ...spec, address: physical, length: size },
      ...(spec.bits && { bits: bitsOfPiece(spec.bits, 8 * done, 8 * size) }),
    });
    done += size;
  }
  return pieces;
}
