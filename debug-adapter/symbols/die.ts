/**
 * Debugging information entries: a `Die` is a transient view (unit, offset, abbreviation) that reads its
 * attributes from the bytes each time it is asked; none is kept. Source: DWARF 5 §2 and §7.5.
 */
import { type Abbreviation, skipForm, Skipper } from './abbrev.ts';
import { DW_TAG } from './constants.ts';
import { Cursor } from './cursor.ts';
import { type AttributeValue, text, type Unit } from './unit.ts';

export class Die {
  constructor(
    readonly unit: Unit,
    /** In the unit's section. */
    private readonly at: number,
    readonly abbreviation: Abbreviation,
    private readonly attributesAt: number,
  ) {}

  /** Position in the image: what identifies the DIE. */
  get offset(): number {
    return this.unit.context.base + this.at;
  }

  get tag(): number {
    return this.abbreviation.tag;
  }

  /** The DIE at offset `at` of the unit's section, or undefined for a null entry. */
  static at(unit: Unit, at: number): Die | undefined {
    const cursor = unit.cursor(at);
    const code = cursor.uleb();
    return code === 0 ? undefined : new Die(unit, at, unit.abbreviation(code), cursor.pos);
  }

  private get attributes(): Cursor {
    const { section } = this.unit.context;
    return new Cursor(section.bytes, this.attributesAt, this.unit.header.end, section.name);
  }

  attribute(name: number): AttributeValue | undefined {
    const { names, forms, implicit } = this.abbreviation;
    const index = names.indexOf(name);
    if (index < 0) return undefined;
    const cursor = this.attributes;
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

  /** Where in the section what follows this DIE's own attributes is: its first child, or its next sibling. */
  get after(): number {
    const cursor = this.attributes;
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

/** Where the DIE at `offset` of its section, and all below it, ends. */
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

/** Of the whole unit. */
export const everywhere = (): boolean => true;

/** What stands at the top of the unit or in a namespace. */
export const atTop = (tag: number): boolean => tag === DW_TAG.namespace;

/**
 * Calls `visit` for the DIEs of the unit below its root, in order, with how deep they are: 1 for the children of the root.
 * @param enters says of a tag whether what is below such an entry is visited too
 */
export function walkUnit(
  unit: Unit,
  visit: (abbreviation: Abbreviation, offset: number, attributesAt: number, depth: number) => void,
  enters: (tag: number) => boolean,
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
    if (depth > 0) visit(abbreviation, at, attributesAt, depth);
    if (abbreviation.hasChildren) {
      const sibling = skipper.sibling === 0 ? 0 : unit.header.offset + skipper.sibling;
      const enter = depth === 0 || enters(abbreviation.tag);
      if (!enter && sibling >= cursor.pos && sibling <= unit.header.end) cursor.pos = sibling;
      else if (!enter) cursor.pos = skipSubtree(unit, at);
      else depth++;
    } else if (depth === 0) {
      return;
    }
  }
}
