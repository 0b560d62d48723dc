/**
 * Name to DIE, for what stands at the top of a unit: functions with code, functions that are inlined,
 * variables that are defined (also those the compiler then removed), types, and enumerators, which stand for
 * the enumeration they are of.
 * In C++ and Rust also what stands in types, and the types and functions in functions. A template and its instances have one hash.
 * Columns sorted by a hash of the name, built once; strings are never kept. A type that many units repeat is
 * entered once for each name, size and line. Accelerator sections are not used: compilers rarely write them
 * and the old ones cannot be trusted.
 */
import type { Cursor } from './cursor.ts';
import { type Abbreviation, HAS, skipForm, Skipper, skipProgram } from './abbrev.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { atTop, Die, walkUnit } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import { EXACT, type Fit } from './loose-names.ts';
import type { QualifiedNames } from './qualified-names.ts';
import { Columns, HASH_PRIME, hashName, lowerBound, type NameHash, PairSet } from './search.ts';
import type { Unit } from './unit.ts';

export type NameKind =
  'function' | 'inlined' | 'variable' | 'struct' | 'union' | 'enum' | 'type' | 'enumerator';
const KINDS: readonly NameKind[] = [
  'function',
  'inlined',
  'variable',
  'struct',
  'union',
  'enum',
  'type',
  'enumerator',
];
export const KIND_COUNT = KINDS.length;
/** Units that are looked into before there is a table. */
const EARLY_UNITS = 8;
/** Kinds from this one on are types. */
const FIRST_TYPE = KINDS.indexOf('struct');
const ENUMERATOR = KINDS.indexOf('enumerator');

/** Entries ordered by `hash`: the position and kind of each. */
export interface NameTable {
  hash: Uint32Array;
  position: Uint32Array;
  kind: Uint8Array;
}

