/**
 * Trait objects and slices of Rust in expressions, as gdb has them: `*object` is the value that it stands for, of the type that its virtual table
 * is for, which the debug information tells by the address of the table; `slice[n]` is an element.
 */
import { say } from '../../core/sentences/say.ts';
import type { CType, StructType } from '../symbols/types.ts';
import { convert, dereference, integerOperand, pointerPlus } from './check-operands.ts';
import { INT } from './conversions.ts';
import { fail } from './fail.ts';
import { findMember } from './members.ts';
import { pointerMembers } from './slices.ts';
import type { Node } from './tree.ts';
import { bare, pointerTo } from './value.ts';

/** `&dyn Shape`, `*const dyn Shape`, `alloc::boxed::Box<dyn Shape>`. */
const OBJECT = /(?:^[&*](?:mut |const )?|<)\(?dyn /;

/** The type of the value whose virtual table a node of pointer type points to; absent where nothing of the program can be read. */
export type ConcreteType = (table: Node) => CType | undefined;

function memberOf(object: Node, type: StructType, name: string): Node | undefined {
  const found = findMember(type, name);
  if (!found) return undefined;
  const { member, offset, bits } = found;
  return { kind: 'member', type: member.type, space: object.space, object, offset, bits };
}

/** `*object`, if it is a trait object. @throws AdapterError when the type of its value is not known */
export function dereferenceObject(object: Node, concreteType: ConcreteType | undefined): Node | undefined {
  const type = bare(object.type);
  if (type.kind !== 'struct' || !OBJECT.test(type.name ?? '')) return undefined;
  const pointer = memberOf(object, type, 'pointer');
  const table = memberOf(object, type, 'vtable');
  if (!pointer || !table) return undefined;
  if (!concreteType)
    fail(
      say`The value of a trait object has the type that it has at the moment: this is known at a stop only.`,
    );
  const target = concreteType(table);
  if (!target) fail(say`The debug information has no type for the virtual table of this trait object.`);
  return dereference(convert(pointer, pointerTo(target)));
}

/** `slice[index]`, if it is a slice: within its length. */
export function indexedSlice(slice: Node, index: Node): Node | undefined {
  const type = bare(slice.type);
  const names = type.kind === 'struct' ? pointerMembers(type) : undefined;
  if (!names || type.kind !== 'struct') return undefined;
  const [pointer, length] = names.map((name) => memberOf(slice, type, name)!);
  const offset = pointerPlus(pointer!, integerOperand(index));
  return dereference({ ...offset, length: convert(length!, INT) });
}
