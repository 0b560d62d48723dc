/**
 * What the debug information says of where a variable is: a value, a place, or how one is found in a frame. Source: DWARF 5 §2.6, §4.1.
 */
import { hasBareLiterals, withoutBareLiterals } from './bare-literals.ts';
import { DW_AT } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import { littleEndian, type Location } from './location.ts';
import { expressionAt } from './locations.ts';
import type { RangeReader } from './ranges.ts';
import { fixedAddress, type SimpleLocation, simpleLocation } from './simple-location.ts';
import type { TypeReader } from './type-reader.ts';
import { sizeOfType } from './types.ts';
import type { Unit } from './unit.ts';
import { say } from '../../core/sentences/say.ts';

export interface Expression {
  readonly bytes: Uint8Array;
  /** Undefined for one that is not. */
  readonly simple: SimpleLocation | undefined;
}

/** Where a variable is: a location, or how one is found in a frame. */
export type Description =
  | Location
  | ({ readonly kind: 'expression'; readonly from: Die } & Expression)
  | { readonly kind: 'symbol'; readonly address: number };

/** What a linker has made of a program. */
export interface LinkedProgram {
  /** The address of an ELF symbol. */
  readonly addressOf: (symbol: string) => number | undefined;
  /** Is something of the program linked there? */
  readonly isLinked: (address: number) => boolean;
}

export class Descriptions {
  constructor(
    private readonly info: DebugInfo,
    private readonly ranges: RangeReader,
    private readonly types: TypeReader,
    private readonly program: LinkedProgram,
  ) {}

  /** What there is to know at a pc without a frame. */
  at(die: Die, pc: number): Description {
    const value = this.info.inherited(die, DW_AT.location) ?? this.info.inherited(die, DW_AT.const_value);
    if (!value) return this.atSymbol(die);
    const { from } = value;
    const constant = this.constant(die, from);
    if (constant) return constant;
    const written = expressionAt(from.unit, value.value, pc, this.ranges.base(from.unit));
    const bytes = written && this.asMeant(written, from);
    if (!bytes || bytes.length === 0)
      return { kind: 'optimised-out', reason: say`it has no place at this instruction` };
    if (this.isLeftOut(bytes, from))
      return { kind: 'optimised-out', reason: say`the linker has left it out` };
    return { kind: 'expression', bytes, simple: simpleLocation(bytes), from };
  }

  private asMeant(bytes: Uint8Array, { unit }: Die): Uint8Array {
    return hasBareLiterals(unit.header.version, () => this.producer(unit))
      ? withoutBareLiterals(bytes)
      : bytes;
  }

  /** The compiler of a unit, in its own words. */
  producer(unit: Unit): string | undefined {
    return this.info.root(unit).text(DW_AT.producer);
  }

  /** Linkers put 0 or -1 for the address of what nothing refers to (`--gc-sections`), and of second copies of a section group. */
  private isLeftOut(bytes: Uint8Array, { unit }: Die): boolean {
    const address = fixedAddress(bytes, (index) => unit.addressAt(index));
    return (address === 0 || address === 0xffff_ffff) && !this.program.isLinked(address);
  }

  /** Zig records no location of variables, but by which symbol the linker knows them; C none of what is defined elsewhere. */
  private atSymbol(die: Die): Description {
    const isElsewhere = die.flag(DW_AT.declaration);
    const name = this.info.linkageName(die) ?? (isElsewhere ? this.info.name(die) : undefined);
    const address = name === undefined ? undefined : this.program.addressOf(name);
    if (address === undefined)
      return { kind: 'optimised-out', reason: say`the compiler recorded no location` };
    return { kind: 'symbol', address };
  }

  private constant(die: Die, from: Die): Location | undefined {
    if (from.attribute(DW_AT.location)) return undefined;
    const value = from.attribute(DW_AT.const_value);
    switch (value?.kind) {
      case 'constant': {
        const size = sizeOfType(this.types.typeOf(die)) || 4;
        return { kind: 'value', bytes: littleEndian(value.value, Math.min(size, 16)) };
      }
      case 'block':
        return { kind: 'value', bytes: value.bytes };
      case 'string':
        return { kind: 'value', bytes: value.bytes };
      case 'address':
        return { kind: 'value', bytes: littleEndian(BigInt(value.value), 4) };
      default:
        return undefined;
    }
  }
}