function kindOf({ has, tag }: Abbreviation): NameKind | undefined {
  if ((has & HAS.declaration) !== 0 || (has & (HAS.name | HAS.origin)) === 0) return undefined;
  switch (tag) {
    case DW_TAG.subprogram:
      if ((has & (HAS.lowPc | HAS.ranges)) !== 0) return 'function';
      return (has & HAS.inline) !== 0 ? 'inlined' : undefined;
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
  private table: NameTable | undefined;
  private builder: Builder | undefined;
  private entered = 0;

  constructor(
    private readonly info: DebugInfo,
    private readonly qualified: QualifiedNames,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** Positions of the DIEs of that name and kind, in the order of the file; behind those that are called exactly so, those that fit loosely. */
  find(name: string, kind: NameKind): number[] {
    return lookUp(this.entries, this.info, name, kind, this.report, this.called(name, kind));
  }

  private called(name: string, kind: NameKind): (die: Die) => Fit {
    return calledSo(this.info, this.qualified, name, kind);
  }

  /** Positions of the DIEs of that kind that are made of the template of that name. */
  instances(name: string, kind: NameKind): number[] {
    const isInstance = (die: Die) => (this.info.name(die)?.startsWith(`${name}<`) ? EXACT : 0);
    return lookUp(this.entries, this.info, name, kind, this.report, isInstance);
  }

  /**
   * The first of `find`. What a kernel's user asks for stands in nearly every unit, so a few are looked into before
   * the table of all is built.
   */
  first(name: string, kind: NameKind): number | undefined {
    if (!this.table) {
      for (let i = 0; i < EARLY_UNITS && this.info.has(i); i++) {
        const found = this.findIn(this.info.unit(i), name, kind);
        if (found !== undefined) return found;
      }
    }
    return this.find(name, kind)[0];
  }

  /** The position of the first DIE of that name and kind in one unit. */
  findIn(unit: Unit, name: string, kind: NameKind): number | undefined {
    const wanted = keyOf(name);
    const builder = new Builder(this.info, this.qualified, this.report, (key) => key === wanted);
    guarded(
      () => {
        builder.add(unit);
      },
      undefined,
      this.report,
    );
    return lookUp(builder.finish(), this.info, name, kind, this.report, this.called(name, kind))[0];
  }

  /** All names of a kind with their scopes, sorted, each once. */
  names(kind: NameKind): string[] {
    const { position, kind: kinds } = this.entries;
    const wanted = KINDS.indexOf(kind);
    const names = new Set<string>();
    position.forEach((at, i) => {
      if (kinds[i] !== wanted) return;
      const name = guarded(() => this.qualified.path(this.info.die(at)), undefined, this.report);
      if (name !== undefined) names.add(name);
    });
    return [...names].sort();
  }

  /** The table, when it is complete: to be kept for the next time. */
  get complete(): NameTable | undefined {
    return this.table;
  }

  /** Takes a table that was built of the same file before. */
  restore(table: NameTable): void {
    this.table = table;
    this.builder = undefined;
  }

  /** Hears that a question needs the table, which is not complete, and may throw: then it is asked again. Else it is finished at once. */
  beforeFinishing: (() => void) | undefined;

  private get entries(): NameTable {
    if (!this.table) this.beforeFinishing?.();
    while (!this.table) this.buildStep();
    return this.table;
  }

  /** Enters one more unit, so that a caller may pause between two; gives the share that is done, 1 at the end. */
  buildStep(): number {
    if (this.table) return 1;
    const { count } = this.info;
    this.builder ??= new Builder(this.info, this.qualified, this.report);
    const next = this.entered++;
    if (next < count) {
      const { builder } = this;
      guarded(
        () => {
          builder.add(this.info.unit(next));
        },
        undefined,
        this.report,
      );
      return next / count;
    }
    this.restore(this.builder.finish());
    return 1;
  }
}

/** Which entries are meant: a function without the arguments of its template is all its instances; a type is none. */
function calledSo(info: DebugInfo, names: QualifiedNames, name: string, kind: NameKind): (die: Die) => Fit {
  const isFunction = kind === 'function' || kind === 'inlined';
  if (isFunction || name.includes('<')) return (die) => names.fitOfComponent(die, name);
  return (die) => (info.name(die) === name ? EXACT : 0);
}

function lookUp(
  { hash, position, kind: kinds }: NameTable,
  info: DebugInfo,
  name: string,
  kind: NameKind,
  report: (error: SymbolError) => void,
  fitOf: (die: Die) => Fit,
): number[] {
  const key = keyOf(name);
  const wanted = KINDS.indexOf(kind);
  const found: number[] = [];
  /** Of which the name leaves something out: behind the others. */
  const loose: number[] = [];
  for (let i = lowerBound(hash, key); i < hash.length && hash[i] === key; i++) {
    if (kinds[i] !== wanted) continue;
    const fit = guarded<Fit>(
      () => {
        const die = info.die(position[i]!);
        return kind === 'enumerator' ? (hasEnumerator(die, name) ? EXACT : 0) : fitOf(die);
      },
      0,
      report,
    );
    if (fit > 0) (fit === EXACT ? found : loose).push(position[i]!);
  }
  return [...found, ...loose];
}

function keyOf(name: string): number {
  const hash = { whole: 0, key: 0 };
  hashName(new TextEncoder().encode(name), 0, hash);
  return hash.key;
}

function hasEnumerator(enumeration: Die, name: string): boolean {
  for (const die of enumeration.children()) {
    if (die.tag === DW_TAG.enumerator && die.text(DW_AT.name) === name) return true;
  }
  return false;
}

/** What the index looks into in C++ and Rust. */
const isOrHasScope = (tag: number): boolean =>
  tag === DW_TAG.namespace ||
  tag === DW_TAG.structure_type ||
  tag === DW_TAG.class_type ||
  tag === DW_TAG.union_type ||
  tag === DW_TAG.subprogram ||
  tag === DW_TAG.lexical_block;

/** What tells types of one name apart. */
const SHAPE: ReadonlySet<number> = new Set([DW_AT.byte_size, DW_AT.decl_line]);

/** How the fields of interest of a declaration's DIEs are reached: for each, a skip program from the one before. */
interface Plan {
  fields: { skip: Int32Array; form: number; isName: boolean }[];
  /** Hash of the fields whose values stand in the declaration itself. */
  implicit: number;
}

class Builder {
  private readonly plans = new Map<Abbreviation, Plan>();
  private readonly skipper = new Skipper();
  private readonly columns = new Columns(3, 1 << 10);
  private readonly types = new PairSet();
  /** One for all names, for the same reason as the cursor. */
  private readonly hash: NameHash = { whole: 0, key: 0 };

  constructor(
    private readonly info: DebugInfo,
    private readonly qualified: QualifiedNames,
    private readonly report: (error: SymbolError) => void,
    private readonly wanted?: (key: number) => boolean,
  ) {}

  add(unit: Unit): void {
    // One for all entries: hundreds of thousands of them would make the heap grow.
    const cursor = unit.cursor(unit.header.rootAt);
    const isScoped = this.qualified.isScoped(unit);
    /** How deep the function is that is being looked through. */
    let functionDepth = Infinity;
    walkUnit(
      unit,
      (abbreviation, at, attributesAt, depth) => {
        if (depth <= functionDepth) functionDepth = abbreviation.tag === DW_TAG.subprogram ? depth : Infinity;
        const kind = kindOf(abbreviation);
        if (kind === 'variable' && depth > functionDepth) return;
        const isEnum = abbreviation.tag === DW_TAG.enumeration_type;
        const isNew = !kind || this.enter(unit, KINDS.indexOf(kind), abbreviation, at, attributesAt, cursor);
        if (isEnum && isNew) this.enterEnumerators(new Die(unit, at, abbreviation, attributesAt));
      },
      isScoped ? isOrHasScope : atTop,
    );
  }

  /** Enters a DIE; false for a type that is entered already. */
  private enter(
    unit: Unit,
    kind: number,
    abbreviation: Abbreviation,
    at: number,
    attributesAt: number,
    cursor: Cursor,
  ): boolean {
    const position = unit.context.base + at;
    if ((abbreviation.has & HAS.name) === 0) {
      const die = new Die(unit, at, abbreviation, attributesAt);
      const inherited = guarded(() => this.info.inherited(die, DW_AT.name)?.value, undefined, this.report);
      if (inherited?.kind === 'string') this.push(this.keyOf(inherited.bytes), position, kind);
      return true;
    }
    cursor.pos = attributesAt;
    const { fields, implicit } = this.planOf(abbreviation, kind >= FIRST_TYPE);
    const { hash } = this;
    hash.whole = hash.key = 0;
    let shape = implicit ^ kind;
    for (const { skip, form, isName } of fields) {
      this.skipper.run(cursor, skip);
      const start = cursor.pos;
      if (isName) unit.hashName(cursor, form, hash);
      else {
        skipForm(cursor, form);
        for (let i = start; i < cursor.pos; i++) shape = Math.imul(shape ^ cursor.bytes[i]!, HASH_PRIME);
      }
    }
    if (this.wanted && !this.wanted(hash.key)) return true;
    if (kind >= FIRST_TYPE) {
      // 64 bits of hash: that two different types fall together is as unlikely as a damaged disk.
      if (!this.types.add(hash.whole, shape >>> 0)) return false;
    }
    this.columns.push(hash.key, position, kind);
    return true;
  }

  private push(key: number, position: number, kind: number): void {
    if (!this.wanted || this.wanted(key)) this.columns.push(key, position, kind);
  }

  private keyOf(name: Uint8Array): number {
    hashName(name, 0, this.hash);
    return this.hash.key;
  }

  /** Enters the enumerators of an enumeration; of one without a name, unless it was entered by its first one. */
  private enterEnumerators(enumeration: Die): void {
    const { abbreviation, offset } = enumeration;
    let isFirst = (abbreviation.has & HAS.name) === 0;
    for (const die of enumeration.children()) {
      const name = die.tag === DW_TAG.enumerator ? die.attribute(DW_AT.name) : undefined;
      if (name?.kind !== 'string') continue;
      const hash = this.keyOf(name.bytes);
      if (isFirst && !this.types.add(hash, enumeration.number(DW_AT.decl_line) ?? 0)) return;
      isFirst = false;
      this.push(hash, offset, ENUMERATOR);
    }
  }

  private planOf(abbreviation: Abbreviation, isType: boolean): Plan {
    let plan = this.plans.get(abbreviation);
    if (plan) return plan;
    const { names, forms, implicit } = abbreviation;
    plan = { fields: [], implicit: 0 };
    let from = 0;
    names.forEach((name, i) => {
      const isName = name === DW_AT.name;
      if (!isName && !(isType && SHAPE.has(name))) return;
      const constant = implicit[i];
      if (constant !== undefined) {
        plan.implicit = Math.imul(plan.implicit ^ Number(BigInt.asIntN(32, constant)), HASH_PRIME);
        return;
      }
      plan.fields.push({
        skip: skipProgram(names.subarray(from, i), forms.subarray(from, i)),
        form: forms[i]!,
        isName,
      });
      from = i + 1;
    });
    this.plans.set(abbreviation, plan);
    return plan;
  }

  finish(): NameTable {
    const [hash, position, kind] = this.columns.sorted();
    return { hash: hash!, position: position!, kind: Uint8Array.from(kind!) };
  }
}
