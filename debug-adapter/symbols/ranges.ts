/**
 * The code addresses of a DIE: DW_AT_low_pc/high_pc, `.debug_ranges` (DWARF 4 §2.17.3) and
 * `.debug_rnglists` (DWARF 5 §7.25). Empty ranges and the tombstones linkers leave for discarded code are dropped.
 */
import { DW_AT } from './constants.ts';
import { Cursor } from './cursor.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import { hex, SymbolError } from './errors.ts';
import type { AddressRange } from './search.ts';
import type { Unit } from './unit.ts';
import { say } from '../../core/sentences/say.ts';

const RLE = {
  end_of_list: 0,
  base_addressx: 1,
  startx_endx: 2,
  startx_length: 3,
  offset_pair: 4,
  base_address: 5,
  start_end: 6,
  start_length: 7,
} as const;

export class RangeReader {
  private readonly bases = new Map<number, number>();

  /** `isCode(0)` decides whether a range at 0 is real code or a tombstone. */
  constructor(
    private readonly info: DebugInfo,
    private readonly isCode: (address: number) => boolean,
  ) {}

  /** DW_AT_low_pc of the unit: the base of its lists; 0 when it has none. */
  base(unit: Unit): number {
    let base = this.bases.get(unit.index);
    if (base === undefined) {
      base = this.info.root(unit.skeleton ?? unit).address(DW_AT.low_pc) ?? 0;
      this.bases.set(unit.index, base);
    }
    return base;
  }

  /** The ranges of a DIE, in the order of the file. */
  of(die: Die): AddressRange[] {
    const result: AddressRange[] = [];
    const add = (low: number, high: number): void => {
      const from = low >>> 0;
      if (high > low && from < 0xfffffffe && (from !== 0 || this.isCode(0))) {
        result.push({ low: from, high: Math.min(high, 0x100000000) });
      }
    };
    const list = die.attribute(DW_AT.ranges);
    if (list) {
      const { unit } = die;
      const offset =
        list.kind === 'listIndex'
          ? unit.listAt('rnglists', list.value)
          : list.kind === 'sectionOffset'
            ? list.value
            : list.kind === 'constant'
              ? Number(list.value)
              : undefined;
      if (offset === undefined) return result;
      if (unit.version >= 5) this.readRnglist(unit, offset, add);
      else this.readRanges(unit, offset, add);
      return result;
    }
    const low = die.address(DW_AT.low_pc);
    if (low === undefined) return result;
    const high = die.attribute(DW_AT.high_pc);
    if (high?.kind === 'address') add(low, high.value);
    else if (high?.kind === 'constant') add(low, low + Number(high.value));
    return result;
  }

  private readRanges(unit: Unit, offset: number, add: (low: number, high: number) => void): void {
    const cursor = unit.rangesFrom(offset);
    let base = this.base(unit);
    for (;;) {
      const low = cursor.u32();
      const high = cursor.u32();
      if (low === 0 && high === 0) return;
      if (low === 0xffffffff) base = high;
      else add((base + low) >>> 0, (base + low + (high - low)) >>> 0);
    }
  }

  private readRnglist(unit: Unit, offset: number, add: (low: number, high: number) => void): void {
    const section = unit.sections.rnglists;
    const cursor = new Cursor(section, offset, section.length, '.debug_rnglists');
    let base = this.base(unit);
    for (;;) {
      const kind = cursor.u8();
      switch (kind) {
        case RLE.end_of_list:
          return;
        case RLE.base_addressx:
          base = unit.addressAt(cursor.uleb());
          break;
        case RLE.startx_endx: {
          const low = unit.addressAt(cursor.uleb());
          add(low, unit.addressAt(cursor.uleb()));
          break;
        }
        case RLE.startx_length: {
          const low = unit.addressAt(cursor.uleb());
          add(low, low + cursor.uleb());
          break;
        }
        case RLE.offset_pair: {
          const low = (base + cursor.uleb()) >>> 0;
          add(low, (base + cursor.uleb()) >>> 0);
          break;
        }
        case RLE.base_address:
          base = cursor.u32();
          break;
        case RLE.start_end: {
          const low = cursor.u32();
          add(low, cursor.u32());
          break;
        }
        case RLE.start_length: {
          const low = cursor.u32();
          add(low, low + cursor.uleb());
          break;
        }
        default:
          throw new SymbolError(
            'dwarf-form',
            say`A range list entry kind 0 to 7 was expected at ${hex(cursor.pos - 1)} of .debug_rnglists, ${kind} was found; the file is damaged, rebuild it.`,
          );
      }
    }
  }
}
