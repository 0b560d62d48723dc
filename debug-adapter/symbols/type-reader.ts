/**
 * Types resolved from DW_AT_type chains to descriptions (`types.ts`). A description is made when it is first asked for. Source: DWARF 5 §5.
 */
import { DW_AT, DW_ATE, DW_FORM, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import { isStatic, memberDies, memberPlace, variantOf } from './member-dies.ts';
import { typeName } from './type-name.ts';
import { virtualMethod } from './virtual-methods.ts';
import type { QualifiedNames } from './qualified-names.ts';
import {
  type ArrayType,
  type BaseEncoding,
  type CType,
  type Member,
  type StaticMember,
  type StructType,
  type UnknownType,
  VOID,
  stripType,
  sizeOfType,
} from './types.ts';

const ENCODINGS = new Map<number, BaseEncoding>([
  [DW_ATE.boolean, 'boolean'],
  [DW_ATE.complex_float, 'complex'],
  [DW_ATE.float, 'float'],
  [DW_ATE.signed, 'signed'],
  [DW_ATE.signed_char, 'signed-char'],
  [DW_ATE.unsigned, 'unsigned'],
  [DW_ATE.unsigned_char, 'unsigned-char'],
  [DW_ATE.address, 'unsigned'],
  [DW_ATE.UTF, 'unsigned'],
]);

/** Of 128 bits each (clang has no more than the name to tell them from 80 bits with padding); nothing here computes with them. */
const QUADRUPLE = /^(?:__float128|_Float128)$/;

/** `complex int` and `__unknown__` of gcc, `complex` of clang: whether the parts have a sign they do not say. */
const COMPLEX_INTEGER = /^(?:complex(?: int)?|__unknown__)$/;

function encodingOf(name: string | undefined, encoding: number): BaseEncoding {
  if (name !== undefined && QUADRUPLE.test(name)) return 'other';
  // Other compilers may mean something else by it.
  if (encoding === DW_ATE.lo_user && COMPLEX_INTEGER.test(name ?? '')) return 'complex-integer';
  return ENCODINGS.get(encoding) ?? 'other';
}

/** Bytes of a pointer to a method: its address or place in the table, and what to add to the object's address. */
const METHOD_POINTER = 8;

/** How rustc names the types of virtual tables. */
const TABLE_OF_RUST = '{vtable_type}';

/** What may stand in a namespace or a type. */
const NAMED: ReadonlySet<CType['kind']> = new Set(['struct', 'union', 'enum', 'typedef']);

export class TypeReader {
  private readonly known = new Map<number, CType>();

  /** `complete` finds the definition of a struct that a unit only declares, by its name with its scopes. */
  constructor(
    private readonly info: DebugInfo,
    private readonly names: QualifiedNames,
    private readonly report: (error: SymbolError) => void,
    private readonly complete: (tag: number, path: string) => number | undefined,
  ) {}

  /** The type DW_AT_type of `die` names; void when it has none. */
  typeOf(die: Die): CType {
    return guarded<CType>(
      () => {
        const value = this.info.inherited(die, DW_AT.type)?.value;
        if (!value) return VOID;
        if (value.kind !== 'reference') return unknown('<type in another file>');
        return this.at(value.offset);
      },
      unknown('<damaged type>'),
      this.report,
    );
  }

  /** The type described by the DIE at an absolute offset. */
  at(offset: number): CType {
    let type = this.known.get(offset);
    if (!type) {
      type = guarded(
        () => {
          const die = this.info.die(offset);
          const described = this.describe(die);
          if (described === VOID) return VOID;
          const isNamed = NAMED.has(described.kind) && this.names.isScoped(die.unit);
          if (isNamed) this.lazily(described, 'scopedName', () => this.scopedName(die));
          return Object.assign(described, alignmentOf(die));
        },
        unknown('<damaged type>'),
        this.report,
      );
      this.known.set(offset, type);
    }
    return type;
  }

  /** The DW_TAG_base_type at an absolute offset, for typed expressions. */
  stackType(offset: number): { size: number; encoding: number } | undefined {
    const die = this.info.die(offset);
    if (die.tag !== DW_TAG.base_type) return undefined;
    return { size: die.number(DW_AT.byte_size) ?? 0, encoding: die.number(DW_AT.encoding) ?? 0 };
  }

  private scopedName(die: Die): string | undefined {
    return guarded(() => this.names.path(die), undefined, this.report);
  }

  private describe(die: Die): CType {
    // A stub for a type that stands in a type unit (DWARF 5 §5.6).
    const elsewhere = die.attribute(DW_AT.signature);
    if (elsewhere?.kind === 'reference' && elsewhere.offset !== die.offset) return this.at(elsewhere.offset);
    const name = die.text(DW_AT.name);
    const lazy = <T extends object>(base: T): T & { readonly target: CType } =>
      this.lazily(base, 'target', () => this.typeOf(die));
    switch (die.tag) {
      case DW_TAG.base_type:
        return {
          kind: 'base',
          name: name ?? '<unnamed>',
          size: die.number(DW_AT.byte_size) ?? Math.ceil((die.number(DW_AT.bit_size) ?? 0) / 8),
          encoding: encodingOf(name, die.number(DW_AT.encoding) ?? 0),
        };
      case DW_TAG.pointer_type:
        return lazy({
          kind: 'pointer' as const,
          size: die.number(DW_AT.byte_size) ?? 4,
          ...(name !== undefined && { scopedName: name }),
        });
      case DW_TAG.reference_type:
      case DW_TAG.rvalue_reference_type: {
        const size = die.number(DW_AT.byte_size) ?? 4;
        const isReference = die.tag === DW_TAG.reference_type ? ('&' as const) : ('&&' as const);
        return lazy({ kind: 'pointer' as const, size, isReference });
      }
      case DW_TAG.ptr_to_member_type:
        return this.memberPointer(die);
      case DW_TAG.typedef:
        return lazy({ kind: 'typedef' as const, name: name ?? '<unnamed>' });
      case DW_TAG.const_type:
        return lazy({ kind: 'const' as const });
      case DW_TAG.volatile_type:
        return lazy({ kind: 'volatile' as const });
      case DW_TAG.restrict_type:
        return lazy({ kind: 'restrict' as const });
      case DW_TAG.atomic_type:
        return lazy({ kind: 'atomic' as const });
      case DW_TAG.structure_type:
      case DW_TAG.class_type:
      case DW_TAG.union_type:
        return this.struct(die, name);
      case DW_TAG.array_type:
        return this.array(die);
      case DW_TAG.enumeration_type:
        return this.enumeration(die, name);
      case DW_TAG.subroutine_type:
      case DW_TAG.subprogram:
        return this.functionType(die);
      case DW_TAG.unspecified_type:
        if (name === 'decltype(nullptr)') return { kind: 'pointer', size: 4, target: VOID };
        return name === undefined || name === 'void' ? VOID : unknown(name);
      default:
        return unknown(name ?? '<unsupported type>', die.number(DW_AT.byte_size) ?? 0);
    }
  }

  /** Of a member the offset in its class; of a method, what the ABI of C++ makes of it. */
  private memberPointer(die: Die): CType {
    const target = this.typeOf(die);
    const owner = die.reference(DW_AT.containing_type);
    const scope = owner === undefined ? '' : `${this.scopedName(this.info.die(owner)) ?? ''}::`;
    const isMethod = stripType(target).kind === 'function';
    const name = isMethod ? typeName(target, `(${scope}*)`) : typeName(target, `${scope}*`);
    const find = (entry: number, adjustment: number) =>
      owner === undefined
        ? undefined
        : virtualMethod(this.info, this.info.die(owner), entry, adjustment, (die) => this.scopedName(die));
    const pointee = this.lazily(
      {
        target,
        virtualMethod: (entry: number, adjustment: number) =>
          guarded(() => find(entry, adjustment), undefined, this.report),
      },
      'owner',
      () => (owner === undefined ? VOID : this.at(owner)),
    );
    if (isMethod) return { ...unknown(name, die.number(DW_AT.byte_size) ?? METHOD_POINTER), pointee };
    return { kind: 'base', name, size: die.number(DW_AT.byte_size) ?? 4, encoding: 'signed', pointee };
  }

  /** Adds a property that is computed at first use. */
  private lazily<T extends object, K extends string, V>(
    base: T,
    key: K,
    compute: () => V,
  ): T & Readonly<Record<K, V>> {
    let value: V | undefined;
    Object.defineProperty(base, key, { enumerable: true, get: () => (value ??= compute()) });
    return base as T & Readonly<Record<K, V>>;
  }

  private struct(die: Die, name: string | undefined): CType {
    const kind = die.tag === DW_TAG.union_type ? ('union' as const) : ('struct' as const);
    if (die.flag(DW_AT.declaration) && name !== undefined) return this.declared(die, kind, name);
    const size = die.number(DW_AT.byte_size) ?? 0;
    const base = { kind, name, size, incomplete: die.flag(DW_AT.declaration) };
    const whole = this.lazily(base, 'members', () => guarded(() => this.members(die, size), [], this.report));
    const concrete = name?.endsWith(TABLE_OF_RUST) ? die.reference(DW_AT.containing_type) : undefined;
    if (concrete !== undefined) this.lazily(whole, 'concrete', () => this.at(concrete));
    // Those of a template's instance are many, and nearly no structure has any.
    return this.lazily(whole, 'statics', () => guarded(() => this.statics(die), [], this.report));
  }

  /** A struct its unit only declares. The definition in another unit is looked for when something of it is asked. */
  private declared(die: Die, kind: StructType['kind'], name: string): StructType {
    let known: StructType | undefined;
    const definition = (): StructType => {
      if (known) return known;
      const offset = guarded(
        () => this.complete(die.tag, this.scopedName(die) ?? name),
        undefined,
        this.report,
      );
      const found = offset === undefined || offset === die.offset ? undefined : this.at(offset);
      const isStruct = found?.kind === 'struct' || found?.kind === 'union';
      return (known = isStruct ? found : { kind, name, size: 0, incomplete: true, members: [] });
    };
    const base = this.lazily({ kind, name }, 'size', () => definition().size);
    const sized = this.lazily(base, 'incomplete', () => definition().incomplete);
    const aligned = this.lazily(sized, 'alignment', () => definition().alignment);
    const whole = this.lazily(aligned, 'members', () => definition().members);
    return this.lazily(whole, 'statics', () => definition().statics ?? []);
  }

  /** What a class declares to be the same for all objects; DWARF 5 makes variables of these, older ones members. */
  private statics(struct: Die): StaticMember[] {
    const found: StaticMember[] = [];
    if (!this.names.isScoped(struct.unit)) return found;
    for (const die of struct.children()) {
      if (!isStatic(die)) continue;
      const name = die.text(DW_AT.name);
      const constant = die.attribute(DW_AT.const_value);
      const value = constant?.kind === 'constant' ? constant.value : undefined;
      if (name !== undefined) found.push(this.lazily({ name, value }, 'type', () => this.typeOf(die)));
    }
    return found;
  }

  private members(struct: Die, structSize: number): Member[] {
    const members: Member[] = [];
    const discriminants = new Map<Die, Member>();
    for (const { die, part, variant } of memberDies(struct, 0)) {
      if (die.tag !== DW_TAG.member && die.tag !== DW_TAG.inheritance) continue;
      if (isStatic(die)) continue;
      const place = memberPlace(die);
      const isBase = die.tag === DW_TAG.inheritance;
      // Of what is no base class, only damage makes a place that depends on the object.
      if (typeof place !== 'number' && !isBase) continue;
      const member = {
        name: die.text(DW_AT.name) ?? (die.flag(DW_AT.artificial) ? 'discriminant' : undefined),
        ...(typeof place === 'number' ? { offset: place } : { offset: 0, place }),
        ...(isBase && { isBase: true as const }),
        ...this.bitField(die, structSize),
        ...alignmentOf(die),
        ...(part && variant && variantOf(discriminants.get(part), variant)),
      };
      if ('bitOffset' in member && member.bitOffset !== undefined) {
        const unit = Math.max(1, sizeOfType(this.typeOf(die)));
        member.offset = Math.floor(member.bitOffset / (unit * 8)) * unit;
      }
      const made = this.lazily(member, 'type', () => this.typeOf(die));
      if (part && !variant) discriminants.set(part, made);
      members.push(made);
    }
    return members;
  }

  /** DW_AT_data_bit_offset, or DW_AT_bit_offset of DWARF 2 and 3, which counts from the most significant bit. */
  private bitField(die: Die, structSize: number): { bitOffset?: number; bitSize?: number } {
    const bitSize = die.number(DW_AT.bit_size);
    if (bitSize === undefined) return {};
    const direct = die.number(DW_AT.data_bit_offset);
    if (direct !== undefined) return { bitOffset: direct, bitSize };
    const fromTop = die.attribute(DW_AT.bit_offset);
    const place = memberPlace(die);
    const offset = typeof place === 'number' ? place : 0;
    if (fromTop?.kind !== 'constant') return { bitOffset: offset * 8, bitSize };
    const storage = die.number(DW_AT.byte_size) ?? (sizeOfType(this.typeOf(die)) || structSize);
    // Written as an unsigned constant of 32 or 64 bits, but negative when the field straddles its storage.
    const signedFromTop = Number(BigInt.asIntN(32, fromTop.value));
    return { bitOffset: offset * 8 + storage * 8 - signedFromTop - bitSize, bitSize };
  }

  private array(die: Die): ArrayType {
    const dimensions: (number | undefined)[] = [];
    const counted: (number | undefined)[] = [];
    for (const child of die.children()) {
      if (child.tag === DW_TAG.subrange_type) {
        if (isCounted(child)) counted[dimensions.length] = child.offset;
        dimensions.push(arrayLength(child));
      } else if (child.tag === DW_TAG.enumeration_type) dimensions.push(undefined);
    }
    if (dimensions.length === 0) dimensions.push(undefined);
    const array = {
      ...{ kind: 'array' as const, dimensions },
      ...(counted.length > 0 && { counted }),
      ...(this.names.isRust(die.unit) && { isRust: true as const }),
    };
    return this.lazily(array, 'element', () => this.typeOf(die));
  }

  private enumeration(die: Die, name: string | undefined): CType {
    const values = (): { name: string; value: bigint }[] => {
      const result: { name: string; value: bigint }[] = [];
      for (const child of die.children()) {
        if (child.tag !== DW_TAG.enumerator) continue;
        const value = child.attribute(DW_AT.const_value);
        result.push({
          name: child.text(DW_AT.name) ?? '',
          value: value?.kind === 'constant' ? value.value : 0n,
        });
      }
      return result;
    };
    const underlying = stripType(this.typeOf(die));
    const signed =
      underlying.kind === 'base'
        ? underlying.encoding.startsWith('signed')
        : guarded(() => hasNegative(die), false, this.report);
    return this.lazily(
      { kind: 'enum' as const, name, size: die.number(DW_AT.byte_size) ?? 4, signed },
      'enumerators',
      () => guarded(values, [], this.report),
    );
  }

  private functionType(die: Die): CType {
    const children = guarded(() => [...die.children()], [], this.report);
    const parameters = children.filter((child) => child.tag === DW_TAG.formal_parameter);
    const base = {
      kind: 'function' as const,
      variadic: children.some((child) => child.tag === DW_TAG.unspecified_parameters),
      prototyped: die.flag(DW_AT.prototyped),
    };
    const withReturn = this.lazily(base, 'returns', () => this.typeOf(die));
    return this.lazily(withReturn, 'parameters', () => parameters.map((child) => this.typeOf(child)));
  }
}

function alignmentOf(die: Die): { alignment?: number } {
  const alignment = die.number(DW_AT.alignment);
  return alignment === undefined ? {} : { alignment };
}

function unknown(name: string, size = 0): UnknownType {
  return { kind: 'unknown', name, size };
}

function hasNegative(die: Die): boolean {
  for (const child of die.children()) {
    const value = child.attribute(DW_AT.const_value);
    if (value?.kind === 'constant' && value.value < 0n) return true;
  }
  return false;
}

/** Is the length computed in a frame? */
function isCounted(subrange: Die): boolean {
  const length = subrange.attribute(DW_AT.count) ?? subrange.attribute(DW_AT.upper_bound);
  return length !== undefined && length.kind !== 'constant';
}

function arrayLength(subrange: Die): number | undefined {
  const count = subrange.attribute(DW_AT.count);
  if (count) return count.kind === 'constant' ? Number(count.value) : undefined;
  const upper = subrange.attribute(DW_AT.upper_bound);
  if (upper?.kind !== 'constant') return undefined;
  // Old compilers wrote -1, as an unsigned constant of the form's width, for an array without length.
  const width = upper.form === DW_FORM.data1 ? 8 : upper.form === DW_FORM.data2 ? 16 : 32;
  const minusOne = width === 32 && (upper.value === 0xffffffffn || upper.value === -1n);
  return minusOne ? undefined : Number(upper.value) + 1;
}
