/**
 * Address to unit. `.debug_aranges` serves where it is complete; units it leaves out are entered by their
 * own DW_AT_low_pc/high_pc/ranges, and a miss checks all units that way once, for tables with holes.
 * Source: DWARF 5 §6.1.2.
 */
import { Cursor } from './cursor.ts';
import type { DebugInfo } from './debug-info.ts';
import { guarded, type SymbolError } from './errors.ts';
import type { RangeReader } from './ranges.ts';
import { atOnce, type Pieces } from './pieces.ts';
import { Columns, upperBound } from './search.ts';
import type { Unit } from './unit.ts';

interface Spans {
  low: Uint32Array;
  high: Uint32Array;
  unit: Uint32Array;
}

export class UnitIndex {
  private quick: Spans | undefined;
  private complete: Spans | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly ranges: RangeReader,
    private readonly isCode: (address: number) => boolean,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** The unit whose code holds `pc`: of a skeleton and its split unit the latter, which has the entries. */
  at(pc: number): Unit | undefined {
    this.quick ??= atOnce(this.build(true));
    let found = find(this.quick, pc);
    if (found < 0) found = find((this.complete ??= atOnce(this.build(false))), pc);
    if (found < 0) return undefined;
    const unit = this.info.unit(found);
    return unit.split ?? unit;
  }

  /** Makes both tables. */
  *prepare(): Pieces<void> {
    this.quick ??= yield* this.build(true);
    this.complete ??= yield* this.build(false);
  }

  private *build(trustAranges: boolean): Pieces<Spans> {
    const spans = new Columns(3, this.info.count * 2);
    const listed = new Set<number>();
    if (trustAranges) {
      guarded(
        () => {
          this.readAranges(spans, listed);
        },
        undefined,
        this.report,
      );
    }
    for (let i = 0; i < this.info.count; i++) {
      const unit = this.info.unit(i);
      if (listed.has(i) || unit.skeleton || unit.isTypeUnit) continue;
      yield;
      guarded(
        () => {
          for (const { low, high } of this.ranges.of(this.info.root(unit))) {
            spans.push(low, high, i);
          }
        },
        undefined,
        this.report,
      );
    }
    const [low, high, unit] = spans.sorted();
    return { low: low!, high: high!, unit: unit! };
  }

  private readAranges(spans: Columns, listed: Set<number>): void {
    const bytes = this.info.sections.aranges;
    const outer = new Cursor(bytes, 0, bytes.length, '.debug_aranges');
    while (!outer.done) {
      const start = outer.pos;
      const { end, wide } = outer.initialLength();
      const cursor = new Cursor(bytes, outer.pos, end, '.debug_aranges');
      outer.pos = end;
      const version = cursor.u16();
      const unit = this.info.unitStartingAt(cursor.offset(wide));
      const addressSize = cursor.u8();
      const segmentSize = cursor.u8();
      if (version !== 2 || !unit || addressSize !== 4 || segmentSize !== 0) continue;
      cursor.take((8 - ((cursor.pos - start) % 8)) % 8);
      while (end - cursor.pos >= 8) {
        const low = cursor.u32();
        const length = cursor.u32();
        if (length === 0 || (low === 0 && !this.isCode(0))) continue;
        spans.push(low, Math.min(low + length, 0xffffffff), unit.index);
        listed.add(unit.index);
      }
    }
  }
}

function find(spans: Spans, pc: number): number {
  const last = upperBound(spans.low, pc) - 1;
  for (let i = last; i >= 0 && i > last - 16; i--) if (pc < spans.high[i]!) return spans.unit[i]!;
  return -1;
}
