/** The parts of a value that a view unfolds, each with the C expression that gives it again. */
import type { CType, Member, PointerType, StructType } from '../symbols/types.ts';
import { findMember, bitRange, nameOfBase, shownName } from './members.ts';
import {
  arrayOf,
  bare,
  bytesOf,
  implicitTarget,
  integerOf,
  isReference,
  partOf,
  sizeOf,
  targetOf,
  type TypedValue,
  type ValueContext,
} from './value.ts';
import { sliceOf } from './slices.ts';
import { virtualBase } from './virtual-base.ts';
import { presentMembers, presentVariant } from './variants.ts';

export interface Child {
  readonly name: string;
  /** `undefined` for an anonymous structure, which no expression can name. */
  readonly path: string | undefined;
  /** What to write before the name of one of its members, when it is not made of the path. */
  readonly prefix: string | undefined;
  readonly value: TypedValue;
}

/** An expression that a postfix operator may follow. */
export function asPostfix(path: string): string {
  return /^(?:[\p{XID_Continue}$:]|\.|->|\[\w+\])+$/u.test(path) && !/^\w+:[^:]/.test(path)
    ? path
    : `(${path})`;
}

/** What precedes the name of a member of the value that `path` gives. */
export const memberPrefix = (path: string, value: TypedValue): string =>
  asPostfix(path) + (bare(value.type).kind === 'pointer' ? '->' : '.');

/** What a pointer points to; `undefined` for a null pointer and for what has no value of its own. */
export function pointed(value: TypedValue, context: ValueContext): TypedValue | undefined {
  const type = bare(value.type);
  if (type.kind !== 'pointer' || hasNoValue(type.target)) return undefined;
  const implicit = implicitTarget(value, type.target);
  if (implicit) return implicit;
  const bytes = bytesOf(value, context);
  return bytes && pointedBy(value, type, Number(integerOf(bytes, type)));
}

/** The same for a pointer that holds an address. */
export function pointedBy(value: TypedValue, type: PointerType, address: number): TypedValue | undefined {
  if (!address || hasNoValue(type.target)) return undefined;
  // A pointer in physical memory is an address of the frame's own space.
  const physical = value.space?.kind === 'physical' && value.location.kind !== 'value';
  return {
    type: type.target,
    space: physical ? undefined : value.space,
    location: { kind: 'memory', address: address >>> 0 },
  };
}

function hasNoValue(type: CType): boolean {
  const { kind } = bare(type);
  return kind === 'void' || kind === 'function';
}

/** How many members and elements a value has, without making them. */
export function childCounts(value: TypedValue, context: ValueContext): { named: number; indexed: number } {
  if (value.location.kind === 'optimised-out' && !value.location.pointee) return { named: 0, indexed: 0 };
  const type = bare(value.type);
  if (type.kind === 'struct' || type.kind === 'union') return recordCounts(value, type, context);
  const array = arrayOf(type);
  if (array) return { named: 0, indexed: array.length };
  const target = pointed(value, context);
  if (!target) return { named: 0, indexed: 0 };
  if (isReference(type)) return childCounts(target, context);
  // A pointer to a structure unfolds straight into its members.
  const record = bare(target.type);
  return record.kind === 'struct' || record.kind === 'union'
    ? recordCounts(target, record, context)
    : { named: 1, indexed: 0 };
}

function recordCounts(
  value: TypedValue,
  type: StructType,
  context: ValueContext,
): { named: number; indexed: number } {
  const slice = sliceOf(value, type, context);
  if (slice && !slice.isText) return { named: 0, indexed: slice.length };
  const variant = presentVariant(value, type, context);
  return variant
    ? childCounts(partOf(value, variant.type, bitRange(variant).offset), context)
    : { named: presentMembers(value, type, context).length, indexed: 0 };
}

/**
 * The parts of a value: members, elements, or what a pointer points to.
 * @param path the expression of the value
 * @param prefix before the names of its members; made of the path when absent
 */
