/** Headers of units in `.debug_info` and `.debug_types`. Source: DWARF 5 §7.5.1, DWARF 4 §7.5.1. */
import { DW_UT } from './constants.ts';
import { Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import type { UnitSection } from './sections.ts';
import { say } from '../../core/sentences/say.ts';

export interface UnitHeader {
  /** Of the header, in its section; so are `end`, `rootAt` and `typeAt`. */
  offset: number;
  /** One past the last byte of the unit. */
  end: number;
  /** In the 64-bit format. */
  wide: boolean;
  version: number;
  type: number;
  abbreviationsAt: number;
  /** Offset of the unit's root DIE. */
  rootAt: number;
  /** Of a type unit: its signature, and the offset of the type it is for. */
  signature: bigint | undefined;
  typeAt: number;
  /** Of a skeleton and its split unit: what they have in common (DWARF 5 §7.5.1.2). */
  dwoId: bigint | undefined;
}

/** Reads one unit header and moves past the unit; the error as a value when it is not one we read. */
export function readUnitHeader(cursor: Cursor, section: UnitSection['name']): UnitHeader | SymbolError {
  const offset = cursor.pos;
  const { end, wide } = cursor.initialLength();
  const header = new Cursor(cursor.bytes, cursor.pos, end, section);
  cursor.pos = end;
  const version = header.u16();
  if (version < 2 || version > 5) {
    return new SymbolError(
      'dwarf-version',
      say`DWARF version 2 to 5 was expected at ${hex(offset)} of ${section}, version ${version} was found; rebuild with -gdwarf-5.`,
    );
  }
  let type: number = section === '.debug_types' ? DW_UT.type : DW_UT.compile;
  if (version >= 5) type = header.u8();
  const addressFirst = version >= 5 ? header.u8() : 0;
  const abbreviationsAt = header.offset(wide);
  const addressSize = version >= 5 ? addressFirst : header.u8();
  const split = type === DW_UT.skeleton || type === DW_UT.split_compile;
  const dwoId = split ? header.u64() : undefined;
  const isType = type === DW_UT.type || type === DW_UT.split_type;
  const signature = isType ? header.u64() : undefined;
  const typeAt = isType ? offset + header.offset(wide) : 0;
  if (addressSize !== 4) {
    return new SymbolError(
      'dwarf-address-size',
      say`4-byte addresses were expected in the unit at ${hex(offset)}, ${addressSize}-byte ones were found; build for i386.`,
    );
  }
  return { offset, end, wide, version, type, abbreviationsAt, rootAt: header.pos, signature, typeAt, dwoId };
}
