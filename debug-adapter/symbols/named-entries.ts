/** Variables, types and enumerators by their names, as an expression in some code means them. */
import { DW_AT, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import type { NameIndex, NameKind } from './name-index.ts';
import type { ScopedNames } from './scoped-names.ts';
import type { TypeReader } from './type-reader.ts';
import type { CType } from './types.ts';
import type { UnitIndex } from './unit-index.ts';

export class NamedEntries {
  constructor(
    private readonly info: DebugInfo,
    private readonly units: UnitIndex,
    private readonly names: NameIndex,
    private readonly scoped: ScopedNames,
    private readonly types: () => TypeReader,
  ) {}

  private unitAt(pc: number | undefined) {
    return pc === undefined ? undefined : this.units.at(pc);
  }

  /** The global or file-level variable of that name: of the unit at `pc` first, then an external one. */
  variable(name: string, pc: number | undefined): Die | undefined {
    const here = this.unitAt(pc);
    const dies = this.names.find(name, 'variable').map((offset) => this.info.die(offset));
    const has = (attribute: number) => (die: Die) => this.info.inherited(die, attribute) !== undefined;
    const located = has(DW_AT.location);
    const external = has(DW_AT.external);
    return (
      dies.find((die) => die.unit === here && located(die)) ??
      dies.find((die) => die.unit === here) ??
      dies.find((die) => external(die) && located(die)) ??
      dies.find(located) ??
      dies[0]
    );
  }

  /** The enumeration that has this enumerator, and its value; the unit at `pc` comes first. */
  enumerator(name: string, pc: number | undefined): { type: CType; value: bigint } | undefined {
    const offset = this.scoped.enumeration(name, this.unitAt(pc));
    const type = offset === undefined ? undefined : this.types().at(offset);
    if (type?.kind !== 'enum') return undefined;
    const found = type.enumerators.find((enumerator) => enumerator.name === name);
    return found && { type, value: found.value };
  }

  /** `struct x`, `union x`, `enum x`, or the name of a typedef or base type; of several the one of the unit at `pc`. */
  type(name: string, pc: number | undefined): CType | undefined {
    const [, word, tagged] = /^(struct|union|enum)\s+(\w+)$/.exec(name.trim()) ?? [];
    const kind = (word ?? 'type') as NameKind;
    const bare = tagged ?? name.trim().replace(/\s+/g, ' ');
    const here = this.unitAt(pc);
    const offset = (here && this.names.findIn(here, bare, kind)) ?? this.names.first(bare, kind);
    return offset === undefined ? undefined : this.types().at(offset);
  }

  /** The definition of what a unit only declares. */
  definition(tag: number, name: string): number | undefined {
    const kind: NameKind =
      tag === DW_TAG.union_type ? 'union' : tag === DW_TAG.enumeration_type ? 'enum' : 'struct';
    return this.names.first(name, kind);
  }
}
