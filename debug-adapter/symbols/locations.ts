/**
 * Location lists: which expression describes an object at a pc. `.debug_loc` (DWARF 4 §2.6.2) and
 * `.debug_loclists` (DWARF 5 §7.7.3). Owns no evaluation.
 */
import { Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import type { AttributeValue, Unit } from './unit.ts';
import { say } from '../../core/sentences/say.ts';

const LLE = {
  end_of_list: 0,
  base_addressx: 1,
  startx_endx: 2,
  startx_length: 3,
  offset_pair: 4,
  default_location: 5,
  base_address: 6,
  start_end: 7,
  start_length: 8,
  view_pair: 9,
} as const;

/** The expression that `value` (a DW_AT_location, DW_AT_frame_base, …) gives at `pc`; undefined where it has none. */
export function expressionAt(
  unit: Unit,
  value: AttributeValue,
  pc: number,
  base: number,
): Uint8Array | undefined {
  switch (value.kind) {
    case 'block':
      return value.bytes;
    case 'listIndex':
      return findInLoclist(unit, unit.listAt('loclists', value.value), pc, base);
    case 'sectionOffset':
      return unit.version >= 5
        ? findInLoclist(unit, value.value, pc, base)
        : findInLoc(unit, value.value, pc, base);
    case 'constant': // DWARF 2 and 3 wrote section offsets as data4
      return unit.version < 4 ? findInLoc(unit, Number(value.value), pc, base) : undefined;
    default:
      return undefined;
  }
}

function findInLoc(unit: Unit, offset: number, pc: number, unitBase: number): Uint8Array | undefined {
  if (unit.context.split) return findInSplitLoc(unit, offset, pc);
  const section = unit.sections.loc;
  const cursor = new Cursor(section, offset, section.length, '.debug_loc');
  let base = unitBase;
  for (;;) {
    const low = cursor.u32();
    const high = cursor.u32();
    if (low === 0 && high === 0) return undefined;
    if (low === 0xffffffff) {
      base = high;
      continue;
    }
    const expression = cursor.block(cursor.u16());
    if (pc >= (base + low) >>> 0 && pc < (base + high) >>> 0) return expression;
  }
}

/** The lists of GNU's split DWARF 4: kinds 1 to 4 by index of `.debug_addr`, lengths of 2 bytes ("DebugFission"). */
function findInSplitLoc(unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  const section = unit.sections.loc;
  const cursor = new Cursor(section, offset, section.length, '.debug_loc.dwo');
  let base = 0;
  for (;;) {
    let low = 0;
    let high = 0;
    const kind = cursor.u8();
    switch (kind) {
      case LLE.end_of_list:
        return undefined;
      case LLE.base_addressx:
        base = unit.addressAt(cursor.uleb());
        continue;
      case LLE.startx_endx:
        low = unit.addressAt(cursor.uleb());
        high = unit.addressAt(cursor.uleb());
        break;
      case LLE.startx_length:
        low = unit.addressAt(cursor.uleb());
        high = low + cursor.u32();
        break;
      case LLE.offset_pair:
        low = (base + cursor.u32()) >>> 0;
        high = (base + cursor.u32()) >>> 0;
        break;
      default:
        throw unknownKind(cursor, kind);
    }
    const expression = cursor.block(cursor.u16());
    if (pc >= low && pc < high) return expression;
  }
}

function unknownKind(cursor: Cursor, kind: number): SymbolError {
  return new SymbolError(
    'dwarf-form',
    say`A location list entry kind 0 to 9 was expected at ${hex(cursor.pos - 1)} of ${cursor.what}, ${kind} was found; the file is damaged, rebuild it.`,
  );
}

function findInLoclist(unit: Unit, offset: number, pc: number, unitBase: number): Uint8Array | undefined {
  const section = unit.sections.loclists;
  const cursor = new Cursor(section, offset, section.length, '.debug_loclists');
  let base = unitBase;
  let fallback: Uint8Array | undefined;
  for (;;) {
    let low = 0;
    let high = 0;
    const kind = cursor.u8();
    switch (kind) {
      case LLE.end_of_list:
        return fallback;
      case LLE.base_addressx:
        base = unit.addressAt(cursor.uleb());
        continue;
      case LLE.base_address:
        base = cursor.u32();
        continue;
      case LLE.view_pair:
        cursor.skipLeb();
        cursor.skipLeb();
        continue;
      case LLE.startx_endx:
        low = unit.addressAt(cursor.uleb());
        high = unit.addressAt(cursor.uleb());
        break;
      case LLE.startx_length:
        low = unit.addressAt(cursor.uleb());
        high = low + cursor.uleb();
        break;
      case LLE.offset_pair:
        low = (base + cursor.uleb()) >>> 0;
        high = (base + cursor.uleb()) >>> 0;
        break;
      case LLE.default_location:
        fallback ??= cursor.block(cursor.uleb());
        continue;
      case LLE.start_end:
        low = cursor.u32();
        high = cursor.u32();
        break;
      case LLE.start_length:
        low = cursor.u32();
        high = low + cursor.uleb();
        break;
      default:
        throw unknownKind(cursor, kind);
    }
    const expression = cursor.block(cursor.uleb());
    if (pc >= low && pc < high) return expression;
  }
}
