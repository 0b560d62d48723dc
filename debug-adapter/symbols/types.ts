/**
 * C types as plain descriptions. What a pointer points to may be a lazy property, so cyclic types are cyclic objects and cost nothing until
 * looked at.
 */
export type BaseEncoding =
  | 'signed'
  | 'unsigned'
  | 'signed-char'
  | 'unsigned-char'
  | 'boolean'
  | 'float'
  | 'complex'
  | 'complex-integer'
  | 'other';

interface Described {
  /** In bytes, where the source asks for another one than the type has by itself. */
  alignment?: number | undefined;
}

export interface BaseType extends Described {
  kind: 'base';
  name: string;
  size: number;
  encoding: BaseEncoding;
  /** Of a pointer to a data member: a number, the offset in its class. */
  readonly pointee?: MemberPointee;
}

/** What a pointer to a member of C++ points to. */
export interface MemberPointee {
  readonly owner: CType;
  /** Of a method, its function. */
  readonly target: CType;
  /** What is called by an entry of the virtual table of the owner, or of the base class that lies `adjustment` bytes into it. */
  virtualMethod(entry: number, adjustment: number): string | undefined;
}

export interface PointerType extends Described {
  kind: 'pointer';
  size: number;
  /** A reference of C++: what it refers to stands for it in expressions. */
  isReference?: '&' | '&&';
  /** What Rust calls it: `&str`, `*const u32`. */
  readonly scopedName?: string | undefined;
  readonly target: CType;
}

export interface Member extends Described {
  /** undefined for an anonymous struct or union, whose members belong to the one around it. */
  name: string | undefined;
  /** A base class. */
  isBase?: true;
  /** Of a virtual base class: the DWARF expression that makes its address of that of the object; `offset` is 0 then. */
  place?: Uint8Array;
  /** In bytes from the start of the struct; of the storage the bits lie in for a bit field. */
  offset: number;
  /** Counted from the least significant bit of the little-endian struct, as if it were one big integer. */
  bitOffset?: number;
  bitSize?: number;
  /** Of a structure with variants, as a Rust enum: when this one is there. */
  variant?: Variant;
  readonly type: CType;
}

/** A static data member of a class: a variable that is called as the class and it. */
export interface StaticMember {
  readonly name: string;
  readonly type: CType;
  /** Where the class itself says it, and there need not be a variable. */
  readonly value: bigint | undefined;
}

/** A variant is there when another member of the structure has its value (DWARF 5 §5.7.10). */
export interface Variant {
  /** Absent of an enum with one variant, which is always there. */
  readonly discriminant: Member | undefined;
  /** As the compiler wrote it, signed or not; absent for all values that no other variant has. */
  readonly value?: bigint;
}

/** A type that may stand in a namespace or another type. */
interface Scoped extends Described {
  /** In C++ and Rust, its name with what is around it: `kernel::Task`. */
  readonly scopedName?: string | undefined;
}

export interface StructType extends Scoped {
  kind: 'struct' | 'union';
  name: string | undefined;
  readonly size: number;
  /** Only a declaration is known in this file. */
  readonly incomplete: boolean;
  readonly members: readonly Member[];
  /** Absent of what no file describes. */
  readonly statics?: readonly StaticMember[];
  /** Of a virtual table of Rust: the type that it is for. */
  readonly concrete?: CType | undefined;
}

export interface ArrayType extends Described {
  kind: 'array';
  readonly element: CType;
  /** Per dimension, outermost first; undefined for a flexible or unknown length. */
  dimensions: readonly (number | undefined)[];
  /** Per dimension, for a length that only a frame has (an array of variable length): the position of what says it. */
  counted?: readonly (number | undefined)[];
  /** Of Rust, which writes it `[u8; 4]`. */
  isRust?: true;
}

export interface EnumType extends Scoped {
  kind: 'enum';
  name: string | undefined;
  size: number;
  signed: boolean;
  readonly enumerators: readonly { name: string; value: bigint }[];
}

export interface TypedefType extends Scoped {
  kind: 'typedef';
  name: string;
  readonly target: CType;
}

export interface QualifiedType extends Described {
  kind: 'const' | 'volatile' | 'restrict' | 'atomic';
  readonly target: CType;
}

export interface FunctionType {
  kind: 'function';
  readonly returns: CType;
  readonly parameters: readonly CType[];
  variadic: boolean;
  prototyped: boolean;
}

export interface VoidType {
  kind: 'void';
}

/** A type this reader cannot describe, or a damaged one. */
export interface UnknownType {
  kind: 'unknown';
  name: string;
  size: number;
  /** Of a pointer to a method, which is no number. */
  readonly pointee?: MemberPointee;
}

export type CType =
  | BaseType
  | PointerType
  | StructType
  | ArrayType
  | EnumType
  | TypedefType
  | QualifiedType
  | FunctionType
  | VoidType
  | UnknownType;

export const VOID: VoidType = { kind: 'void' };

/** Steps followed through typedefs and qualifiers before a chain counts as a loop. */
const CHAIN_LIMIT = 64;

/** A type that is neither typedef nor qualified. */
export type BareType = Exclude<CType, TypedefType | QualifiedType>;

/** The type without typedefs and qualifiers. */
export function stripType(type: CType): BareType {
  let at = type;
  for (let i = 0; i < CHAIN_LIMIT; i++) {
    switch (at.kind) {
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        at = at.target;
        break;
      default:
        return at;
    }
  }
  return { kind: 'unknown', name: '<endless type>', size: 0 };
}

/** Size in bytes; 0 for void, functions, incomplete types and flexible arrays. */
export function sizeOfType(type: CType): number {
  let at = stripType(type);
  let count = 1;
  for (let i = 0; i < CHAIN_LIMIT && at.kind === 'array'; i++) {
    for (const n of at.dimensions) count *= n ?? 0;
    at = stripType(at.element);
  }
  return at.kind === 'array' || at.kind === 'void' || at.kind === 'function' ? 0 : count * at.size;
}
