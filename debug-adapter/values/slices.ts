/** Values that are a pointer and a length: slices and strings of Rust, slices of Zig. They are written as the array that they stand for. */
import type { CType, StructType } from '../symbols/types.ts';
import { findMember } from './members.ts';
import { bytesOf, integerOf, partOf, targetOf, type TypedValue, type ValueContext } from './value.ts';

/** How the compilers name the two. */
const NAMES = [
  ['data_ptr', 'length'],
  ['ptr', 'len'],
] as const;
/** `&[u8]`, `*const [T]`, `[]u8`: no structure of C has such a name. */
const SLICE = /^[&*[]/;
/** Zig has no type for text: `[]const u8`, and `[:0]const u8` with a zero behind it, may be anything. 0.11 writes no `const`. */
const ZIG_BYTES = /^\[(?::0)?\](?:const )?u8$/;
const RUST_TEXT = /^(?:&(?:mut )?|\*(?:const|mut) )str$/;

export interface Slice {
  /** The elements, as an array in memory. */
  readonly elements: TypedValue;
  readonly length: number;
  /** What the member is called that points to them. */
  readonly pointer: string;
  readonly isText: boolean;
  /** It is text where its bytes are. */
  readonly mayBeText: boolean;
}

/** The names of the pointer and the length of a slice; nothing for what is none. */
export function pointerMembers(type: StructType): readonly [pointer: string, length: string] | undefined {
  if (type.members.length !== 2 || !SLICE.test(type.name ?? '')) return undefined;
  return NAMES.find((two) => two.every((name) => findMember(type, name)));
}

/** @param most elements of the array that is made. @returns nothing for what is no slice, or cannot be read */
export function sliceOf(
  value: TypedValue,
  type: StructType,
  context: ValueContext,
  most = Infinity,
): Slice | undefined {
  const names = pointerMembers(type);
  if (!names) return undefined;
  const [pointer, length] = names.map((name) => {
    const { member, offset } = findMember(type, name)!;
    const bytes = bytesOf(partOf(value, member.type, offset), context);
    return { target: targetOf(member.type), number: bytes && Number(integerOf(bytes, member.type)) };
  });
  const { target: element, number: address } = pointer!;
  const count = length!.number;
  if (!element || !address || count === undefined || count < 0) return undefined;
  const array: CType = { kind: 'array', element, dimensions: [Math.min(count, most)] };
  return {
    elements: { type: array, space: value.space, location: { kind: 'memory', address: address >>> 0 } },
    length: count,
    pointer: names[0],
    isText: RUST_TEXT.test(type.name ?? ''),
    mayBeText: ZIG_BYTES.test(type.name ?? ''),
  };
}
