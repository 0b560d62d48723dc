/** Which addresses of which spaces lead to a physical address: of all coroutines, and of spaces that were loaded lately. */
import type { Machine } from '../machine/machine.ts';
import { coroutineSpace } from '../machine/spaces.ts';
import { type CoroutineId, HOST } from '../protocol/machine-protocol.ts';
import type { ReverseMapping } from '../protocol/debug-protocol.ts';
import { addressesOf } from './mappings.ts';
import type { AddressSpace } from './page-walk.ts';

/** Most addresses of one space, and of all. */
const MOST_OF_SPACE = 64;
const MOST = 1024;

export function reverseMap(machine: Machine, physical: number): ReverseMapping[] {
  const { memory, passages, inspector, debug, cpu } = machine;
  const spaces = new Map<number, { space: AddressSpace; coroutine: CoroutineId | -1 }>();
  const coroutines = [passages.current(), HOST, ...passages.all().map(({ monitor }) => monitor + 1)];
  for (const coroutine of coroutines) {
    const space = coroutineSpace(cpu.views, memory, passages, coroutine);
    if (space?.cr3 !== undefined && !spaces.has(space.cr3)) spaces.set(space.cr3, { space, coroutine });
  }
  const current = inspector.currentSpace();
  if (current.cr3 !== undefined)
    for (const cr3 of debug.spaceLoads.values().reverse())
      if (!spaces.has(cr3)) spaces.set(cr3, { space: { ...current, cr3 }, coroutine: -1 });
  const found: ReverseMapping[] = [];
  for (const [cr3, { space, coroutine }] of spaces)
    for (const place of addressesOf(memory, space, physical, MOST_OF_SPACE))
      found.push({ cr3, coroutine, ...place });
  return found.slice(0, MOST);
}
