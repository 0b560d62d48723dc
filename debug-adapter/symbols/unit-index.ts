/**
 * Address to unit. `.debug_aranges` serves where it has the address; for others all units are asked once for their
 * own DW_AT_low_pc/high_pc/ranges: compilers need not list any, and assemblers leave some out. Source: DWARF 5 §6.1.2.
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
  /** By `.debug_aranges`; units by their offsets in `.debug_info`. */
  private listed: Spans | undefined;
  /** By what all units say; units by their numbers. */
  private complete: Spans | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly ranges: RangeReader,
    private readonly isCode: (address: number) => boolean,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** The unit whose code holds `pc`: of a skeleton and its split unit the latter, which has the entries. */
  at(pc: number): Unit | undefined {
    const offset = this.offsetAt(pc);
    const unit = (offset === undefined ? undefined : this.info.unitStartingAt(offset)) ?? this.asked(pc);
    return unit?.split ?? unit;
  }

  /** Waits until the unit is there whose code holds `pc`. */
  *arrive(pc: number): Pieces<void> {
    yield* this.info.arrive(this.offsetAt(pc));
  }

  /** Makes both tables. */
  *prepare(): Pieces<void> {
    this.listed ??= this.readAranges();
    this.complete ??= yield* this.askAll();
  }

  private offsetAt(pc: number): number | undefined {
    return find((this.listed ??= this.readAranges()), pc);
  }

  private asked(pc: number): Unit | undefined {
    const index = find((this.complete ??= atOnce(this.askAll())), pc);
    return index === undefined ? undefined : this.info.unit(index);
  }

  private *askAll(): Pieces<Spans> {
    yield* this.info.arrive();
    const spans = new Columns(3, this.info.count * 2);
    for (let i = 0; i < this.info.count; i++) {
      const unit = this.info.unit(i);
      if (unit.skeleton || unit.isTypeUnit) continue;
      yield;
      guarded(
        () => {
          for (const { low, high } of this.ranges.of(this.info.root(unit))) spans.push(low, high, i);
        },
        undefined,
        this.report,
      );
    }
    return sorted(spans);
  }

  private readAranges(): Spans {
    const spans = new Columns(3);
    guarded(
      () => {
        this.readSets(spans);
      },
      undefined,
      this.report,
    );
    return sorted(spans);
  }

  private readSets(spans: Columns): void {
    const bytes = this.info.sections.aranges;
    const outer = new Cursor(bytes, 0, bytes.length, '.debug_aranges');
    while (!outer.done) {
      const start = outer.pos;
      const { end, wide } = outer.initialLength();
      const cursor = new Cursor(bytes, outer.pos, end, '.debug_aranges');
      outer.pos = end;
      const version = cursor.u16();
      const unitAt = cursor.offset(wide);
      const addressSize = cursor.u8();
      const segmentSize = cursor.u8();
      if (version !== 2 || addressSize !== 4 || segmentSize !== 0) continue;
      cursor.take((8 - ((cursor.pos - start) % 8)) % 8);
      while (end - cursor.pos >= 8) {
        const low = cursor.u32();
        const length = cursor.u32();
        if (length === 0 || (low === 0 && !this.isCode(0))) continue;
        spans.push(low, Math.min(low + length, 0xffffffff), unitAt);
      }
    }
  }
}

function sorted(spans: Columns): Spans {
  const [low, high, unit] = spans.sorted();
  return { low: low!, high: high!, unit: unit! };
}

function find(spans: Spans, pc: number): number | undefined {
  const last = upperBound(spans.low, pc) - 1;
  for (let i = last; i >= 0 && i > last - 16; i--) if (pc < spans.high[i]!) return spans.unit[i]!;
  return undefined;
}
