/** Members of structures and unions by name, through anonymous ones (C11 6.7.2.1, 13). */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import { componentsOf, sameComponent } from '../symbols/name-text.ts';
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
  /** In bits, from the start of the structure that was asked, or of the last of the virtual base classes. */
  readonly offset: number;
  readonly bits: number | undefined;
  /** Virtual base classes on the way, each at the place of the one before it and the offset there, in bits. */
  readonly bases: readonly { readonly base: Member; readonly offset: number }[];
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
  if (own) return [{ member: own, ...bitRange(own), bases: [] }];
  return plain.members.flatMap((member) =>
    member.name === undefined
      ? membersNamed(member.type, name, seen).map((found) => inside(member, found))
      : [],
  );
}

/** What was found in a member without a name, seen from the structure around it. */
function inside(member: Member, found: Found): Found {
  const { offset } = bitRange(member);
  if (member.place) return { ...found, bases: [{ base: member, offset: 0 }, ...found.bases] };
  const [first, ...rest] = found.bases;
  if (!first) return { ...found, offset: found.offset + offset };
  return { ...found, bases: [{ ...first, offset: first.offset + offset }, ...rest] };
}

/** A member by name that has an offset; undefined when there is none, or several base classes have one. */
export function findMember(type: CType, name: string): Found | undefined {
  const [found, ...others] = membersNamed(type, name);
  return others.length === 0 && found?.bases.length === 0 ? found : undefined;
}

export const hasMember = (type: CType, name: string): boolean => membersNamed(type, name).length === 1;

/** The base class that is called so, as a member, however deep. */
function basesNamed(type: CType, path: readonly string[], seen = new Set<CType>()): readonly Found[] {
  const plain = bare(type);
  if ((plain.kind !== 'struct' && plain.kind !== 'union') || seen.has(plain)) return [];
  seen.add(plain);
  return plain.members.flatMap((member): readonly Found[] => {
    if (member.name !== undefined) return [];
    const isMeant = member.isBase && endsIn(nameOfBase(member), path);
    if (!isMeant) return basesNamed(member.type, path, seen).map((found) => inside(member, found));
    // A virtual one is the same wherever it is named.
    const base = bare(member.type);
    if (member.place && seen.has(base)) return [];
    seen.add(base);
    return [inside(member, { member, offset: 0, bits: undefined, bases: [] })];
  });
}

/** What a base class is called. */
export function nameOfBase({ type }: Member): string {
  const plain = bare(type);
  return plain.kind === 'struct' ? (plain.scopedName ?? plain.name ?? '') : '';
}

function endsIn(name: string, path: readonly string[]): boolean {
  const components = componentsOf(name);
  return path.every((wanted, n) => sameComponent(components.at(n - path.length) ?? '', wanted));
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

/** @param scope the base class that the member is of, where several have one. @throws AdapterError for what has no such member */
export function memberNode(object: Node, name: string, scope: readonly string[] = []): Node {
  if (scope.length > 0) return memberNode(baseNode(object, scope), name);
  const found = memberOf(object.type, name);
  const { member, offset, bits } = found;
  const whole = throughBases(object, found);
  return referred({ kind: 'member', type: member.type, space: object.space, object: whole, offset, bits });
}

function baseNode(object: Node, scope: readonly string[]): Node {
  const own = bare(object.type);
  if (own.kind === 'struct' && endsIn(own.scopedName ?? own.name ?? '', scope)) return object;
  const [found, ...others] = basesNamed(object.type, scope);
  const name = scope.join('::');
  if (!found) return fail(say`There is no base class "${name}" here.`);
  if (others.length > 0)
    return fail(say`There are several base classes "${name}" here: cast to one of them.`);
  const whole = throughBases(object, found);
  if (found.member.place) return whole;
  const { type } = found.member;
  return { kind: 'member', type, space: object.space, object: whole, offset: found.offset, bits: undefined };
}

/** The last of the virtual base classes on the way to what was found. */
function throughBases(object: Node, { bases }: Found): Node {
  return bases.reduce((whole, { base, offset }): Node => {
    const { type } = base;
    const { space } = object;
    const within: Node =
      offset === 0 ? whole : { kind: 'member', type, space, object: whole, offset, bits: undefined };
    return { kind: 'virtualBase', type, space, object: within, place: base.place! };
  }, object);
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
      if (found.bases.length > 0)
        fail(say`Where a virtual base class lies is different from object to object.`);
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
