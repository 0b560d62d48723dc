/**
 * Fields of an enum of Rust in expressions, as gdb has them: `state.owner` and `some.0` are fields of the variant that the value has at the moment.
 * Variants themselves are members, too: `state.Used.owner` asks for no more than their place.
 */
import { say } from '../../core/sentences/say.ts';
import type { Member, StructType } from '../symbols/types.ts';
import { fail } from './fail.ts';
import { bitRange, hasMember, shownName } from './members.ts';
import type { Node } from './tree.ts';
import { bare } from './value.ts';
import { isVariantType } from './variants.ts';

/** The variant that the value of a node has; absent where nothing of the program can be read. */
export type PresentVariant = (object: Node) => Member | undefined;

const fieldsOf = ({ type }: Member): StructType | undefined => {
  const plain = bare(type);
  return plain.kind === 'struct' ? plain : undefined;
};

/**
 * The variant of `object` that has the field `name`; undefined for what is no enum with such fields, or has a member of that name itself.
 * @throws AdapterError when the value has another variant, or nothing tells which one
 */
export function variantNode(
  object: Node,
  name: string,
  present: PresentVariant | undefined,
): Node | undefined {
  const type = bare(object.type);
  if (!isVariantType(type) || hasMember(type, name, [])) return undefined;
  const having = type.members.filter((member) => member.variant && hasMember(member.type, name, []));
  if (having.length === 0) return undefined;
  const shown = shownName(name);
  const [first] = having;
  if (!present && first?.variant?.discriminant)
    fail(
      say`Which variant a value has is known at a stop only: write the one that is meant, as in ".${first.name ?? ''}.${shown}".`,
    );
  const variant = present ? present(object) : first;
  if (!variant) fail(say`Nothing tells here which variant this value has.`);
  const { name: called = '' } = variant;
  if (!having.includes(variant))
    fail(say`The value is ${called} at the moment, which has no field "${shown}".`);
  const { offset, bits } = bitRange(variant);
  return {
    kind: 'member',
    type: fieldsOf(variant) ?? variant.type,
    space: object.space,
    object,
    offset,
    bits,
  };
}
