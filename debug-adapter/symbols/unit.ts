/**
 * One unit of `.debug_info`: its header (versions 2 to 5), its bases, and the reading of attribute values in
 * its context. Owns no DIE. Source: DWARF 5 §7.5.1 (headers), §7.5.5 and §7.5.6 (classes and forms), §7.26,
 * §7.27 (string and address tables).
 */
import { type Abbreviation, type AbbreviationTable, readAbbreviations, skipForm } from './abbrev.ts';
import { DW_AT, DW_FORM, DW_UT } from './constants.ts';
import { cStringBytes, Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import type { DwarfSections } from './sections.ts';

/** The value of one attribute by its class. Offsets in `reference` are absolute in `.debug_info`. */
export type AttributeValue =
  | { kind: 'address'; value: number }
  | { kind: 'constant'; value: bigint; form: number }
  | { kind: 'block'; bytes: Uint8Array }
  | { kind: 'flag'; value: boolean }
  | { kind: 'reference'; offset: number }
  | { kind: 'sectionOffset'; value: number }
  | { kind: 'listIndex'; value: number }
  | { kind: 'string'; bytes: Uint8Array }
  | { kind: 'signature'; value: bigint }
  | { kind: 'unsupported'; form: number };

export interface UnitHeader {
  /** Of the header, in `.debug_info`. */
  offset: number;
  /** One past the last byte of the unit. */
  end: number;
  version: number;
  type: number;
  abbreviationsAt: number;
  /** Offset of the unit's root DIE. */
  rootAt: number;
  /** Of a type unit: its signature, and the absolute offset of the type it is for. */
  signature: bigint | undefined;
  typeAt: number;
}

const decoder = new TextDecoder();

/** Reads one unit header and moves past the unit; the error as a value when it is not one we read. */
export function readUnitHeader(cursor: Cursor): UnitHeader | SymbolError {
  const offset = cursor.pos;
  const end = cursor.initialLength();
  const header = new Cursor(cursor.bytes, cursor.pos, end, '.debug_info');
  cursor.pos = end;
  const version = header.u16();
  if (version < 2 || version > 5) {
    return new SymbolError(
      'dwarf-version',
      `DWARF version 2 to 5 was expected at ${hex(offset)} of .debug_info, version ${String(version)} was found; rebuild with -gdwarf-5.`,
    );
  }
  let type: number = DW_UT.compile;
  let signature: bigint | undefined;
  let typeAt = 0;
  let addressSize: number;
  let abbreviationsAt: number;
  if (version >= 5) {
    type = header.u8();
    addressSize = header.u8();
    abbreviationsAt = header.u32();
    if (type === DW_UT.skeleton || type === DW_UT.split_compile) header.take(8);
    if (type === DW_UT.type || type === DW_UT.split_type) {
      signature = header.u64();
      typeAt = offset + header.u32();
    }
  } else {
    abbreviationsAt = header.u32();
    addressSize = header.u8();
  }
  if (addressSize !== 4) {
    return new SymbolError(
      'dwarf-address-size',
      `4-byte addresses were expected in the unit at ${hex(offset)}, ${String(addressSize)}-byte ones were found; build for i386.`,
    );
  }
  return { offset, end, version, type, abbreviationsAt, rootAt: header.pos, signature, typeAt };
}

interface Bases {
  strOffsets: number;
  addr: number;
  rnglists: number;
  loclists: number;
}

export class Unit {
  private table: AbbreviationTable | undefined;
  private bases: Bases | undefined;

  constructor(
    readonly header: UnitHeader,
    /** Position among the units of the file. */
    readonly index: number,
    readonly sections: DwarfSections,
    private readonly tables: Map<number, AbbreviationTable>,
  ) {}

  get version(): number {
    return this.header.version;
  }

  private get abbreviations(): AbbreviationTable {
    if (this.table) return this.table;
    const at = this.header.abbreviationsAt;
    let table = this.tables.get(at);
    if (!table) {
      table = readAbbreviations(this.sections.abbrev, at);
      this.tables.set(at, table);
    }
    this.table = table;
    return table;
  }

  /** True when the unit tracks variables through location lists, so they hold from a function's first byte. */
  get hasLocationLists(): boolean {
    return this.abbreviations.hasLocationLists;
  }

  /** A cursor over the unit's bytes from `offset`. */
  cursor(offset: number): Cursor {
    if (offset < this.header.rootAt || offset >= this.header.end) {
      throw new SymbolError(
        'dwarf-reference',
        `A reference into the unit at ${hex(this.header.offset)} was expected, ${hex(offset)} was found; the file is damaged, rebuild it.`,
      );
    }
    return new Cursor(this.sections.info, offset, this.header.end, '.debug_info');
  }

  abbreviation(code: number): Abbreviation {
    const found = this.abbreviations.byCode.get(code);
    if (found) return found;
    throw new SymbolError(
      'dwarf-abbreviation',
      `Abbreviation ${String(code)} was expected in the table at ${hex(this.header.abbreviationsAt)} of .debug_abbrev, it is not there; the file is damaged, rebuild it.`,
    );
  }

  /** The value of `form` at the cursor. */
  read(cursor: Cursor, form: number, implicit?: bigint): AttributeValue {
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
      case DW_FORM.ref_addr:
        return { kind: 'reference', offset: cursor.u32() };
      case DW_FORM.ref1:
        return { kind: 'reference', offset: this.header.offset + cursor.u8() };
      case DW_FORM.ref2:
        return { kind: 'reference', offset: this.header.offset + cursor.u16() };
      case DW_FORM.ref4:
      case DW_FORM.ref8:
        return {
          kind: 'reference',
          offset: this.header.offset + cursor.unsigned(form === DW_FORM.ref4 ? 4 : 8),
        };
      case DW_FORM.ref_udata:
        return { kind: 'reference', offset: this.header.offset + cursor.uleb() };
      case DW_FORM.sec_offset:
        return { kind: 'sectionOffset', value: cursor.u32() };
      case DW_FORM.loclistx:
      case DW_FORM.rnglistx:
        return { kind: 'listIndex', value: cursor.uleb() };
      case DW_FORM.indirect: {
        let actual = cursor.uleb();
        while (actual === DW_FORM.indirect) actual = cursor.uleb();
        if (actual === DW_FORM.implicit_const)
          return { kind: 'constant', value: cursor.slebBig(), form: actual };
        return this.read(cursor, actual);
      }
      case DW_FORM.ref_sig8:
        return { kind: 'signature', value: cursor.u64() };
      case DW_FORM.ref_sup4:
      case DW_FORM.ref_sup8:
      case DW_FORM.strp_sup:
      case DW_FORM.GNU_ref_alt:
      case DW_FORM.GNU_strp_alt:
        cursor.take(form === DW_FORM.ref_sup8 ? 8 : 4);
        return { kind: 'unsupported', form };
      default:
        return { kind: 'string', bytes: this.readString(cursor, form) };
    }
  }

  /** The bytes of a string form at the cursor. */
  private readString(cursor: Cursor, form: number): Uint8Array {
    const { str, lineStr } = this.sections;
    switch (form) {
      case DW_FORM.string:
        return cursor.cStringBytes();
      case DW_FORM.strp:
        return cStringBytes(str, cursor.u32(), '.debug_str');
      case DW_FORM.line_strp:
        return cStringBytes(lineStr, cursor.u32(), '.debug_line_str');
      case DW_FORM.strx:
      case DW_FORM.GNU_str_index:
        return this.indexedString(cursor.uleb());
      case DW_FORM.strx1:
        return this.indexedString(cursor.u8());
      case DW_FORM.strx2:
        return this.indexedString(cursor.u16());
      case DW_FORM.strx3:
        return this.indexedString(cursor.u24());
      case DW_FORM.strx4:
        return this.indexedString(cursor.u32());
      default:
        throw new SymbolError(
          'dwarf-form',
          `An attribute form of DWARF 2 to 5 was expected in the unit at ${hex(this.header.offset)}, form ${hex(form)} was found; the file is damaged or from an unknown compiler.`,
        );
    }
  }

  private indexedString(index: number): Uint8Array {
    const { strOffsets, str } = this.sections;
    const at = this.tableBases.strOffsets + index * 4;
    return cStringBytes(
      str,
      new Cursor(strOffsets, at, strOffsets.length, '.debug_str_offsets').u32(),
      '.debug_str',
    );
  }

  /** Entry `index` of the unit's part of `.debug_addr` (DWARF 5 §7.27). */
  addressAt(index: number): number {
    const { addr } = this.sections;
    return new Cursor(addr, this.tableBases.addr + index * 4, addr.length, '.debug_addr').u32();
  }

  /** Absolute offset in `.debug_rnglists` or `.debug_loclists` of list `index` (DWARF 5 §7.28, §7.29). */
  listAt(which: 'rnglists' | 'loclists', index: number): number {
    const section = this.sections[which];
    const base = this.tableBases[which];
    return base + new Cursor(section, base + index * 4, section.length, `.debug_${which}`).u32();
  }

  /** The base attributes of the root DIE, read before anything that needs them (DWARF 5 §3.1.1). */
  private get tableBases(): Bases {
    if (this.bases) return this.bases;
    // Defaults: just past a header of a contribution that starts the section (what DWARF 5 .dwo files rely on).
    const bases = { strOffsets: 8, addr: 8, rnglists: 12, loclists: 12 };
    this.bases = bases;
    const cursor = this.cursor(this.header.rootAt);
    const abbreviation = this.abbreviation(cursor.uleb());
    abbreviation.names.forEach((name, i) => {
      const form = abbreviation.forms[i]!;
      const at = cursor.pos;
      if (form === DW_FORM.sec_offset) {
        const value = cursor.u32();
        if (name === DW_AT.str_offsets_base) bases.strOffsets = value;
        else if (name === DW_AT.addr_base || name === DW_AT.GNU_addr_base) bases.addr = value;
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
