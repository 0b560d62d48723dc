/**
 * Names that do not stand at the top of a unit or are not to be found by themselves: enumerators, the variables of one file, the
 * static variables of a function. Found by walking, a unit at a time, when they are asked for.
 */
import { DW_AT, DW_OP, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { type Die, walkUnit } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import type { NameIndex } from './name-index.ts';
import type { Unit } from './unit.ts';

/** Blocks within blocks that are searched for a static variable. */
const NESTING_LIMIT = 64;
/** First operators of the expression of what is in one place all the time. */
const STATIC: readonly number[] = [DW_OP.addr, DW_OP.addrx];

export class ScopedNames {
  /** By unit: all enumerators and the position of their enumeration. */
  private readonly enumerators = new Map<number, ReadonlyMap<string, number>>();

  constructor(
    private readonly info: DebugInfo,
    private readonly names: NameIndex,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /**
   * The DIE of an enumeration that has an enumerator of that name. In the unit `here` those inside of functions count too, and come
   * first; of other units those at the top.
   */
  enumeration(name: string, here: Unit | undefined): number | undefined {
    const own = here && this.enumeratorsOf(here).get(name);
    return own ?? this.names.first(name, 'enumerator');
  }

  private enumeratorsOf(unit: Unit): ReadonlyMap<string, number> {
    const known = this.enumerators.get(unit.index);
    if (known) return known;
    const found = new Map<string, number>();
    guarded(
      () => {
        walkUnit(
          unit,
          ({ tag }, at) => {
            if (tag !== DW_TAG.enumeration_type) return;
            const position = unit.context.base + at;
            for (const child of this.info.die(position).children()) {
              const name = child.tag === DW_TAG.enumerator ? child.text(DW_AT.name) : undefined;
              if (name !== undefined && !found.has(name)) found.set(name, position);
            }
          },
          false,
        );
      },
      undefined,
      this.report,
    );
    this.enumerators.set(unit.index, found);
    return found;
  }

  /** The variable of that name in a function of that name, or else in a file whose path ends so. */
  variable(scope: string, name: string): Die | undefined {
    const functions = [...this.names.find(scope, 'function'), ...this.names.find(scope, 'inlined')];
    for (const offset of functions) {
      const found = this.within(this.info.die(offset), name, 0);
      if (found) return found;
    }
    return this.names
      .find(name, 'variable')
      .map((offset) => this.info.die(offset))
      .find(({ unit }) => {
        const file = this.info.root(unit).text(DW_AT.name) ?? '';
        return file === scope || file.endsWith(`/${scope}`);
      });
  }

  private within(die: Die, name: string, nesting: number): Die | undefined {
    for (const child of die.children()) {
      if (child.tag === DW_TAG.variable && this.info.name(child) === name && this.isStatic(child))
        return child;
      if (child.tag !== DW_TAG.lexical_block || nesting > NESTING_LIMIT) continue;
      const inner = this.within(child, name, nesting + 1);
      if (inner) return inner;
    }
    return undefined;
  }

  /** Does the variable have one place for the whole run: an expression that begins with an address? */
  isStatic(die: Die): boolean {
    const location = this.info.inherited(die, DW_AT.location)?.value;
    return location?.kind === 'block' && STATIC.includes(location.bytes[0] ?? -1);
  }
}
