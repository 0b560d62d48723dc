/**
 * All units of an image, and its DIEs by position. The sections of units, of the program, of its split-off
 * `.dwo` files and of a supplementary file, are thought of as laid end to end: a *position* is an offset in
 * that sequence, so that one number names a DIE wherever it is. The program's `.debug_info` begins at 0.
 * Source: DWARF 5 §2.13, §3.1, §7.3.2.
 */
import { AbbreviationPool, type AbbreviationTable } from './abbrev.ts';
import type { Arrival } from './arrival.ts';
import { DW_AT, DW_UT } from './constants.ts';
import { Cursor } from './cursor.ts';
import { Die } from './die.ts';
import { guarded, hex, SymbolError } from './errors.ts';
import type { Pieces } from './pieces.ts';
import { HASH_PRIME, HASH_START, upperBound } from './search.ts';
import type { DwarfSections, UnitSection } from './sections.ts';
import { type AttributeValue, type References, text, Unit } from './unit.ts';
import { readUnitHeader, type UnitHeader } from './unit-header.ts';
import { say } from '../../core/sentences/say.ts';

/** Links followed through DW_AT_abstract_origin and DW_AT_specification before a file counts as broken. */
const ORIGIN_LIMIT = 16;
/** Bytes of an initial length. */
const LENGTH_LIMIT = 12;
/** Positions are kept in 32 bits. */
const POSITION_LIMIT = 2 ** 32;

/** The part of a package (or a whole file) that a unit refers to. */
export interface Contribution {
  sections: DwarfSections;
  tables: Map<number, AbbreviationTable>;
}

/** A split-off file that a skeleton unit names. */
export interface SplitReference {
  name: string;
  directory: string;
  id: bigint;
}

/** Is all of the unit at the cursor there? */
function hasArrived(cursor: Cursor, { length }: Arrival): boolean {
  if (length === cursor.end) return true;
  if (length - cursor.pos < LENGTH_LIMIT) return false;
  const start = cursor.pos;
  const { end } = cursor.initialLength();
  cursor.pos = start;
  return end <= length;
}

export class DebugInfo {
  private readonly units: Unit[] = [];
  private readonly starts: number[] = [];
  /** Type units by signature: position of the type. */
  private readonly signatures = new Map<bigint, number>();
  private readonly skeletons = new Map<bigint, Unit>();
  private alternate: { base: number; str: Uint8Array } | undefined;
  private end = 0;
  /** Of a section that is still coming: enters the units that are there. */
  private coming: { readonly arrival: Arrival; readonly enter: () => void } | undefined;
  /** Up to where units are entered while some are coming. */
  private entered = 0;
  /** Told when a question needs units that are still coming. If it returns, the question has the rest at once. */
  beforeFinishing: (() => void) | undefined;
  private readonly references: References = {
    abbreviations: new AbbreviationPool(false),
    wideAbbreviations: new AbbreviationPool(true),
    typeBySignature: (signature) => this.signatures.get(signature),
    alternate: () => this.alternate,
  };

  /** Reads unit headers only. */
  constructor(
    readonly sections: DwarfSections,
    unitSections: readonly UnitSection[],
    private readonly report: (error: SymbolError) => void,
  ) {
    const whole = { sections, tables: new Map<number, AbbreviationTable>() };
    this.add(unitSections, false, () => whole);
    this.findSkeletons();
  }

  /** Adds the units of a file; `contributionOf` says what a unit refers to. Returns the file's first position. */
  private add(
    unitSections: readonly UnitSection[],
    split: boolean,
    contributionOf: (header: UnitHeader, section: UnitSection) => Contribution,
  ): number {
    const infoBase = this.end;
    for (const section of unitSections) {
      const base = this.end;
      if (base + section.bytes.length > POSITION_LIMIT) {
        this.report(
          new SymbolError(
            'dwarf-truncated',
            say`Less than 4 GiB of debug information was expected, there is more; the rest is left out.`,
          ),
        );
        break;
      }
      this.end += section.bytes.length;
      const { arrival } = section;
      const cursor = new Cursor(section.bytes, 0, section.bytes.length, section.name);
      const read = (): true => {
        while (!cursor.done && (!arrival || hasArrived(cursor, arrival))) {
          const header = readUnitHeader(cursor, section.name);
          if (header instanceof SymbolError) {
            this.report(header);
            continue;
          }
          const { references } = this;
          const context = { section, base, infoBase, split, references, ...contributionOf(header, section) };
          this.starts.push(base + header.offset);
          this.units.push(new Unit(header, this.units.length, context));
          const { signature, typeAt } = header;
          if (signature !== undefined && !this.signatures.has(signature)) {
            this.signatures.set(signature, base + typeAt);
          }
          this.entered = base + header.end;
        }
        return true;
      };
      const enter = (): void => {
        if (!guarded(read, false, this.report)) cursor.pos = cursor.end;
      };
      enter();
      if (arrival && !arrival.over) this.coming = { arrival, enter };
    }
    return infoBase;
  }

  /** Enters what is there; false when the unit of `position` may still come. */
  private reached(position: number): boolean {
    if (!this.coming || position < this.entered) return true;
    const { arrival, enter } = this.coming;
    enter();
    if (arrival.over) {
      this.coming = undefined;
      this.findSkeletons();
    }
    return !this.coming || position < this.entered;
  }

  /** Waits until the unit of a position is there; by default, until all are. Who cannot wait goes on without. */
  *arrive(position = Infinity): Pieces<void> {
    while (!this.reached(position)) {
      const { arrival } = this.coming!;
      const before = arrival.length;
      yield* arrival.more();
      if (arrival.length === before && !arrival.over) return;
    }
  }

