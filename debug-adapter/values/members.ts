/** Members of structures and unions by name, through anonymous ones (C11 6.7.2.1, 13). */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import type { CType, Member } from '../symbols/types.ts';
import type { Designator, Syntax } from './syntax.ts';
import { referred } from './check-operands.ts';
import type { Node } from './tree.ts';
import { arrayOf, bare, sizeOf } from './value.ts';

/** Names in a message. */
const SHOWN = 12;

/** Where a member lies in its structure, in bits from the least significant one of the first byte. */
export function bitRange(member: Member): { readonly offset: number; readonly bits: number | undefined } {
  if (member.bitSize === undefined || member.bitOffset === undefined)
    return { offset: member.offset * 8, bits: undefined };
  return { offset: member.bitOffset, bits: member.bitSize };
}

interface Found {
  readonly member: Member;
  /** In bits, from the start of the structure that was asked. */
  readonly offset: number;
  readonly bits: number | undefined;
}

/**
 * What a name may mean in a structure; looks into anonymous members and base classes.
 * @param seen structures that have been looked at: damaged ones may contain themselves
 */
function membersNamed(type: CType, name: string, seen = new Set<CType>()): readonly Found[] {
  const plain = bare(type);
  if ((plain.kind !== 'struct' && plain.kind !== 'union') || seen.has(plain)) return [];
  seen.add(plain);
  // First its own: they hide those of base classes.
  const own = plain.members.find((member) => member.name === name);
  if (own) return [{ member: own, ...bitRange(own) }];
  return plain.members.flatMap((member) =>
    member.name === undefined
      ? membersNamed(member.type, name, seen).map((found) => ({
          ...found,
          offset: found.offset + bitRange(member).offset,
        }))
      : [],
  );
}

/** A member by name; undefined when there is none, or several base classes have one. */
export function findMember(type: CType, name: string): Found | undefined {
  const found = membersNamed(type, name);
  return found.length === 1 ? found[0] : undefined;
}

/** All names that a structure gives, those of its anonymous members too. */
export function memberNames(type: CType, seen = new Set<CType>()): string[] {
  const plain = bare(type);
  if ((plain.kind !== 'struct' && plain.kind !== 'union') || seen.has(plain)) return [];
  seen.add(plain);
  return plain.members.flatMap((member) =>
    member.name === undefined ? memberNames(member.type, seen) : [member.name],
  );
}

function memberOf(type: CType, name: string) {
  const plain = bare(type);
  if (plain.kind !== 'struct' && plain.kind !== 'union') fail(say`".${name}" needs a structure on its left.`);
  const [found, ...others] = membersNamed(plain, name);
  if (others.length > 0) fail(say`"${name}" is in several base classes: cast to one of them.`);
  if (found) return found;
  if (plain.incomplete)
    fail(say`The ${plain.kind} is only declared in the debug information: its members are not known.`);
  const names = memberNames(plain).slice(0, SHOWN);
  return fail(say`There is no member "${name}": the structure has ${names.join(', ') || 'none'}.`);
}

/** @throws AdapterError for what has no such member */
export function memberNode(object: Node, name: string): Node {
  const { member, offset, bits } = memberOf(object.type, name);
  return referred({ kind: 'member', type: member.type, space: object.space, object, offset, bits });
}

/** Offset in bytes and type of what a path leads to. @throws AdapterError for bit fields and for paths that lead nowhere */
export function designate(
  from: CType,
  path: readonly Designator[],
  constant: (syntax: Syntax) => bigint,
): { readonly type: CType; readonly offset: number } {
  let type = from;
  let offset = 0;
  for (const step of path) {
    if ('member' in step) {
      const found = memberOf(type, step.member);
      if (found.bits !== undefined) fail(say`A bit field has no size and no address.`);
      ({ type } = found.member);
      offset += found.offset / 8;
    } else {
      const array = arrayOf(type) ?? fail(say`Only an array can be indexed here.`);
      type = array.element;
      offset += Number(BigInt.asIntN(32, constant(step.index))) * sizeOf(type);
    }
  }
  return { type, offset };
}