export function childrenOf(
  value: TypedValue,
  path: string,
  context: ValueContext,
  start = 0,
  count = Infinity,
  prefix = memberPrefix(path, value),
): Child[] {
  const type = bare(value.type);
  if (type.kind === 'struct' || type.kind === 'union')
    return recordParts(value, type, prefix, context, start, count);
  if (arrayOf(type)) return elements(value, path, start, count);
  const target = pointed(value, context);
  if (!target) return [];
  if (isReference(type)) return childrenOf(target, path, context, start, count);
  const record = bare(target.type);
  if (record.kind === 'struct' || record.kind === 'union')
    return recordParts(target, record, prefix, context, start, count);
  return [child('*', `*${asPostfix(path)}`, target)];
}

/** Of a slice its elements, of an enum of Rust the members of its variant. */
function recordParts(
  value: TypedValue,
  type: StructType,
  prefix: string,
  context: ValueContext,
  start: number,
  count: number,
): Child[] {
  const slice = sliceOf(value, type, context);
  if (slice && !slice.isText) return elements(slice.elements, prefix + slice.pointer, start, count);
  const variant = presentVariant(value, type, context);
  if (!variant) return members(value, presentMembers(value, type, context), prefix, context, start, count);
  const part = partOf(value, variant.type, bitRange(variant).offset);
  return childrenOf(part, '', context, start, count, `${prefix}${variant.name}.`);
}

const child = (name: string, path: string, value: TypedValue): Child => ({
  name,
  path,
  value,
  prefix: undefined,
});

function members(
  value: TypedValue,
  all: readonly Member[],
  prefix: string,
  context: ValueContext,
  start: number,
  count: number,
): Child[] {
  return all.slice(start, start + count).map((member) => {
    const { offset, bits } = bitRange(member);
    const part = member.place
      ? virtualBase(value, member.type, member.place, context)
      : partOf(value, member.type, offset, bits);
    if (member.isBase) {
      const name = nameOfBase(member);
      return { name, path: undefined, prefix: `${prefix}${name}::`, value: part };
    }
    if (member.name === undefined) return { name: '<anonymous>', path: undefined, prefix, value: part };
    const name = shownName(member.name);
    return child(name, prefix + name, part);
  });
}

function elements(value: TypedValue, path: string, start: number, count: number): Child[] {
  const { element, length } = arrayOf(value.type)!;
  const size = sizeOf(element);
  const end = Math.min(length, start + count);
  const base = asPostfix(path);
  return Array.from({ length: Math.max(0, end - start) }, (_, n) => {
    const index = start + n;
    return child(`[${index}]`, `${base}[${index}]`, partOf(value, element, index * size * 8));
  });
}

/**
 * The entries of a circular list of `next` pointers, as their addresses; the head itself is none.
 * @param most ends a list that does not come back
 */
export function listEntries(
  head: TypedValue,
  context: ValueContext,
  most: number,
): { readonly addresses: readonly number[]; readonly end: 'head' | 'null' | 'most' | 'unreadable' } {
  const target = bare(head.type).kind === 'pointer' ? pointed(head, context) : head;
  const addresses: number[] = [];
  if (target?.location.kind !== 'memory') return { addresses, end: 'unreadable' };
  const first = target.location.address >>> 0;
  for (let at = target; addresses.length <= most;) {
    const next = findMember(at.type, 'next');
    const bytes = next && bytesOf(partOf(at, next.member.type, next.offset), context);
    if (!next || !bytes) return { addresses, end: 'unreadable' };
    const address = Number(integerOf(bytes, next.member.type)) >>> 0;
    if (address === first) return { addresses, end: 'head' };
    if (address === 0) return { addresses, end: 'null' };
    addresses.push(address);
    at = { ...at, type: targetOf(next.member.type) ?? at.type, location: { kind: 'memory', address } };
  }
  return { addresses: addresses.slice(0, most), end: 'most' };
}
