/**
 * Pointers to members of C++: `object.*member`, `pointer->*member`, and how they are shown. What they hold is said by the ABI: of a data
 * member its offset in the class, -1 for none; of a method its address or, odd, 1 more than its place in the virtual table, and what is to be
 * added to the address of the object first. Source: Itanium C++ ABI, 2.3.
 */
import { say } from '../../core/sentences/say.ts';
import { wordOf } from '../symbols/location.ts';
import type { CType, MemberPointee, StructType } from '../symbols/types.ts';
import { convertClass } from './casts.ts';
import { address, dereference, pointedSpace, valueOf } from './check-operands.ts';
import { fail } from './fail.ts';
import { bitRange, isClass, partsOfClass } from './members.ts';
import type { Node } from './tree.ts';
import { bare, isPointer, pointerTo, sizeOf, type SpaceReader, targetOf } from './value.ts';
import type { Space } from '../../core/protocol/machine-protocol.ts';

/** The bit that tells a place in a virtual table from the address of a method. */
const VIRTUAL = 1;
const NO_OFFSET = -1;

/** What a pointer to a member points to; undefined of other types. */
export function memberPointee(type: CType): MemberPointee | undefined {
  const plain = bare(type);
  return plain.kind === 'base' || plain.kind === 'unknown' ? plain.pointee : undefined;
}

/**
 * `object.*member`, or `object->*member`.
 * @throws AdapterError for what is no pointer to a member, or one of another class
 */
export function memberPlace(object: Node, member: Node, arrow: boolean): Node {
  const operator = arrow ? '->*' : '.*';
  const pointee = memberPointee(member.type);
  if (!pointee) fail(say`"${operator}" needs a pointer to a member on its right.`);
  const pointer = arrow ? valueOf(object) : address(object);
  if (!isPointer(pointer.type) || bare(targetOf(pointer.type)!).kind !== 'struct')
    fail(
      arrow
        ? say`"->*" needs a pointer to an object of a class on its left.`
        : say`".*" needs an object of a class on its left.`,
    );
  const owner = bare(pointee.owner);
  const target = bare(targetOf(pointer.type)!) as StructType;
  const isKnown = owner.kind === 'struct' && areRelated(target, owner);
  if (!isKnown)
    fail(
      say`This pointer is to a member of "${nameOf(pointee.owner)}": "${nameOf(target)}" is neither that class nor related to it.`,
    );
  const type = pointerTo(pointee.target);
  const whole = convertClass(pointer, pointerTo(owner));
  return dereference({ kind: 'memberAddress', type, space: pointedSpace(pointer), object: whole, member });
}

/** A pointer to a base class may lead to an object of the class, as gdb has it. */
const areRelated = (one: StructType, other: StructType): boolean =>
  isClass(one, other) || partsOfClass(one, other).length > 0 || partsOfClass(other, one).length > 0;

const nameOf = (type: CType): string => {
  const plain = bare(type);
  return plain.kind === 'struct' ? (plain.scopedName ?? plain.name ?? '') : '';
};

/** The two words of a pointer to a method. */
function methodWords(bytes: Uint8Array): { readonly pointer: number; readonly adjustment: number } {
  return { pointer: wordOf(bytes) >>> 0, adjustment: wordOf(bytes.subarray(4)) | 0 };
}

/**
 * Where the member of an object is.
 * @param object its address. @param bytes of the pointer to the member
 * @throws AdapterError for a null pointer, and for a virtual table that cannot be read
 */
export function memberAddress(
  object: number,
  bytes: Uint8Array,
  { target }: MemberPointee,
  readMemory: SpaceReader,
  space: Space | undefined,
): number {
  const isNull = (): never => fail(say`This pointer to a member is null.`);
  if (bare(target).kind !== 'function') {
    const offset = wordOf(bytes) | 0;
    return offset === NO_OFFSET ? isNull() : (object + offset) >>> 0;
  }
  const { pointer, adjustment } = methodWords(bytes);
  if (pointer === 0) return isNull();
  if ((pointer & VIRTUAL) === 0) return pointer;
  const word = (at: number): number => {
    const read = readMemory(at >>> 0, 4, space);
    if (!read || read.length < 4) fail(say`The virtual table of this object cannot be read.`);
    return wordOf(read);
  };
  return word(word(object + adjustment) + pointer - VIRTUAL) >>> 0;
}

/** The data member that lies at an offset in a class, with the class that declares it, as gdb looks for it. */
function memberAt(owner: CType, offset: number, depth = 0): string | undefined {
  const plain = bare(owner);
  if (plain.kind !== 'struct' || depth > MOST_BASES) return undefined;
  const own = plain.members.find(
    (one) => one.isBase !== true && one.name !== undefined && bitRange(one).offset === offset * 8,
  );
  if (own) return `${nameOf(plain)}::${own.name}`;
  for (const base of plain.members) {
    const within = offset - base.offset;
    if (base.isBase !== true || base.place || within < 0 || within >= sizeOf(base.type)) continue;
    const found = memberAt(base.type, within, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Base classes of base classes. */
const MOST_BASES = 32;

/** `&kernel::Task::pid`, or a number where no member begins. */
export function dataMemberText(bytes: Uint8Array, { owner }: MemberPointee): string {
  const offset = wordOf(bytes) | 0;
  if (offset === NO_OFFSET) return 'NULL';
  const member = memberAt(owner, offset);
  return member === undefined ? String(offset) : `&${member}`;
}

/** Bytes of an entry of a virtual table. */
const ENTRY = 4;

/**
 * `0x00101000 kernel::Task::run(int) <task.cc:12>`, `&virtual kernel::Task::id()`, and what is added to the address of the object.
 * @param codeText of the address of a function
 */
export function methodText(
  bytes: Uint8Array,
  { virtualMethod }: MemberPointee,
  codeText: (address: number) => string,
): string {
  const { pointer, adjustment } = methodWords(bytes);
  if (pointer === 0) return 'NULL';
  const isVirtual = (pointer & VIRTUAL) !== 0;
  const offset = pointer - VIRTUAL;
  // Whose it is the adjustment has said already, as gdb has it.
  const name = isVirtual ? virtualMethod(offset / ENTRY, adjustment) : undefined;
  if (name !== undefined) return `&virtual ${name}`;
  const method = isVirtual ? `&virtual table offset ${offset}` : codeText(pointer);
  return adjustment === 0 ? method : `${method}, this adjustment ${adjustment}`;
}
