/**
 * Offsets in segments as linear addresses, which symbols and memory go by: nearly all code is flat, but boot sectors, real-mode
 * trampolines, virtual-8086 mode and segments of 16 bits are not. Source: SDM vol. 3A, 3.4; vol. 3B, 20.1.
 */
import type { OpenEntry, TransitionPlace } from '../core/protocol/debug-protocol.ts';
import type { CpuSnapshot } from '../core/protocol/machine-protocol.ts';
import { I386 } from './symbols/constants.ts';
import type { Registers } from './symbols/location.ts';

/** CR0.PE and EFLAGS.VM. */
const PROTECTED = 1;
const VIRTUAL_8086 = 1 << 17;
/** The index of SS in `CpuSnapshot.segments`, and SS.B in the attributes. */
const SS = 2;
const BIG = 1 << 14;

/** What the segments of the processor make of EIP and ESP: symbols and memory go by linear addresses. */
export interface Flat {
  readonly registers: Registers;
  /** Where its stack begins. */
  readonly stackBase: number;
}

/** @param registers of the processor. @returns nothing for code that is flat, which is nearly all */
export function flattened(cpu: CpuSnapshot, registers: Registers): Flat | undefined {
  const { linearEip, eip, cr0, eflags } = cpu;
  if (linearEip === eip && (cr0 & PROTECTED) !== 0 && (eflags & VIRTUAL_8086) === 0) return undefined;
  const { base, attributes } = cpu.segments[SS]!;
  const flat = [...registers];
  const esp = flat[I386.esp]!;
  flat[I386.eip] = linearEip;
  flat[I386.esp] = (base + ((attributes & BIG) !== 0 ? esp : esp & 0xffff)) >>> 0;
  return { registers: flat, stackBase: base };
}

/** Where what a handler has interrupted goes on. */
export const goesOnAt = ({ from, changed }: OpenEntry): TransitionPlace => changed ?? from;

type Linear = Pick<TransitionPlace, 'eip' | 'esp'>;

/** The linear addresses of a place in virtual-8086 mode; elsewhere segments are taken for flat. */
export const linearPlace = (place: TransitionPlace): Linear => (place.v86 ? segmentedPlace(place) : place);

/** The same of a place in real mode, or virtual-8086 mode. */
export const segmentedPlace = ({ cs, eip, ss, esp }: TransitionPlace): Linear => ({
  eip: cs * 16 + (eip & 0xffff),
  esp: ss * 16 + (esp & 0xffff),
});
