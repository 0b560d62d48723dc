/**
 * Debugging information entries: a `Die` is a transient view (unit, offset, abbreviation) that reads its
 * attributes from the bytes each time it is asked; none is kept. `DebugInfo` finds units and DIEs by offset.
 * Source: DWARF 5 §2 and §7.5.
 */
import { type Abbreviation, type AbbreviationTable, skipForm, Skipper } from './abbrev.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import { Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { upperBound } from './search.ts';
import type { DwarfSections } from './sections.ts';
import { type AttributeValue, readUnitHeader, text, Unit } from './unit.ts';

/** Links followed through DW_AT_abstract_origin and DW_AT_specification before a file counts as broken. */
const ORIGIN_LIMIT = 16;

export class Die {
  constructor(
    readonly unit: Unit,
    /** Absolute offset in `.debug_info`. */
    readonly offset: number,
    readonly abbreviation: Abbreviation,
    private readonly attributesAt: number,
  ) {}

  get tag(): number {
    return this.abbreviation.tag;
  }

  /** The DIE at `offset`, or undefined for a null entry. */
  static at(unit: Unit, offset: number): Die | undefined {
    const cursor = unit.cursor(offset);
    const code = cursor.uleb();
    return code === 0 ? undefined : new Die(unit, offset, unit.abbreviation(code), cursor.pos);
  }

  attribute(name: number): AttributeValue | undefined {
    const { names, forms, implicit } = this.abbreviation;
    const index = names.indexOf(name);
    if (index < 0) return undefined;
    const cursor = new Cursor(
      this.unit.sections.info,
      this.attributesAt,
      this.unit.header.end,
      '.debug_info',
    );
    for (let i = 0; i < index; i++) skipForm(cursor, forms[i]!);
    return this.unit.read(cursor, forms[index]!, implicit[index]);
  }

  number(name: number): number | undefined {
    const value = this.attribute(name);
    if (value?.kind === 'constant') return Number(value.value);
    if (value?.kind === 'sectionOffset' || value?.kind === 'address') return value.value;
    return undefined;
  }

  flag(name: number): boolean {
    const value = this.attribute(name);
    return value?.kind === 'flag' && value.value;
  }

  text(name: number): string | undefined {
    return text(this.attribute(name));
  }

  address(name: number): number | undefined {
    const value = this.attribute(name);
    return value?.kind === 'address' ? value.value : undefined;
  }

  reference(name: number): number | undefined {
    const value = this.attribute(name);
    return value?.kind === 'reference' ? value.offset : undefined;
  }

  /** Offset of what follows this DIE's own attributes: its first child, or its next sibling. */
  get after(): number {
    const cursor = new Cursor(
      this.unit.sections.info,
      this.attributesAt,
      this.unit.header.end,
      '.debug_info',
    );
    new Skipper().run(cursor, this.abbreviation.skip);
    return cursor.pos;
  }

  /** The children in order. Each step skips the child's whole subtree, by DW_AT_sibling where there is one. */
  *children(): Generator<Die> {
    if (!this.abbreviation.hasChildren) return;
    let at = this.after;
    while (at < this.unit.header.end) {
      const child = Die.at(this.unit, at);
      if (!child) return;
      yield child;
      at = skipSubtree(this.unit, at);
    }
  }
}

/** The offset just past the DIE at `offset` and all below it. */
export function skipSubtree(unit: Unit, offset: number): number {
  const cursor = unit.cursor(offset);
  const skipper = new Skipper();
  let depth = 0;
  do {
    const at = cursor.pos;
    const code = cursor.uleb();
    if (code === 0) {
      depth--;
      continue;
    }
    const abbreviation = unit.abbreviation(code);
    skipper.run(cursor, abbreviation.skip);
    if (!abbreviation.hasChildren) continue;
    const sibling = skipper.sibling === 0 ? 0 : unit.header.offset + skipper.sibling;
    // A sibling that does not lead forward would be a loop: then count levels instead.
    if (sibling > at && sibling >= cursor.pos && sibling <= unit.header.end) cursor.pos = sibling;
    else depth++;
  } while (depth > 0 && !cursor.done);
  return cursor.pos;
}

