/**
 * Name to DIE, for what stands at the top of a unit: functions with code, variables that are
 * defined (also those the compiler then removed), types.
 * Built once, on demand, as three columns sorted by a hash of the name; strings are never kept. Accelerator
 * sections are not used: compilers rarely write them and the old ones cannot be trusted.
 */
import { type Abbreviation, HAS } from './abbrev.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import { type DebugInfo, Die, walkUnit } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import { Columns, hashBytes, lowerBound } from './search.ts';

export type NameKind = 'function' | 'variable' | 'struct' | 'union' | 'enum' | 'type';
const KINDS: readonly NameKind[] = ['function', 'variable', 'struct', 'union', 'enum', 'type'];

function kindOf(abbreviation: Abbreviation): NameKind | undefined {
  const { has, tag } = abbreviation;
  if ((has & HAS.declaration) !== 0 || (has & (HAS.name | HAS.origin)) === 0) return undefined;
  switch (tag) {
    case DW_TAG.subprogram:
      return (has & (HAS.lowPc | HAS.ranges)) !== 0 ? 'function' : undefined;
    case DW_TAG.variable:
      return 'variable';
    case DW_TAG.structure_type:
    case DW_TAG.class_type:
      return 'struct';
    case DW_TAG.union_type:
      return 'union';
    case DW_TAG.enumeration_type:
      return 'enum';
    case DW_TAG.typedef:
    case DW_TAG.base_type:
      return 'type';
    default:
      return undefined;
  }
}

export class NameIndex {
  private table: { hash: Uint32Array; offset: Uint32Array; kind: Uint32Array } | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** Offsets of the DIEs of that name and kind, in the order of the file. */
  find(name: string, kind: NameKind): number[] {
    const { hash, offset, kind: kinds } = (this.table ??= this.build());
    const key = hashBytes(new TextEncoder().encode(name));
    const wanted = KINDS.indexOf(kind);
    const found: number[] = [];
    for (let i = lowerBound(hash, key); i < hash.length && hash[i] === key; i++) {
      if (kinds[i] !== wanted) continue;
      const same = guarded(() => this.info.name(this.info.die(offset[i]!)) === name, false, this.report);
      if (same) found.push(offset[i]!);
    }
    return found;
  }

  /** All names of a kind, sorted, each once. */
  names(kind: NameKind): string[] {
    const { offset, kind: kinds } = (this.table ??= this.build());
    const wanted = KINDS.indexOf(kind);
    const names = new Set<string>();
    offset.forEach((at, i) => {
      if (kinds[i] !== wanted) return;
      const name = guarded(() => this.info.name(this.info.die(at)), undefined, this.report);
      if (name !== undefined) names.add(name);
    });
    return [...names].sort();
  }

  private build(): NonNullable<NameIndex['table']> {
    const columns = new Columns(3, 4096);
    for (let i = 0; i < this.info.count; i++) {
      const unit = this.info.unit(i);
      guarded(
        () => {
          walkUnit(
            unit,
            (abbreviation, offset, attributesAt) => {
              const kind = kindOf(abbreviation);
              if (!kind) return;
              const die = new Die(unit, offset, abbreviation, attributesAt);
              const name = this.info.inherited(die, DW_AT.name)?.value;
              if (name?.kind === 'string') columns.push(hashBytes(name.bytes), offset, KINDS.indexOf(kind));
            },
            true,
          );
        },
        undefined,
        this.report,
      );
    }
    const [hash, offset, kind] = columns.sorted();
    return { hash: hash!, offset: offset!, kind: kind! };
  }
}
