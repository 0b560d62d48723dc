/** Memory of one space around a place, as a page of rows: what can be read, what has changed, and what is written. */
import { ask } from '../shared/bridge.ts';

/** Addresses end here. */
const END = 0x1_0000_0000;

/** The letters before an address in a memory reference; empty for what the CPU uses now. */
export type SpaceName = string;

export const referenceIn = (space: SpaceName, address: number): string =>
  `${space === '' ? '' : `${space}:`}0x${address.toString(16)}`;

export interface MemoryPage {
  readonly space: SpaceName;
  readonly address: number;
  /** A byte, or `undefined` where nothing can be read. */
  readonly bytes: readonly (number | undefined)[];
}

const PAGE = 0x1000;

/** Reads `count` bytes from `address` on; pages that are not mapped are holes. */
export async function readPage(space: SpaceName, address: number, count: number): Promise<MemoryPage> {
  const bytes: (number | undefined)[] = [];
  const wanted = Math.min(count, END - address);
  while (bytes.length < wanted) {
    const at = address + bytes.length;
    const answer = await ask('readMemory', {
      memoryReference: referenceIn(space, at),
      count: wanted - bytes.length,
    });
    for (const letter of atob(answer?.data ?? '')) bytes.push(letter.charCodeAt(0));
    // What is left of the page that could not be read.
    const next = address + bytes.length;
    const hole = Math.min(PAGE - (next % PAGE), wanted - bytes.length);
    for (let n = 0; n < hole; n++) bytes.push(undefined);
  }
  return { space, address, bytes };
}

/** @throws Error with a sentence when not all of it is mapped */
export async function writeBytes(space: SpaceName, address: number, bytes: readonly number[]): Promise<void> {
  await ask('writeMemory', {
    memoryReference: referenceIn(space, address),
    data: btoa(String.fromCharCode(...bytes)),
  });
}
