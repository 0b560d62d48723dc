/**
 * Casts (C11 6.5.4), and what C++ adds to them: a pointer to a class becomes one to its base class, or the other way round, by
 * moving to where that lies (ISO C++ 7.3.12, 7.6.1.9). Pointers to what is not related stay where they are.
 */
import { say } from '../../core/sentences/say.ts';
import type { CType, StructType } from '../symbols/types.ts';
import { address, dereference, pointedSpace, scalarOperand } from './check-operands.ts';
import { fail } from './fail.ts';
import { isClass, partsOfClass, type Place } from './members.ts';
import { type ClassStep, isPlace, type Node } from './tree.ts';
import { bare, isFloat, isPointer, isReference, isScalar, pointerTo, targetOf } from './value.ts';

/** @param keepsBits a `reinterpret_cast`: no pointer moves @throws AdapterError for what cannot be cast */
export function cast(type: CType, node: Node, keepsBits: boolean): Node {
  if (bare(type).kind === 'void') return { kind: 'convert', type, space: undefined, operand: node };
  if (!isScalar(type)) return objectCast(type, node);
  const value = scalarOperand(node);
  if (isFloat(value.type) && isPointer(type)) fail(say`A floating-point number is no address.`);
  return keepsBits ? converted(value, type) : convertClass(value, type);
}

/** A scalar as another type. @throws AdapterError for a base class that is there twice */
export function convertClass(node: Node, type: CType): Node {
  const steps = stepsBetween(classAt(node.type), classAt(type));
  const { space } = converted(node, type);
  return steps.length > 0
    ? { kind: 'classPointer', type, space, operand: node, steps }
    : converted(node, type);
}

const converted = (operand: Node, type: CType): Node => ({
  kind: 'convert',
  type,
  space: pointedSpace(operand),
  operand,
});

/** An object as one of its base classes. */
function objectCast(type: CType, object: Node): Node {
  const [from, to] = [classOf(object.type), classOf(type)];
  const isPart = from && to && (isClass(from, to) || partsOfClass(from, to).length > 0);
  if (!isPart || !isPlace(object))
    fail(say`Only numbers and pointers can be cast: for another view of memory write *(type *)&x.`);
  return dereference(convertClass(address(object), pointerTo(type)));
}

function classOf(type: CType): StructType | undefined {
  const plain = bare(type);
  return plain.kind === 'struct' ? plain : undefined;
}

const classAt = (type: CType): StructType | undefined =>
  isPointer(type) && !isReference(type) ? classOf(targetOf(type)!) : undefined;

function stepsBetween(from: StructType | undefined, to: StructType | undefined): readonly ClassStep[] {
  if (!from || !to || isClass(from, to)) return [];
  const up = theOnly(partsOfClass(from, to), from, to);
  // After the last of the virtual base classes there is the rest of the way.
  if (up)
    return [
      ...up.bases.flatMap(({ base, offset }) => [...by(offset), { place: base.place! }]),
      ...by(up.offset),
    ];
  const down = theOnly(partsOfClass(to, from), to, from);
  if (!down) return [];
  if (down.bases.length > 0)
    fail(
      say`"${named(from)}" is a virtual base class of "${named(to)}": where the whole object lies cannot be told from its part.`,
    );
  return by(-down.offset);
}

const by = (bits: number): readonly ClassStep[] => (bits === 0 ? [] : [{ offset: bits / 8 }]);

function theOnly(parts: readonly Place[], whole: StructType, part: StructType): Place | undefined {
  if (parts.length > 1)
    fail(
      say`"${named(whole)}" has the base class "${named(part)}" more than once: cast to the class between them first.`,
    );
  return parts[0];
}

const named = ({ scopedName, name }: StructType): string => scopedName ?? name ?? '';
