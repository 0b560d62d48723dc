/** Members of structures and unions by name, through anonymous ones (C11 6.7.2.1, 13). */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import { componentsOf, sameComponent } from '../symbols/name-text.ts';
import type { CType, Member, StaticMember, StructType } from '../symbols/types.ts';
import type { Designator, Syntax } from './syntax.ts';
import { referred } from './check-operands.ts';
import type { Node } from './tree.ts';
import { arrayOf, bare, sizeOf } from './value.ts';

/** Names in a message. */
const SHOWN = 12;

const FIELD = /^__(\d+)$/;

/** What Rust calls a member: of a tuple its number. */
export const shownName = (name: string): string => FIELD.exec(name)?.[1] ?? name;

/** Where a member lies in its structure, in bits from the least significant one of the first byte. */
export function bitRange(member: Member): { readonly offset: number; readonly bits: number | undefined } {
  if (member.bitSize === undefined || member.bitOffset === undefined)
    return { offset: member.offset * 8, bits: undefined };
  return { offset: member.bitOffset, bits: member.bitSize };
}

/** Where something is in a class. */
export interface Place {
  /** The class or structure that declares it. */
  readonly owner: StructType;
  /** In bits, from the start of the structure that was asked, or of the last of the virtual base classes. */
  readonly offset: number;
  /** Virtual base classes on the way, each at the place of the one before it and the offset there, in bits. */
  readonly bases: readonly { readonly base: Member; readonly offset: number }[];
}

interface Found extends Place {
  readonly member: Member;
  readonly bits: number | undefined;
}

interface FoundStatic extends Place {
  readonly static: StaticMember;
}

type Meaning = Found | FoundStatic;

/** Of the same name in one structure: more are not needed to say that it is ambiguous, and a class can have a base 2^n times. */
const MOST_MEANINGS = 8;

/**
 * What is found in the parts of a structure that have no names: in its anonymous members and base classes, each part once, the same
 * object not twice.
 * @param own what a structure has itself
 * @param isHiding whether that hides what its base classes have, as names do
 */
function search<T extends Place>(
  type: CType,
  own: (plain: StructType) => readonly T[],
  isHiding = true,
): readonly T[] {
  const known = new Map<StructType, readonly T[]>();
  const inside = (of: CType): readonly T[] => {
    const plain = bare(of);
    if (plain.kind !== 'struct' && plain.kind !== 'union') return [];
    const before = known.get(plain);
    if (before) return before;
    // Damaged structures may contain themselves.
    known.set(plain, []);
    const found = [...own(plain)];
    for (const member of isHiding && found.length > 0 ? [] : plain.members) {
      if (member.name !== undefined) continue;
      for (const one of inside(member.type)) {
        const seen = seenFrom(member, one);
        const isNew = !found.some((other) => isSame(other, seen));
        if (isNew && found.length < MOST_MEANINGS) found.push(seen);
      }
    }
    known.set(plain, found);
    return found;
  };
  const all = inside(type);
  return all.filter((one) => !all.some((other) => hides(other, one)));
}

/** What was found in a member without a name, seen from the structure around it. */
function seenFrom<T extends Place>(member: Member, found: T): T {
  const { offset } = bitRange(member);
  if (member.place) return { ...found, bases: [{ base: member, offset: 0 }, ...found.bases] };
  const [first, ...rest] = found.bases;
  if (!first) return { ...found, offset: found.offset + offset };
  return { ...found, bases: [{ ...first, offset: first.offset + offset }, ...rest] };
}

const lastBase = ({ bases }: Place): StructType | undefined => {
  const last = bases.at(-1);
  return last && (bare(last.base.type) as StructType);
};

/** Are two the same part of an object? A virtual base class is, on whatever way; a static member is one for all. */
function isSame(one: Place, other: Place): boolean {
  if (one.owner !== other.owner) return false;
  if ('static' in one && 'static' in other) return one.static === other.static;
  return lastBase(one) === lastBase(other) && one.offset === other.offset;
}

/** Is `hidden` in a virtual base class of the class that `one` is in (ISO C++ 6.5.2)? */
function hides(one: Place, hidden: Place): boolean {
  const base = lastBase(hidden);
  return base !== undefined && one !== hidden && hasVirtualBase(one.owner, base, new Set());
}

function hasVirtualBase(type: StructType, base: StructType, seen: Set<StructType>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  return type.members.some((member) => {
    if (!member.isBase) return false;
    const plain = bare(member.type);
    if (plain.kind !== 'struct' && plain.kind !== 'union') return false;
    return (member.place !== undefined && plain === base) || hasVirtualBase(plain, base, seen);
  });
}

/** What a name may mean in a structure. */
const meanings = (type: CType, name: string): readonly Meaning[] =>
  search<Meaning>(type, (owner) => {
    const member = owner.members.find((one) => one.name === name);
    if (member) return [{ owner, member, ...bitRange(member), bases: [] }];
    const fixed = owner.statics?.find((one) => one.name === name);
    return fixed ? [{ owner, static: fixed, offset: 0, bases: [] }] : [];
  });

