/**
 * One unit of `.debug_info` or `.debug_types`: its bases, and the reading of attribute values in its context. Owns no DIE.
 * Source: DWARF 5 §7.5.5 and §7.5.6 (classes and forms), §7.26,
 * §7.27 (string and address tables).
 */
import {
  type Abbreviation,
  type AbbreviationPool,
  AbbreviationTable,
  sized,
  skipForm,
  WIDE,
} from './abbrev.ts';
import { DW_AT, DW_FORM } from './constants.ts';
import { cStringBytes, Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { hashName, type NameHash } from './search.ts';
import type { DwarfSections, UnitSection } from './sections.ts';
import type { UnitHeader } from './unit-header.ts';
import { say } from '../../core/sentences/say.ts';

/**
 * The value of one attribute by its class. Offsets of references are positions in the image (see `DebugInfo`);
 * a reference that leads out of it, to a type unit or supplementary file that is not here, is 'missing'.
 */
export type AttributeValue =
  | { kind: 'address'; value: number }
  | { kind: 'constant'; value: bigint; form: number }
  | { kind: 'block'; bytes: Uint8Array }
  | { kind: 'flag'; value: boolean }
  | { kind: 'reference'; offset: number }
  | { kind: 'sectionOffset'; value: number }
  | { kind: 'listIndex'; value: number }
  | { kind: 'string'; bytes: Uint8Array }
  | { kind: 'missing' };

/** What all units of an image share: what references out of them are resolved with, and their declarations. */
export interface References {
  abbreviations: AbbreviationPool;
  /** Those of units in the 64-bit format. */
  wideAbbreviations: AbbreviationPool;
  /** Position of the type a signature stands for. */
  typeBySignature: (signature: bigint) => number | undefined;
  /** The supplementary file that dwz made, when it is here: its `.debug_info` by position, and its `.debug_str`. */
  alternate: () => { base: number; str: Uint8Array } | undefined;
}

/** Where a unit stands and what it refers to. */
export interface UnitContext {
  section: UnitSection;
  /** Position in the image of the section's first byte. */
  base: number;
  /** The same of the file's `.debug_info`: what DW_FORM_ref_addr counts from. */
  infoBase: number;
  /** Of the same file, or of the unit's part of a package. */
  sections: DwarfSections;
  /** Abbreviation tables of `sections`, by offset. */
  tables: Map<number, AbbreviationTable>;
  references: References;
  /** The file is a `.dwo` or `.dwp`. */
  split: boolean;
}

const NO_BYTES = new Uint8Array(0);
const decoder = new TextDecoder();

interface Bases {
  strOffsets: number;
  addr: number;
  ranges: number;
  rnglists: number;
  loclists: number;
}

export class Unit {
  /** Of a split unit: the skeleton in the program that has its addresses, ranges and line table. */
  skeleton: Unit | undefined;
  /** Of a skeleton: the unit it stands for, when its file is here. */
  split: Unit | undefined;
  private table: AbbreviationTable | undefined;
  private bases: Bases | undefined;

  constructor(
    readonly header: UnitHeader,
    /** Position among the units of the image. */
    readonly index: number,
    readonly context: UnitContext,
  ) {}

  get version(): number {
    return this.header.version;
  }

  get sections(): DwarfSections {
    return this.context.sections;
  }

  /** Position in the image of the unit's header, and of one past its end. */
  get start(): number {
    return this.context.base + this.header.offset;
  }

  get end(): number {
    return this.context.base + this.header.end;
  }

  get isTypeUnit(): boolean {
    return this.header.signature !== undefined;
  }

  private get abbreviations(): AbbreviationTable {
    if (this.table) return this.table;
    const { abbreviationsAt: at, wide } = this.header;
    const { sections, tables, references } = this.context;
    // The same declarations mean other sizes to units of the other format.
    const key = wide ? at + 2 ** 32 : at;
    let table = tables.get(key);
    if (!table) {
      const pool = wide ? references.wideAbbreviations : references.abbreviations;
      table = new AbbreviationTable(sections.abbrev, at, pool);
      tables.set(key, table);
    }
    this.table = table;
    return table;
  }

  /** True when the unit tracks variables through location lists, so they hold from a function's first byte. */
  get hasLocationLists(): boolean {
    return this.abbreviations.hasLocationLists;
  }

  /** A cursor over the unit's bytes from `offset` of its section. */
  cursor(offset: number): Cursor {
    const { header, context } = this;
    if (offset < header.rootAt || offset >= header.end) {
      throw new SymbolError(
        'dwarf-reference',
        say`A reference into the unit at ${hex(header.offset)} was expected, ${hex(offset)} was found; the file is damaged, rebuild it.`,
      );
    }
    return new Cursor(context.section.bytes, offset, header.end, context.section.name);
  }

  abbreviation(code: number): Abbreviation {
    const found = this.abbreviations.get(code);
    if (found) return found;
    throw new SymbolError(
      'dwarf-abbreviation',
      say`Abbreviation ${code} was expected in the table at ${hex(this.header.abbreviationsAt)} of .debug_abbrev, it is not there; the file is damaged, rebuild it.`,
    );
  }

  /** The value of `form` at the cursor. */
  read(cursor: Cursor, form: number, implicit?: bigint): AttributeValue {
    if ((form & WIDE) !== 0) return this.valueAt(cursor.offset(true), form & ~WIDE);
    switch (form) {
      case DW_FORM.addr:
        return { kind: 'address', value: cursor.u32() };
      case DW_FORM.addrx:
      case DW_FORM.GNU_addr_index:
        return { kind: 'address', value: this.addressAt(cursor.uleb()) };
      case DW_FORM.addrx1:
        return { kind: 'address', value: this.addressAt(cursor.u8()) };
      case DW_FORM.addrx2:
        return { kind: 'address', value: this.addressAt(cursor.u16()) };
      case DW_FORM.addrx3:
        return { kind: 'address', value: this.addressAt(cursor.u24()) };
      case DW_FORM.addrx4:
        return { kind: 'address', value: this.addressAt(cursor.u32()) };
      case DW_FORM.data1:
        return { kind: 'constant', value: BigInt(cursor.u8()), form };
      case DW_FORM.data2:
        return { kind: 'constant', value: BigInt(cursor.u16()), form };
      case DW_FORM.data4:
        return { kind: 'constant', value: BigInt(cursor.u32()), form };
      case DW_FORM.data8:
        return { kind: 'constant', value: cursor.u64(), form };
      case DW_FORM.sdata:
        return { kind: 'constant', value: cursor.slebBig(), form };
      case DW_FORM.udata:
        return { kind: 'constant', value: cursor.ulebBig(), form };
      case DW_FORM.implicit_const:
        return { kind: 'constant', value: implicit ?? 0n, form };
      case DW_FORM.data16:
        return { kind: 'block', bytes: cursor.block(16) };
      case DW_FORM.block1:
        return { kind: 'block', bytes: cursor.block(cursor.u8()) };
      case DW_FORM.block2:
        return { kind: 'block', bytes: cursor.block(cursor.u16()) };
      case DW_FORM.block4:
        return { kind: 'block', bytes: cursor.block(cursor.u32()) };
      case DW_FORM.block:
      case DW_FORM.exprloc:
        return { kind: 'block', bytes: cursor.block(cursor.uleb()) };
      case DW_FORM.flag:
        return { kind: 'flag', value: cursor.u8() !== 0 };
      case DW_FORM.flag_present:
        return { kind: 'flag', value: true };
      case DW_FORM.ref1:
        return { kind: 'reference', offset: this.start + cursor.u8() };
      case DW_FORM.ref2:
        return { kind: 'reference', offset: this.start + cursor.u16() };
      case DW_FORM.ref4:
        return { kind: 'reference', offset: this.start + cursor.u32() };
      case DW_FORM.ref8:
        return { kind: 'reference', offset: this.start + cursor.unsigned(8) };
      case DW_FORM.ref_udata:
        return { kind: 'reference', offset: this.start + cursor.uleb() };
      case DW_FORM.ref_sig8: {
        const offset = this.context.references.typeBySignature(cursor.u64());
        return offset === undefined ? { kind: 'missing' } : { kind: 'reference', offset };
      }
      case DW_FORM.ref_sup4:
        return this.valueAt(cursor.u32(), DW_FORM.GNU_ref_alt);
      case DW_FORM.ref_sup8:
        return this.valueAt(cursor.unsigned(8), DW_FORM.GNU_ref_alt);
      case DW_FORM.ref_addr:
      case DW_FORM.GNU_ref_alt:
      case DW_FORM.strp_sup:
      case DW_FORM.GNU_strp_alt:
      case DW_FORM.sec_offset:
      case DW_FORM.strp:
      case DW_FORM.line_strp:
        return this.valueAt(cursor.u32(), form);
      case DW_FORM.loclistx:
      case DW_FORM.rnglistx:
        return { kind: 'listIndex', value: cursor.uleb() };
      case DW_FORM.indirect: {
        let actual = cursor.uleb();
        while (actual === DW_FORM.indirect) actual = cursor.uleb();
        if (actual === DW_FORM.implicit_const)
          return { kind: 'constant', value: cursor.slebBig(), form: actual };
        return this.read(cursor, sized(actual, this.header.wide));
      }
      default:
        return { kind: 'string', bytes: this.readString(cursor, form) };
    }
  }

  /** What a form that is an offset into a section stands for. */
  private valueAt(offset: number, form: number): AttributeValue {
    const { str, lineStr } = this.sections;
    const alternate = () => this.context.references.alternate();
    switch (form) {
      case DW_FORM.ref_addr:
        return { kind: 'reference', offset: this.context.infoBase + offset };
      case DW_FORM.GNU_ref_alt: {
        const base = alternate()?.base;
        return base === undefined ? { kind: 'missing' } : { kind: 'reference', offset: base + offset };
      }
      case DW_FORM.strp_sup:
      case DW_FORM.GNU_strp_alt: {
        const strings = alternate()?.str;
        if (!strings) return { kind: 'missing' };
        return { kind: 'string', bytes: cStringBytes(strings, offset, '.debug_str') };
      }
      case DW_FORM.strp:
        return { kind: 'string', bytes: cStringBytes(str, offset, '.debug_str') };
      case DW_FORM.line_strp:
        return { kind: 'string', bytes: cStringBytes(lineStr, offset, '.debug_line_str') };
      default:
        return { kind: 'sectionOffset', value: offset };
    }
  }

  /** The bytes of a string form at the cursor. */
  private readString(cursor: Cursor, form: number): Uint8Array {
    if (form === DW_FORM.string) return cursor.cStringBytes();
    const offset = this.stringOffset(cursor, form);
    if (offset !== undefined) return cStringBytes(this.sections.str, offset, '.debug_str');
    throw new SymbolError(
      'dwarf-form',
      say`An attribute form of DWARF 2 to 5 was expected in the unit at ${hex(this.header.offset)}, form ${hex(form)} was found; the file is damaged or from an unknown compiler.`,
    );
  }

  /** Hashes the string at the cursor, which moves past it; as an empty one when it stands in a file that is not here. */
  hashName(cursor: Cursor, form: number, into: NameHash): void {
    if (form === DW_FORM.strp) {
      hashName(this.sections.str, cursor.u32(), into);
      return;
    }
    const value = this.read(cursor, form);
    hashName(value.kind === 'string' ? value.bytes : NO_BYTES, 0, into);
  }

  /** Where in `.debug_str` the string of an indexed form (DW_FORM_strx) at the cursor is; undefined for other forms. */
  stringOffset(cursor: Cursor, form: number): number | undefined {
    switch (form) {
      case DW_FORM.strx:
      case DW_FORM.GNU_str_index:
        return this.stringAt(cursor.uleb());
      case DW_FORM.strx1:
        return this.stringAt(cursor.u8());
      case DW_FORM.strx2:
        return this.stringAt(cursor.u16());
      case DW_FORM.strx3:
        return this.stringAt(cursor.u24());
      case DW_FORM.strx4:
        return this.stringAt(cursor.u32());
      default:
        return undefined;
    }
  }

  private stringAt(index: number): number {
    const { strOffsets } = this.sections;
    const { wide } = this.header;
    const at = this.tableBases.strOffsets + index * (wide ? 8 : 4);
    return new Cursor(strOffsets, at, strOffsets.length, '.debug_str_offsets').offset(wide);
  }

  /** Entry `index` of the unit's part of `.debug_addr` (DWARF 5 §7.27). */
  addressAt(index: number): number {
    const owner = this.skeleton ?? this;
    const { addr } = owner.sections;
    return new Cursor(addr, owner.tableBases.addr + index * 4, addr.length, '.debug_addr').u32();
  }

  /** Offset in `.debug_rnglists` or `.debug_loclists` of list `index` (DWARF 5 §7.28, §7.29). */
  listAt(which: 'rnglists' | 'loclists', index: number): number {
    const section = this.sections[which];
    const base = this.tableBases[which];
    const { wide } = this.header;
    const at = base + index * (wide ? 8 : 4);
    return base + new Cursor(section, at, section.length, `.debug_${which}`).offset(wide);
  }

  /** `.debug_ranges` from `offset`: of a split unit those of its skeleton, from DW_AT_GNU_ranges_base on. */
  rangesFrom(offset: number): Cursor {
    const { ranges } = (this.skeleton ?? this).sections;
    const start = offset + (this.skeleton?.tableBases.ranges ?? 0);
    return new Cursor(ranges, start, ranges.length, '.debug_ranges');
  }

  /** The base attributes of the root DIE, read before anything that needs them (DWARF 5 §3.1.1). */
  private get tableBases(): Bases {
    if (this.bases) return this.bases;
    // Defaults: just past a header of a contribution that starts the section (what DWARF 5 .dwo files rely on).
    const longer = this.header.wide ? 8 : 0;
    const [strOffsets, lists] = [this.version >= 5 ? 8 + longer : 0, 12 + longer];
    const bases = { strOffsets, addr: 8 + longer, ranges: 0, rnglists: lists, loclists: lists };
    this.bases = bases;
    const cursor = this.cursor(this.header.rootAt);
    const abbreviation = this.abbreviation(cursor.uleb());
    abbreviation.names.forEach((name, i) => {
      const form = abbreviation.forms[i]!;
      const at = cursor.pos;
      if ((form & ~WIDE) === DW_FORM.sec_offset) {
        const value = cursor.offset(this.header.wide);
        if (name === DW_AT.str_offsets_base) bases.strOffsets = value;
        else if (name === DW_AT.addr_base || name === DW_AT.GNU_addr_base) bases.addr = value;
        else if (name === DW_AT.GNU_ranges_base) bases.ranges = value;
        else if (name === DW_AT.rnglists_base) bases.rnglists = value;
        else if (name === DW_AT.loclists_base) bases.loclists = value;
      } else {
        cursor.pos = at;
        skipForm(cursor, form);
      }
    });
    return bases;
  }
}

/** The text of a string value. */
export function text(value: AttributeValue | undefined): string | undefined {
  return value?.kind === 'string' ? decoder.decode(value.bytes) : undefined;
}
