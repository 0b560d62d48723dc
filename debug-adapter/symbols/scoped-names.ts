/**
 * Names that do not stand at the top of a unit or are not to be found by themselves: enumerators, the variables of one file, the
 * static variables of a function. Found by walking, a unit at a time, when they are asked for.
 */
import { DW_AT, DW_OP, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { type Die, everywhere, walkUnit } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import type { NameIndex, NameKind } from './name-index.ts';
import { componentsOf, sameComponent, wantedFunction } from './name-text.ts';
import { EXACT } from './loose-names.ts';
import type { QualifiedNames } from './qualified-names.ts';
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
    private readonly qualified: QualifiedNames,
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
          everywhere,
        );
      },
      undefined,
      this.report,
    );
    this.enumerators.set(unit.index, found);
    return found;
  }

  /** The DIE of the enumeration that has an enumerator of that name and is called so, or is in such a namespace or class. */
  enumerationIn(scope: string, name: string): number | undefined {
    const path = componentsOf(scope);
    return this.names.find(name, 'enumerator').find((offset) => {
      const die = this.info.die(offset);
      if (this.qualified.isIn(die, path)) return true;
      const isNamed = sameComponent(this.info.name(die) ?? '', path.at(-1)!);
      return isNamed && this.qualified.isIn(die, path.slice(0, -1));
    });
  }

  /** What has that name and kind in a namespace or class, whose own ones may be left out; '' is none. */
  inNamespace(scope: string, name: string, kind: NameKind): Die | undefined {
    const path = componentsOf(scope);
    const dies = this.names.find(name, kind).map((offset) => this.info.die(offset));
    const isExact = (die: Die) =>
      this.qualified.fitOfScope(die, path) === EXACT && this.qualified.fitOfComponent(die, name) === EXACT;
    return dies.find(isExact) ?? dies.find((die) => this.qualified.isIn(die, path));
  }

  /** The variable of that name in a function of that name, or else in a file whose path ends so, or in such a namespace or class. */
  variable(scope: string, name: string): Die | undefined {
    const wanted = wantedFunction(scope);
    for (const offset of [
      ...this.names.find(wanted.name, 'function'),
      ...this.names.find(wanted.name, 'inlined'),
    ]) {
      const die = this.info.die(offset);
      const found = this.qualified.fit(die, wanted) > 0 ? this.within(die, name, 0) : undefined;
      if (found) return found;
    }
    const inFile = this.names
      .find(name, 'variable')
      .map((offset) => this.info.die(offset))
      .find(({ unit }) => {
        const file = this.info.root(unit).text(DW_AT.name) ?? '';
        return file === scope || file.endsWith(`/${scope}`);
      });
    return inFile ?? this.inNamespace(scope, name, 'variable');
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
