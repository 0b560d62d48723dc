/**
 * How long what lies on a stack is what it is: until the function returns whose frame it is in. Behind that, the same bytes are other
 * functions' business.
 */
import type { Lifetime } from './data-ids.ts';
import type { Debuggee } from './debuggee.ts';
import { placeOf } from './memory-reference.ts';
import { type Frame, stackPointer } from './frame.ts';

/** How a frame is known, and the function that it is of. */
export interface FrameLifetime extends Lifetime {
  readonly name: string;
}

const WORD = 4;

/** @param reference to memory @returns `undefined` for what is in no frame, or in one that nobody has called */
export async function lifetimeOf(machine: Debuggee, reference: string): Promise<FrameLifetime | undefined> {
  const { coroutines, request } = machine;
  const { address, space, coroutine } = placeOf(reference, 0, coroutines.current);
  if (space.kind === 'physical') return undefined;
  const owner = ownerOf(await machine.stack(coroutine), address);
  if (!owner) return undefined;
  const slot = (owner.cfa - WORD) >>> 0;
  const { physical } = await request('pageWalk', { space, address: slot });
  const { returns, name } = owner;
  return physical === undefined ? undefined : { slot: physical, returns, address: slot, name };
}

/** The frame that an address of the stack is in: above the stack pointer, below its canonical frame address. */
function ownerOf(rows: readonly Frame[], address: number) {
  const inner = rows.find(({ kind }) => kind === 'code');
  if (!inner || address < stackPointer(inner)) return undefined;
  const at = rows.findIndex(({ kind, cfa }) => kind === 'code' && cfa !== undefined && address < cfa);
  const frame = rows[at] as Frame | undefined;
  // Inlined calls have the frame of the function that they are in.
  const caller = rows.slice(at).find(({ depth }) => frame !== undefined && depth > frame.depth);
  const isCalled = caller?.kind === 'code' && caller.lookupPc !== caller.pc;
  if (frame?.cfa === undefined || !isCalled) return undefined;
  const { name } = rows.slice(0, rows.indexOf(caller)).at(-1)!;
  return { cfa: frame.cfa, returns: caller.pc >>> 0, name };
}
