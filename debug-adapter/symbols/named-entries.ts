/** Variables, types and enumerators by their names, as an expression in some code means them. */
import { DW_AT, DW_LANG, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import type { NameIndex, NameKind } from './name-index.ts';
import { componentsOf } from './name-text.ts';
import type { QualifiedNames } from './qualified-names.ts';
import type { ScopedNames } from './scoped-names.ts';
import type { TypeReader } from './type-reader.ts';
import type { CType } from './types.ts';
import type { UnitIndex } from './unit-index.ts';

const TEMPLATES: readonly NameKind[] = ['struct', 'function', 'inlined', 'union', 'type'];

export class NamedEntries {
  constructor(
    private readonly info: DebugInfo,
    private readonly units: UnitIndex,
    private readonly names: NameIndex,
    private readonly scoped: ScopedNames,
    private readonly qualified: QualifiedNames,
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

  /**
   * What the code at a pc only declares, in a function or its file: the linker's own symbols, data of assembly.
   * @param scopes around the pc, the outermost first
   */
  declaredVariable(name: string, pc: number | undefined, scopes: readonly Die[]): Die | undefined {
    const here = this.unitAt(pc);
    if (!here) return undefined;
    for (const scope of [...scopes].reverse().concat(this.info.root(here)))
      for (const die of scope.children())
        if (die.tag === DW_TAG.variable && die.flag(DW_AT.declaration) && this.info.name(die) === name)
          return die;
    return undefined;
  }

  /** The enumeration that has this enumerator, and its value; the unit at `pc` comes first. */
  enumerator(
    name: string,
    pc: number | undefined,
    scope: string | undefined,
  ): { type: CType; value: bigint } | undefined {
    const offset =
      scope === undefined
        ? this.scoped.enumeration(name, this.unitAt(pc))
        : this.scoped.enumerationIn(scope, name);
    const type = offset === undefined ? undefined : this.types().at(offset);
    if (type?.kind !== 'enum') return undefined;
    const found = type.enumerators.find((enumerator) => enumerator.name === name);
    return found && { type, value: found.value };
  }

  /**
   * `struct x`, `union x`, `enum x`, or the name of a typedef or base type, in C++ and Rust of any type; a namespace may stand before it.
   * Of several the one of the unit at `pc`.
   */
  type(name: string, pc: number | undefined): CType | undefined {
    const [, word, tagged] = /^(struct|union|enum)\s+(.+)$/.exec(name.trim()) ?? [];
    const kind = (word ?? 'type') as NameKind;
    const bare = tagged ?? name.trim().replace(/\s+/g, ' ');
    const offset = this.typeOffset(bare, kind, pc) ?? (word ? undefined : this.untagged(bare));
    return offset === undefined ? undefined : this.types().at(offset);
  }

  private typeOffset(name: string, kind: NameKind, pc: number | undefined): number | undefined {
    const path = componentsOf(name);
    const last = path.pop()!;
    if (path.length > 0) return this.scoped.inNamespace(path.join('::'), last, kind)?.offset;
    const here = this.unitAt(pc);
    return (here && this.names.findIn(here, name, kind)) ?? this.names.first(name, kind);
  }

  /** A structure, union or enumeration of a language that does not write so before its name. */
  private untagged(name: string): number | undefined {
    for (const kind of ['struct', 'union', 'enum'] as const) {
      const offset = this.typeOffset(name, kind, undefined);
      if (offset === undefined) continue;
      const language = this.info.root(this.info.die(offset).unit).number(DW_AT.language);
      if (!DW_LANG.c.has(language)) return offset;
    }
    return undefined;
  }

  /** Is a function or type of that name a template that has instances? */
  isTemplate(path: string): boolean {
    const scope = componentsOf(path);
    const name = scope.pop()!;
    return TEMPLATES.some((kind) =>
      this.names.instances(name, kind).some((offset) => this.qualified.isIn(this.info.die(offset), scope)),
    );
  }

  /** The definition of what a unit only declares. */
  definition(tag: number, name: string): number | undefined {
    const kind: NameKind =
      tag === DW_TAG.union_type ? 'union' : tag === DW_TAG.enumeration_type ? 'enum' : 'struct';
    return this.typeOffset(name, kind, undefined);
  }
}
