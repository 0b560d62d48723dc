/**
 * Functions by address: per unit a sorted table of the code ranges of its DW_TAG_subprogram DIEs, and below a
 * function the chain of lexical blocks and inlined calls that hold a pc. Source: DWARF 5 §3.3, §3.5.
 */
import { HAS } from './abbrev.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { Die, everywhere, walkUnit } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import type { RangeReader } from './ranges.ts';
import { Columns, rangesContain, upperBound } from './search.ts';
import type { Unit } from './unit.ts';

interface FunctionTable {
  low: Uint32Array;
  high: Uint32Array;
  die: Uint32Array;
}

const NESTING_LIMIT = 256;

export class Functions {
  private readonly tables = new Map<number, FunctionTable>();

  constructor(
    private readonly info: DebugInfo,
    private readonly ranges: RangeReader,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** The function of `unit` whose code holds `pc`: the smallest when they nest. */
  at(unit: Unit, pc: number): Die | undefined {
    const { low, high, die } = this.table(unit);
    const last = upperBound(low, pc) - 1;
    for (let i = last; i >= 0 && i > last - 16; i--) {
      if (pc < high[i]!) return this.info.die(die[i]!);
    }
    return undefined;
  }

  private table(unit: Unit): FunctionTable {
    const known = this.tables.get(unit.index);
    if (known) return known;
    const columns = new Columns(3);
    guarded(
      () => {
        walkUnit(
          unit,
          (abbreviation, offset, attributesAt) => {
            if (abbreviation.tag !== DW_TAG.subprogram) return;
            if ((abbreviation.has & (HAS.lowPc | HAS.ranges)) === 0) return;
            const die = new Die(unit, offset, abbreviation, attributesAt);
            for (const { low, high } of guarded(() => this.ranges.of(die), [], this.report)) {
              columns.push(low, high, die.offset);
            }
          },
          everywhere,
        );
      },
      undefined,
      this.report,
    );
    const [low, high, die] = columns.sorted();
    const table = { low: low!, high: high!, die: die! };
    this.tables.set(unit.index, table);
    return table;
  }

  /** The function and then each block and inlined call inside it that holds `pc`, outermost first. */
  chain(fn: Die, pc: number): Die[] {
    const chain = [fn];
    for (let inner = this.inner(fn, pc, 0); inner; inner = this.inner(inner, pc, 0)) {
      chain.push(inner);
      if (chain.length > NESTING_LIMIT) break;
    }
    return chain;
  }

  private inner(die: Die, pc: number, depth: number): Die | undefined {
    for (const child of die.children()) {
      const isBlock = child.tag === DW_TAG.lexical_block;
      if (!isBlock && child.tag !== DW_TAG.inlined_subroutine) continue;
      const ranges = this.ranges.of(child);
      if (rangesContain(ranges, pc)) return child;
      // A block without code of its own can still hold an inlined call that has some.
      if (!isBlock || ranges.length > 0 || depth > NESTING_LIMIT) continue;
      const within = this.inner(child, pc, depth + 1);
      if (within) return within;
    }
    return undefined;
  }

  /**
   * Entry addresses of the inlined copies of the functions that are meant, whose abstract entries are in `units`. A
   * copy is in the unit of its abstract entry, unless that stands in a partial unit that others refer to.
   */
  inlinedCopies(isMeant: (die: Die) => boolean, units: readonly Unit[]): number[] {
    const entries: number[] = [];
    const same = new Map<number, boolean>();
    const shared = units.some((unit) => this.info.root(unit).tag === DW_TAG.partial_unit);
    const searched = shared ? Array.from({ length: this.info.count }, (_, i) => this.info.unit(i)) : units;
    for (const unit of new Set(searched)) {
      guarded(
        () => {
          walkUnit(
            unit,
            (abbreviation, at, attributesAt) => {
              if (abbreviation.tag !== DW_TAG.inlined_subroutine) return;
              const die = new Die(unit, at, abbreviation, attributesAt);
              const origin = die.reference(DW_AT.abstract_origin);
              if (origin === undefined) return;
              let matches = same.get(origin);
              if (matches === undefined) same.set(origin, (matches = isMeant(die)));
              const [range] = matches ? this.ranges.of(die) : [];
              if (range) entries.push(entryOf(die, range.low));
            },
            everywhere,
          );
        },
        undefined,
        this.report,
      );
    }
    return entries;
  }
}

/** DW_AT_entry_pc (an address, or an offset from the first range), else where the code starts. */
function entryOf(die: Die, low: number): number {
  const entry = die.attribute(DW_AT.entry_pc);
  if (entry?.kind === 'address') return entry.value;
  return entry?.kind === 'constant' ? low + Number(entry.value) : low;
}
