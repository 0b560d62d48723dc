/** Where the virtual base class of an object lies: in C++ each object says so, in the table that its first word points to (DWARF 5 §5.7.3). */
import { say } from '../../core/sentences/say.ts';
import { evaluateNumber } from '../symbols/expression.ts';
import type { CType } from '../symbols/types.ts';
import type { TypedValue, ValueContext } from './value.ts';

/** @param place the expression that makes the address of the base class of the object's */
export function virtualBase(
  { location, space }: TypedValue,
  type: CType,
  place: Uint8Array,
  context: ValueContext,
): TypedValue {
  if (location.kind !== 'memory') return lost(type);
  const address = evaluateNumber(place, {
    frame: {
      ...{ bias: 0, registers: [], pc: 0, cfa: () => undefined },
      readMemory: (at, length) => context.readMemory(at, length, space),
    },
    ...{ frameBase: () => undefined, addressAt: () => 0, baseType: () => undefined },
    initial: [location.address],
  });
  if (address === undefined) return lost(type);
  return { type, space, location: { kind: 'memory', address: address >>> 0 } };
}

const lost = (type: CType): TypedValue => ({
  type,
  location: { kind: 'optimised-out', reason: say`the object does not say where this base class lies` },
});
