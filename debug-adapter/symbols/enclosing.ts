/**
 * What an entry stands in: namespaces, types and functions, per unit in typed arrays that one walk makes. Entries do not know what is
 * around them. Source: DWARF 5 §2.3.
 */
import { DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { type Die, everywhere, walkUnit } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import { upperBound } from './search.ts';
import type { Unit } from './unit.ts';

/** Scopes in the order of the unit: where each begins and ends in its section, and which one is around it, -1 for none. */
interface ScopeTable {
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly around: Int32Array;
}

const SCOPES: ReadonlySet<number> = new Set([
  DW_TAG.namespace,
  DW_TAG.structure_type,
  DW_TAG.class_type,
  DW_TAG.union_type,
  DW_TAG.enumeration_type,
  DW_TAG.subprogram,
]);

export class Enclosing {
  private readonly tables = new Map<number, ScopeTable>();

  constructor(
    private readonly info: DebugInfo,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** The entries around one, the outermost first; the unit is none. */
  of(die: Die): Die[] {
    const { base } = die.unit.context;
    const at = die.offset - base;
    const { start, end, around } = this.table(die.unit);
    const found: Die[] = [];
    for (let n = upperBound(start, at - 1) - 1; n >= 0; n = around[n]!)
      if (end[n]! > at) found.unshift(this.info.die(start[n]! + base));
    return found;
  }

  private table(unit: Unit): ScopeTable {
    let table = this.tables.get(unit.index);
    if (!table) this.tables.set(unit.index, (table = this.walk(unit)));
    return table;
  }

  private walk(unit: Unit): ScopeTable {
    const start: number[] = [];
    const end: number[] = [];
    const around: number[] = [];
    /** Those that have not ended, and how deep they are. */
    const open: { readonly index: number; readonly depth: number }[] = [];
    const leave = (depth: number, at: number): void => {
      while (open.length > 0 && open.at(-1)!.depth >= depth) end[open.pop()!.index] = at;
    };
    guarded(
      () => {
        walkUnit(
          unit,
          ({ tag, hasChildren }, at, _attributesAt, depth) => {
            leave(depth, at);
            if (!hasChildren || !SCOPES.has(tag)) return;
            around.push(open.at(-1)?.index ?? -1);
            open.push({ index: start.push(at) - 1, depth });
          },
          everywhere,
        );
      },
      undefined,
      this.report,
    );
    leave(0, unit.header.end);
    return { start: Uint32Array.from(start), end: Uint32Array.from(end), around: Int32Array.from(around) };
  }
}
