/**
 * The short way between rings, and of loading data segments, as WebAssembly over the machine's memory: `assembly/` says what it covers.
 * Compiled code imports the same functions.
 */
import { type TransitionKind, TRANSITION_KINDS } from '../../protocol/debug-protocol.ts';
import type { Mmu } from '../paging/mmu.ts';
import { RINGS_WASM } from './generated.ts';
import { instantiate } from '../../memory/instantiate.ts';

/** What came of `loadSegment`. */
export const Loaded = {
  /** Nothing: the long way decides. */
  Not: 0,
  /** It is done, and a flat segment has stayed flat; FS and GS have stayed with or without a limit. */
  Fine: 1,
  /** It is done, and has changed that. */
  Otherwise: 2,
} as const;

/** The exports. All but the last return 0 if nothing has happened, for the long way must decide. `kind`: a place in `TRANSITION_KINDS`. */
export interface Rings {
  /** Enters the handler of `vector`. @param source as in `interrupts.ts`. @param errorCode pushed when not negative */
  deliver(kind: number, source: number, vector: number, errorCode: number): number;
  /** IRET with 32-bit operands. */
  interruptReturn(kind: number): number;
  sysenter(kind: number): number;
  sysexit(kind: number): number;
  /** Loads ES, DS, FS or GS. @returns one of `Loaded` */
  loadSegment(seg: number, selector: number): number;
  setExistingFlags(bits: number): void;
}

/** How many parameters those have that compiled code calls. */
export const RING_PARAMETERS = {
  deliver: 4,
  interruptReturn: 1,
  sysenter: 1,
  sysexit: 1,
  loadSegment: 2,
} as const satisfies Partial<Record<keyof Rings, number>>;

export const kindNumber = (kind: TransitionKind): number => TRANSITION_KINDS.indexOf(kind);

const compile = instantiate(RINGS_WASM);

/** @param existingFlags bits of EFLAGS that the processor has */
export function createRings(memory: WebAssembly.Memory, existingFlags: number, refill: Mmu['refill']): Rings {
  const rings = compile<Rings>({ memory, refill });
  rings.setExistingFlags(existingFlags);
  return rings;
}
