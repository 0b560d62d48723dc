/** Operands of checked expressions: decay of arrays and functions, promotions, conversions, what can be pointed to and assigned to. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import type { CType } from '../symbols/types.ts';
import { promoted, UNSIGNED } from './conversions.ts';
import type { Scalar } from './scalar.ts';
import { isPlace, type Node } from './tree.ts';
import {
  arrayOf,
  bare,
  isComplex,
  isInteger,
  isPointer,
  isRecord,
  isReference,
  isScalar,
  pointerTo,
  sizeOf,
  targetOf,
} from './value.ts';

export const constant = (value: Scalar, type: CType): Node => ({
  kind: 'constant',
  type,
  space: undefined,
  value,
});

/**
 * Whose memory the value of a node points into. A pointer that was read from physical memory is an address of the frame's
 * own space again.
 */
export function pointedSpace(node: Node): Space | undefined {
  return node.space?.kind === 'physical' && isPlace(node) ? undefined : node.space;
}

/** Arrays and functions become pointers (C11 6.3.2.1, 3 and 4). */
export function valueOf(node: Node): Node {
  const array = arrayOf(node.type);
  const target = array ? array.element : bare(node.type).kind === 'function' ? node.type : undefined;
  return target ? { kind: 'address', type: pointerTo(target), space: node.space, object: node } : node;
}

/** @throws AdapterError for void: what a function without a result gives, or a symbol without a type */
export function failWithoutType(node: Node): never {
  if (node.kind === 'object')
    fail(
      say`The debug information says nothing of the type of "${node.name}": write what it is, for example *(int *)&${node.name}.`,
    );
  return fail(say`A value is needed here, but this is void.`);
}

/** @throws AdapterError for structures and void */
export function scalarOperand(node: Node): Node {
  const value = valueOf(node);
  if (isScalar(value.type)) return value;
  const { kind } = bare(value.type);
  if (kind === 'void') failWithoutType(value);
  if (isRecord(value.type))
    fail(say`A number is needed here, but this is a structure: choose one of its members.`);
  if (isComplex(value.type))
    fail(say`A real number is needed here, but this is a complex one: those are shown, not computed with.`);
  return fail(say`A number is needed here, but nothing is known of the type of this.`);
}

/** A scalar after the integer promotions (C11 6.3.1.1, 2). */
export function operand(node: Node): Node {
  const value = scalarOperand(node);
  return convert(value, promoted(value.type, value.kind === 'member' ? value.bits : undefined));
}

export function integerOperand(node: Node): Node {
  const value = operand(node);
  return isInteger(value.type) ? value : fail(say`A whole number is needed here.`);
}

export function convert(node: Node, type: CType): Node {
  if (bare(node.type) === bare(type)) return node;
  return { kind: 'convert', type, space: pointedSpace(node), operand: node };
}

/** @throws AdapterError for what is no modifiable lvalue (C11 6.3.2.1, 1) */
export function assignable(node: Node): Node {
  if (!isPlace(node) || node.kind === 'text')
    fail(say`Only variables, memory and registers can be assigned to: this is a result.`);
  if (arrayOf(node.type)) fail(say`An array cannot be assigned to: choose one of its elements.`);
  if (isComplex(node.type))
    fail(say`A complex number cannot be set: write its parts to its memory, for example *(double *)&z = 1.`);
  if (!isScalar(node.type) && !isRecord(node.type))
    fail(say`Nothing can be assigned to this: it is no object.`);
  return node;
}

/** `&node`. @throws AdapterError for what has no address by its kind */
export function address(node: Node): Node {
  const noAddress = node.kind === 'register' || node.kind === 'msr' || node.kind === 'text';
  if (noAddress || !isPlace(node))
    fail(say`This value has no address: it lives in a register or is a result.`);
  if (node.kind === 'member' && node.bits !== undefined) fail(say`A bit field has no size and no address.`);
  return { kind: 'address', type: pointerTo(node.type), space: node.space, object: node };
}

/** `*node`. A bare number is the address of a word: handy for `*$esp`. */
export function dereference(node: Node): Node {
  const pointer = valueOf(node);
  const space = pointedSpace(pointer);
  if (!isPointer(pointer.type)) {
    const number = operand(pointer);
    if (!isInteger(number.type)) fail(say`A floating-point number is no address.`);
    return { kind: 'dereference', type: UNSIGNED, space, address: convert(number, UNSIGNED) };
  }
  const target = targetOf(pointer.type)!;
  if (bare(target).kind === 'void')
    fail(say`A "void *" points to nothing known: cast it, for example *(int *)p.`);
  return { kind: 'dereference', type: target, space, address: pointer };
}

/** What stands for a node: of a reference of C++ what it refers to. */
export function referred(node: Node): Node {
  return isReference(node.type) ? dereference(node) : node;
}

/** `base[index]`, which C also lets one write as `index[base]`. */
export function indexed(base: Node, index: Node): Node {
  const array = arrayOf(base.type);
  if (array && bare(array.element).kind !== 'void') {
    requireLengths(array.element);
    return {
      kind: 'element',
      type: array.element,
      space: base.space,
      object: base,
      index: integerOperand(index),
    };
  }
  if (isInteger(base.type) && targetOf(index.type)) return indexed(index, base);
  if (!isPointer(base.type)) fail(say`Only arrays and pointers can be indexed.`);
  return dereference(pointerPlus(base, integerOperand(index)));
}

/** pointer + index */
export function pointerPlus(pointer: Node, index: Node): Extract<Node, { kind: 'offset' }> {
  const value = valueOf(pointer);
  return {
    kind: 'offset',
    type: value.type,
    space: pointedSpace(value),
    pointer: value,
    index,
    scale: strideOf(targetOf(value.type)!),
  };
}

/** Refuses elements that are arrays of unknown length: with a wrong one, what is found is another element. */
function requireLengths(element: CType): void {
  const plain = bare(element);
  if (plain.kind === 'array' && plain.dimensions.includes(undefined)) failWithoutLength();
}

export const failWithoutLength = (): never =>
  fail(say`The length of this array is not known here: cast its address to a type that has one.`);

/** Bytes from one element to the next; GNU C counts void and functions by bytes. */
export function strideOf(target: CType): number {
  requireLengths(target);
  const plain = bare(target);
  if (plain.kind === 'void' || plain.kind === 'function') return 1;
  if ((plain.kind === 'struct' || plain.kind === 'union') && plain.incomplete)
    fail(say`The ${plain.kind} is only declared in the debug information: its size is not known.`);
  return sizeOf(plain);
}