/** A member by name that has an offset; undefined when there is none, or several base classes have one. */
export function findMember(type: CType, name: string): Found | undefined {
  const [found, ...others] = meanings(type, name);
  return found && others.length === 0 && 'member' in found && found.bases.length === 0 ? found : undefined;
}

/** Is something of a structure called so, perhaps more than one? @param scope a base class that has it */
export const hasMember = (type: CType, name: string, scope: readonly string[]): boolean =>
  (scope.length === 0 || isBase(type, scope)) && meanings(type, name).length > 0;

/** The base classes of a kind, as members, however deep. */
const basesThat = (type: CType, are: (member: Member) => boolean, isHiding: boolean): readonly Found[] =>
  search<Found>(
    type,
    (owner) =>
      owner.members
        .filter((member) => member.isBase && are(member))
        .map((member) => {
          const part = bare(member.type) as StructType;
          return seenFrom(member, { owner: part, member, offset: 0, bits: undefined, bases: [] });
        }),
    isHiding,
  );

/** The base class that is called so. */
const basesNamed = (type: CType, path: readonly string[]): readonly Found[] =>
  basesThat(type, (member) => endsIn(nameOfBase(member), path), true);

/** Where in a class another one lies as a base class, each part of an object once. */
export const partsOfClass = (type: CType, part: StructType): readonly Place[] =>
  basesThat(type, (member) => isClass(bare(member.type), part), false);

/** Are two the same class, perhaps read from the information of two units? */
export function isClass(type: CType, other: StructType): boolean {
  if (type === other) return true;
  if (type.kind !== 'struct' || type.size !== other.size) return false;
  const name = type.scopedName ?? type.name;
  return name !== undefined && name === (other.scopedName ?? other.name);
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

/** All names that a structure gives, those of its anonymous members and base classes too. */
export function memberNames(type: CType, seen = new Set<CType>()): string[] {
  const plain = bare(type);
  if ((plain.kind !== 'struct' && plain.kind !== 'union') || seen.has(plain)) return [];
  seen.add(plain);
  const names = plain.members.flatMap((member) =>
    member.name === undefined ? memberNames(member.type, seen) : [member.name],
  );
  return [...names, ...(plain.statics ?? []).map(({ name }) => name)];
}

function memberOf(type: CType, name: string): Meaning {
  const plain = bare(type);
  if (plain.kind !== 'struct' && plain.kind !== 'union') fail(say`".${name}" needs a structure on its left.`);
  const [found, ...others] = meanings(plain, name);
  if (others.length > 0)
    fail(
      say`"${name}" is in several base classes: write the one that is meant before it, as in Base::${name}.`,
    );
  if (found) return found;
  if (plain.incomplete)
    fail(say`The ${plain.kind} is only declared in the debug information: its members are not known.`);
  const names = memberNames(plain).slice(0, SHOWN).map(shownName);
  return fail(say`There is no member "${shownName(name)}": the structure has ${names.join(', ') || 'none'}.`);
}

/** A static data member of a class, wherever it is. */
export type StaticNode = (owner: StructType, member: StaticMember) => Node;

/**
 * @param scope the base class that the member is of, where several have one
 * @throws AdapterError for what has no such member
 */
export function memberNode(object: Node, name: string, scope: readonly string[], ofStatic: StaticNode): Node {
  const part = scope.length > 0 ? baseNode(object, scope) : object;
  const found = memberOf(part.type, name);
  if ('static' in found) return ofStatic(found.owner, found.static);
  const { member, offset, bits } = found;
  const whole = throughBases(part, found);
  return referred({ kind: 'member', type: member.type, space: part.space, object: whole, offset, bits });
}

function baseNode(object: Node, scope: readonly string[]): Node {
  const own = bare(object.type);
  if (own.kind === 'struct' && endsIn(own.scopedName ?? own.name ?? '', scope)) return object;
  const [found, ...others] = basesNamed(object.type, scope);
  const name = scope.join('::');
  if (!found) {
    // A base class of a base class: `B::A`.
    for (let n = scope.length - 1; n > 0; n--)
      if (isBase(object.type, scope.slice(0, n)))
        return baseNode(baseNode(object, scope.slice(0, n)), scope.slice(n));
    return fail(say`There is no base class "${name}" here.`);
  }
  if (others.length > 0)
    return fail(
      say`There are several base classes "${name}" here: write the class that has it before it, as in Derived::${name}.`,
    );
  const whole = throughBases(object, found);
  if (found.member.place) return whole;
  const { type } = found.member;
  return { kind: 'member', type, space: object.space, object: whole, offset: found.offset, bits: undefined };
}

function isBase(type: CType, path: readonly string[]): boolean {
  const plain = bare(type);
  const isOwn = plain.kind === 'struct' && endsIn(plain.scopedName ?? plain.name ?? '', path);
  return isOwn || basesNamed(type, path).length > 0;
}

/** The last of the virtual base classes on the way to what was found. */
function throughBases(object: Node, { bases }: Place): Node {
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
      if ('static' in found) return fail(say`A static member is in no object.`);
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
