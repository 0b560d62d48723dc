/** Which members a structure has at the moment: of its variants (a Rust enum; DWARF 5 §5.7.10) the one that the discriminant tells. */
import type { Member, StructType, Variant } from '../symbols/types.ts';
import { bitRange } from './members.ts';
import { bytesOf, integerOf, partOf, type TypedValue, type ValueContext } from './value.ts';

/** @returns all members where nothing tells, or where what tells cannot be read */
export function presentMembers(
  value: TypedValue,
  { members }: StructType,
  context: ValueContext,
): readonly Member[] {
  if (!members.some(({ variant }) => variant)) return members;
  return members.filter(({ variant }) => !variant || isThere(variant, value, members, context));
}

function isThere(
  { discriminant, value: wanted }: Variant,
  value: TypedValue,
  members: readonly Member[],
  context: ValueContext,
): boolean {
  const { offset, bits } = bitRange(discriminant);
  const bytes = bytesOf(partOf(value, discriminant.type, offset, bits), context);
  if (!bytes) return true;
  const width = bytes.length * 8;
  const found = BigInt.asUintN(width, integerOf(bytes, discriminant.type));
  const isFound = (one: bigint | undefined) => one !== undefined && BigInt.asUintN(width, one) === found;
  if (wanted !== undefined) return isFound(wanted);
  return !members.some(({ variant }) => variant?.discriminant === discriminant && isFound(variant.value));
}
