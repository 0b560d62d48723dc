/**
 * Which members a structure has at the moment: of its variants (a Rust enum; DWARF 5 §5.7.10) the one that the discriminant tells. And
 * tuples of Rust, whose members have numbers.
 */
import type { CType, Member, StructType, Variant } from '../symbols/types.ts';
import { bitRange } from './members.ts';
import { bytesOf, integerOf, partOf, type TypedValue, type ValueContext } from './value.ts';

/** By the members of a structure, which may be hundreds: views ask at every stop. */
const known = new WeakMap<readonly Member[], boolean>();

function hasVariants(members: readonly Member[]): boolean {
  let has = known.get(members);
  if (has === undefined) known.set(members, (has = members.some(({ variant }) => variant)));
  return has;
}

/** @returns all members where nothing tells, or where what tells cannot be read */
export function presentMembers(
  value: TypedValue,
  { members }: StructType,
  context: ValueContext,
): readonly Member[] {
  if (!hasVariants(members)) return members;
  return members.filter(({ variant }) => !variant || isThere(variant, value, members, context));
}

/** Is it an enum of Rust, or another structure with variants? */
export const isVariantType = (type: CType): type is StructType =>
  type.kind === 'struct' && hasVariants(type.members);

/** The variant that an enum of Rust has: what is shown of it is this alone. */
export function presentVariant(
  value: TypedValue,
  type: StructType,
  context: ValueContext,
): Member | undefined {
  if (!hasVariants(type.members)) return undefined;
  const present = presentMembers(value, type, context);
  const [variant, ...others] = present.filter((member) => member.variant ?? member.name !== DISCRIMINANT);
  return variant?.variant && others.length === 0 ? variant : undefined;
}

/** What the reader of types calls the member without a name that tells the variants apart. */
const DISCRIMINANT = 'discriminant';

/** Has a structure only members that are called by their numbers, `__0`, `__1`, as the compiler of Rust does? */
export const isTuple = ({ members }: StructType): boolean =>
  members.length > 0 && members.every(({ name }, n) => name === `__${n}`);

function isThere(
  { discriminant, value: wanted }: Variant,
  value: TypedValue,
  members: readonly Member[],
  context: ValueContext,
): boolean {
  if (!discriminant) return true;
  const { offset, bits } = bitRange(discriminant);
  const bytes = bytesOf(partOf(value, discriminant.type, offset, bits), context);
  if (!bytes) return true;
  const width = bytes.length * 8;
  const found = BigInt.asUintN(width, integerOf(bytes, discriminant.type));
  const isFound = (one: bigint | undefined) => one !== undefined && BigInt.asUintN(width, one) === found;
  if (wanted !== undefined) return isFound(wanted);
  return !members.some(({ variant }) => variant?.discriminant === discriminant && isFound(variant.value));
}