  /** The same at once. */
  private need(position = Infinity): void {
    if (this.reached(position)) return;
    this.beforeFinishing?.();
    this.coming?.arrival.finishNow();
    this.reached(position);
  }

  /** DWARF 5 marks skeletons in their headers; of the GNU ones of DWARF 4 only the root entry tells. */
  private findSkeletons(): void {
    const mayBeOld = this.sections.addr.length > 0;
    for (const unit of this.units) {
      if (unit.header.dwoId !== undefined) this.skeletons.set(unit.header.dwoId, unit);
      else if (mayBeOld && unit.version < 5) {
        const id = guarded(() => this.root(unit).attribute(DW_AT.GNU_dwo_id), undefined, this.report);
        if (id?.kind === 'constant') this.skeletons.set(id.value, unit);
      }
    }
  }

  /** Adds the units of a `.dwo` file or `.dwp` package and joins them with the skeletons they belong to. */
  addSplit(
    unitSections: readonly UnitSection[],
    contributionOf: (header: UnitHeader, section: UnitSection) => Contribution,
  ): void {
    const first = this.units.length;
    this.add(unitSections, true, contributionOf);
    for (const unit of this.units.slice(first)) {
      guarded(
        () => {
          const { dwoId, type } = unit.header;
          const old = unit.version < 5 ? this.root(unit).attribute(DW_AT.GNU_dwo_id) : undefined;
          const id = type === DW_UT.split_compile ? dwoId : old?.kind === 'constant' ? old.value : undefined;
          const skeleton = id === undefined ? undefined : this.skeletons.get(id);
          if (!skeleton || skeleton.split) return;
          skeleton.split = unit;
          unit.skeleton = skeleton;
        },
        undefined,
        this.report,
      );
    }
  }

  /** Adds the supplementary file that dwz moved common parts into. */
  addAlternate(sections: DwarfSections, unitSections: readonly UnitSection[]): void {
    const whole = { sections, tables: new Map<number, AbbreviationTable>() };
    this.alternate = { base: this.add(unitSections, false, () => whole), str: sections.str };
  }

  /** The split-off files that are named and not here yet, of the units that have come. */
  missingSplits(): SplitReference[] {
    const found: SplitReference[] = [];
    for (const [id, unit] of this.skeletons) {
      if (unit.split) continue;
      guarded(
        () => {
          const root = this.root(unit);
          const name = root.text(DW_AT.dwo_name) ?? root.text(DW_AT.GNU_dwo_name);
          if (name !== undefined) found.push({ name, directory: root.text(DW_AT.comp_dir) ?? '', id });
        },
        undefined,
        this.report,
      );
    }
    return found;
  }

  get count(): number {
    this.need();
    return this.units.length;
  }

  /** Is there a unit of this number? Those in front need not wait for those behind. */
  has(index: number): boolean {
    return index >= 0 && (index < this.units.length || index < this.count);
  }

  get isEmpty(): boolean {
    return this.units.length === 0 && !this.coming;
  }

  /** Bytes of units in all files. */
  get size(): number {
    return this.end;
  }

  /** Changes with the number, the places and the kinds of the units, and with which files are here. */
  get fingerprint(): number {
    this.need();
    let hash = HASH_START ^ this.end;
    for (const { start, header } of this.units) {
      hash = Math.imul(hash ^ start, HASH_PRIME);
      hash = Math.imul(hash ^ header.abbreviationsAt, HASH_PRIME);
      if (header.dwoId !== undefined) hash = Math.imul(hash ^ Number(header.dwoId & 0xffffffffn), HASH_PRIME);
    }
    return hash >>> 0;
  }

  /** Hash of all bytes of units. */
  contentHash(): number {
    this.need();
    let hash = HASH_START;
    const sections = new Set(this.units.map((unit) => unit.context.section.bytes));
    for (const bytes of sections) {
      // Word by word: the odd bytes at the end are of a unit whose start is hashed.
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const words = bytes.length >> 2;
      for (let i = 0; i < words; i++) hash = Math.imul(hash ^ view.getUint32(i * 4, true), HASH_PRIME);
    }
    return hash >>> 0;
  }

  unit(index: number): Unit {
    return this.units[index]!;
  }

  /** The unit whose header is at `offset` of the program's `.debug_info`, as `.debug_aranges` names it. */
  unitStartingAt(offset: number): Unit | undefined {
    this.need(offset);
    const unit = this.units[upperBound(this.starts, offset) - 1];
    return unit?.start === offset ? unit : undefined;
  }

  /** The DIE at a position. Throws 'dwarf-reference' when there can be none. */
  die(position: number): Die {
    this.need(position);
    const unit = this.units[upperBound(this.starts, position) - 1];
    const die = unit && position < unit.end ? Die.at(unit, position - unit.context.base) : undefined;
    if (die) return die;
    throw new SymbolError(
      'dwarf-reference',
      say`A debugging entry was expected at ${hex(position)} of .debug_info, there is none; the file is damaged, rebuild it.`,
    );
  }

  /** The unit's root DIE. */
  root(unit: Unit): Die {
    const die = Die.at(unit, unit.header.rootAt);
    if (die) return die;
    throw new SymbolError(
      'dwarf-reference',
      say`A unit entry was expected at ${hex(unit.header.rootAt)} of .debug_info, a null entry was found; the file is damaged, rebuild it.`,
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

  /** What the linker calls it, where that is not its name. Before DWARF 4, compilers had an attribute of their own for it. */
  linkageName(die: Die): string | undefined {
    const found = this.inherited(die, DW_AT.linkage_name) ?? this.inherited(die, DW_AT.MIPS_linkage_name);
    return text(found?.value);
  }
}
