/** The entries of the members of structures: which there are, with those of variants, and where a member is. Source: DWARF 5 §5.7.6, §5.7.10. */
import { DW_AT, DW_TAG } from './constants.ts';
import type { Die } from './die.ts';
import { evaluateNumber } from './expression.ts';
import type { Member, Variant } from './types.ts';

/** Variant parts within variant parts. */
const DEPTH_LIMIT = 64;

/** Is a child of a class a static data member (DWARF 5 §5.7.6 and §5.7.7)? */
export function isStatic(die: Die): boolean {
  if (die.tag !== DW_TAG.member && die.tag !== DW_TAG.variable) return false;
  return die.flag(DW_AT.external) || die.flag(DW_AT.declaration);
}

interface MemberDie {
  readonly die: Die;
  /** The variant part that it belongs to: without a variant it is the discriminant. */
  readonly part?: Die;
  readonly variant?: Die;
}

/** The children of a struct, with the members of its variants (a Rust enum; DWARF 5 §5.7.10) among them. */
export function* memberDies(
  parent: Die,
  depth: number,
  within: Omit<MemberDie, 'die'> = {},
): Generator<MemberDie> {
  for (const die of parent.children()) {
    if (die.tag === DW_TAG.variant_part && depth < DEPTH_LIMIT)
      yield* memberDies(die, depth + 1, { part: die });
    else if (die.tag === DW_TAG.variant && depth < DEPTH_LIMIT)
      yield* memberDies(die, depth + 1, { ...within, variant: die });
    else yield { die, ...within };
  }
}

/** What a variant says of its discriminant; one with a list of values counts as always there. */
export function variantOf(discriminant: Member | undefined, variant: Die): { variant?: Variant } {
  if (variant.attribute(DW_AT.discr_list)) return {};
  const value = variant.attribute(DW_AT.discr_value);
  return { variant: { discriminant, ...(value?.kind === 'constant' && { value: value.value }) } };
}

/** In bytes; or the expression that finds it, when that depends on the object. */
export function memberPlace(die: Die): number | Uint8Array {
  const value = die.attribute(DW_AT.data_member_location);
  if (value?.kind === 'constant') return Number(value.value);
  if (value?.kind !== 'block') return 0;
  // DWARF 2 wrote an expression that adds to the address of the struct.
  const scope = {
    frame: undefined,
    frameBase: () => undefined,
    addressAt: () => 0,
    baseType: () => undefined,
    initial: [0],
  };
  return evaluateNumber(value.bytes, scope) ?? value.bytes;
}