/** Calls `visit` for every DIE of the unit in order; with `topLevelOnly`, only for children of the root. */
export function walkUnit(
  unit: Unit,
  visit: (abbreviation: Abbreviation, offset: number, attributesAt: number) => void,
  topLevelOnly: boolean,
): void {
  const cursor = unit.cursor(unit.header.rootAt);
  const skipper = new Skipper();
  let depth = 0;
  while (!cursor.done) {
    const at = cursor.pos;
    const code = cursor.uleb();
    if (code === 0) {
      depth--;
      if (depth <= 0) return;
      continue;
    }
    const abbreviation = unit.abbreviation(code);
    const attributesAt = cursor.pos;
    skipper.run(cursor, abbreviation.skip);
    if (depth > 0) visit(abbreviation, at, attributesAt);
    if (abbreviation.hasChildren) {
      const sibling = skipper.sibling === 0 ? 0 : unit.header.offset + skipper.sibling;
      const enter = depth === 0 || !topLevelOnly || abbreviation.tag === DW_TAG.namespace;
      if (!enter && sibling >= cursor.pos && sibling <= unit.header.end) cursor.pos = sibling;
      else if (!enter) cursor.pos = skipSubtree(unit, at);
      else depth++;
    } else if (depth === 0) {
      return;
    }
  }
}

export class DebugInfo {
  private readonly units: readonly Unit[];
  private readonly starts: Uint32Array;
  /** Type units by signature: absolute offset of the type. */
  private readonly signatures = new Map<bigint, number>();

  /** Reads unit headers only. */
  constructor(
    readonly sections: DwarfSections,
    private readonly report: (error: SymbolError) => void,
  ) {
    const units: Unit[] = [];
    const tables = new Map<number, AbbreviationTable>();
    const cursor = new Cursor(sections.info, 0, sections.info.length, '.debug_info');
    try {
      while (!cursor.done) {
        const header = readUnitHeader(cursor);
        if (header instanceof SymbolError) report(header);
        else {
          units.push(new Unit(header, units.length, sections, tables));
          if (header.signature !== undefined) this.signatures.set(header.signature, header.typeAt);
        }
      }
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      report(error);
    }
    this.units = units;
    this.starts = Uint32Array.from(units, (unit) => unit.header.offset);
  }

  get count(): number {
    return this.units.length;
  }

  unit(index: number): Unit {
    return this.units[index]!;
  }

  /** The unit whose header is at `offset`, as `.debug_aranges` names it. */
  unitStartingAt(offset: number): Unit | undefined {
    const unit = this.units[upperBound(this.starts, offset) - 1];
    return unit?.header.offset === offset ? unit : undefined;
  }

  /** The DIE at an absolute offset. Throws 'dwarf-reference' when there can be none. */
  die(offset: number): Die {
    const unit = this.units[upperBound(this.starts, offset) - 1];
    const die = unit && offset < unit.header.end ? Die.at(unit, offset) : undefined;
    if (die) return die;
    throw new SymbolError(
      'dwarf-reference',
      `A debugging entry was expected at ${hex(offset)} of .debug_info, there is none; the file is damaged, rebuild it.`,
    );
  }

  /** The type a signature (DW_FORM_ref_sig8) stands for. */
  typeBySignature(signature: bigint): number | undefined {
    return this.signatures.get(signature);
  }

  /** The unit's root DIE. */
  root(unit: Unit): Die {
    const die = Die.at(unit, unit.header.rootAt);
    if (die) {
      const { names } = die.abbreviation;
      if (names.includes(DW_AT.dwo_name) || names.includes(DW_AT.GNU_dwo_name)) {
        this.report(
          new SymbolError(
            'dwarf-split',
            'Debug information inside the program was expected, it was split off into .dwo files; build without -gsplit-dwarf.',
          ),
        );
      }
      return die;
    }
    throw new SymbolError(
      'dwarf-reference',
      `A unit entry was expected at ${hex(unit.header.rootAt)} of .debug_info, a null entry was found; the file is damaged, rebuild it.`,
    );
  }

  /** The DIE itself and then what it says it is an instance of (DWARF 5 §2.13, §3.3.8). */
  *origins(die: Die): Generator<Die> {
    let at: Die | undefined = die;
    for (let hops = 0; at && hops < ORIGIN_LIMIT; hops++) {
      yield at;
      const next: number | undefined =
        at.reference(DW_AT.abstract_origin) ?? at.reference(DW_AT.specification);
      at = next === undefined ? undefined : this.die(next);
    }
  }

  /** The attribute of the DIE or of its nearest origin that has it, with the DIE that carries it. */
  inherited(die: Die, name: number): { value: AttributeValue; from: Die } | undefined {
    for (const from of this.origins(die)) {
      const value = from.attribute(name);
      if (value) return { value, from };
    }
    return undefined;
  }

  name(die: Die): string | undefined {
    return text(this.inherited(die, DW_AT.name)?.value);
  }
}
