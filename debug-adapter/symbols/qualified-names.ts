/**
 * What entries of C++ and Rust are called with all that is around them: `kernel::Ring<int, 3>::at(int) const`. Entries of C have their plain
 * names. Source: DWARF 5 §3.3, §5.7.
 */
import { DW_AT, DW_LANG, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { demangled } from './demangle/demangle.ts';
import type { Die } from './die.ts';
import { Enclosing } from './enclosing.ts';
import type { SymbolError } from './errors.ts';
import { EXACT, type Fit, least, LOOSE, NONE, samePart, sameType } from './loose-names.ts';
import { argumentsGiven, mentionedTypes } from './mentioned-types.ts';
import { componentsOf, partsOfParameters, sameComponent, spelled, type WantedFunction } from './name-text.ts';
import { typeName } from './type-name.ts';
import type { TypeReader } from './type-reader.ts';
import { asParameter, partOf, print, type Spelling, spellingsOf } from './type-spelling.ts';
import { type CType, stripType } from './types.ts';
import type { Unit } from './unit.ts';

/** Pointers within pointers of a parameter. */
const TYPE_DEPTH = 16;

/** What is called when an object is; of a lambda with `auto` parameters an instance of a template. */
const CALL = /^operator\(\)(?:<|$)/;

interface Scope {
  readonly name: string;
  readonly die: Die;
  /** Those who write the name of what is in it may leave it out: C++ sees through it, or it has no name that anybody knows. */
  readonly isOptional: boolean;
}

export class QualifiedNames {
  private readonly enclosing: Enclosing;
  private readonly languages = new Map<number, number | undefined>();

  constructor(
    private readonly info: DebugInfo,
    private readonly types: () => TypeReader,
    report: (error: SymbolError) => void,
  ) {
    this.enclosing = new Enclosing(info, report);
  }

  /** Is a unit of a language that has namespaces and types in types? */
  isScoped(unit: Unit): boolean {
    const language = this.languageOf(unit);
    return DW_LANG.plus.has(language) || language === DW_LANG.rust;
  }

  isRust(unit: Unit): boolean {
    return this.languageOf(unit) === DW_LANG.rust;
  }

  private languageOf(unit: Unit): number | undefined {
    const { languages, info } = this;
    if (!languages.has(unit.index)) languages.set(unit.index, info.root(unit).number(DW_AT.language));
    return languages.get(unit.index);
  }

  /** What is around an entry, the outermost first. */
  around(die: Die): Scope[] {
    const declared = this.declaring(die);
    if (!this.isScoped(declared.unit)) return [];
    const isCall = CALL.test(this.info.name(declared) ?? '');
    return this.enclosing.of(declared).map((scope) => {
      const name = this.info.name(scope);
      if (name !== undefined)
        return { name, die: scope, isOptional: scope.flag(DW_AT.export_symbols) || name.startsWith('{') };
      if (scope.tag === DW_TAG.namespace)
        return { name: '(anonymous namespace)', die: scope, isOptional: true };
      return { name: isCall ? '{lambda}' : '(anonymous)', die: scope, isOptional: true };
    });
  }

  /** The entry that stands where the source declares what `die` is about. */
  private declaring(die: Die): Die {
    let last = die;
    for (const origin of this.info.origins(die)) last = origin;
    return last;
  }

  /** `kernel::Task`; of C the plain name. */
  path(die: Die): string | undefined {
    const name = this.info.name(die);
    return name === undefined ? undefined : [...this.around(die).map((scope) => scope.name), name].join('::');
  }

  /** `path` with the types of the parameters where they tell overloads apart. */
  functionName(die: Die): string | undefined {
    const path = this.path(die);
    return path === undefined || !this.isOverloadable(die) ? path : path + this.signature(die);
  }

  /** Has C++ overloads of it? What it exports as C has none. */
  private isOverloadable(die: Die): boolean {
    const declared = this.declaring(die);
    if (!DW_LANG.plus.has(this.languageOf(declared.unit))) return false;
    const isOutside = this.around(die).length === 0 && declared.flag(DW_AT.external);
    return !isOutside || this.info.linkageName(die) !== undefined;
  }

  /** `(int, kernel::Task *) const` */
  private signature(die: Die): string {
    const { parameters, behind } = this.parametersOf(die);
    const words = parameters.map((type) => (type === '...' ? type : typeName(unqualified(type))));
    return `(${words.join(', ')})${behind}`;
  }

  private parametersOf(die: Die): { readonly parameters: (CType | '...')[]; readonly behind: string } {
    const declared = this.declaring(die);
    const parameters: (CType | '...')[] = [];
    let self: Die | undefined;
    for (const child of declared.children()) {
      if (child.tag === DW_TAG.unspecified_parameters) parameters.push('...');
      if (child.tag !== DW_TAG.formal_parameter) continue;
      if (child.flag(DW_AT.artificial)) self ??= child;
      else parameters.push(this.types().typeOf(child));
    }
    const object = self && stripType(this.types().typeOf(self));
    const words = [
      object?.kind === 'pointer' && object.target.kind === 'const' && ' const',
      declared.flag(DW_AT.reference) && ' &',
      declared.flag(DW_AT.rvalue_reference) && ' &&',
    ];
    return { parameters, behind: words.filter(Boolean).join('') };
  }

  /** Is an entry called so, as far as the name says? */
  fit(die: Die, { scope, name, parameters }: WantedFunction): Fit {
    const component = this.fitOfComponent(die, name);
    if (component === NONE) return NONE;
    const place = this.fitOfScope(die, scope);
    if (place === NONE || parameters === undefined) return least(component, place);
    return least(component, place, this.fitOfParameters(die, parameters));
  }

  private fitOfParameters(die: Die, written: string): Fit {
    if (!this.isOverloadable(die)) return NONE;
    const { parameters, behind } = this.parametersOf(die);
    const wanted = partsOfParameters(written);
    // What stands behind the parameters may be left out.
    if (wanted.behind.trim() !== '' && spelled(wanted.behind) !== spelled(behind)) return NONE;
    const types = spellingsOf(wanted.inside.replace(/^\s*void\s*$/, ''))?.map(asParameter);
    if (types?.length !== parameters.length) return NONE;
    const known = parameters.map((type) => (type === '...' ? [['.', '.', '.']] : spellings(type)));
    const fits = (same: (one: Spelling, wanted: Spelling) => boolean): boolean =>
      known.every((ways, n) => ways.some((one) => same(one, types[n]!)));
    if (fits((one, other) => print(one) === print(other))) return EXACT;
    const mentioned = mentionedTypes(this.info, this, this.declaring(die));
    return fits((one, other) => sameType(one, other, mentioned)) ? LOOSE : NONE;
  }

  /** Is an entry's own name a component that somebody wrote? */
  fitOfComponent(die: Die, wanted: string): Fit {
    const own = this.info.name(die);
    if (own === undefined) return NONE;
    if (sameComponent(own, wanted)) return EXACT;
    const [part, known] = wanted.includes('<') ? [partOf(wanted), partOf(own)] : [];
    if (!part || !known || known.id !== part.id) return NONE;
    const declared = this.declaring(die);
    const types = mentionedTypes(this.info, this, die);
    const given = argumentsGiven(declared) ?? argumentsGiven(die);
    return samePart(known, part, given, types) ? LOOSE : NONE;
  }

  /** Is an entry in such scopes, of which the outer ones may be left out? An empty one is outside of all. */
  fitOfScope(die: Die, scope: readonly string[]): Fit {
    if (scope.length === 0) return EXACT;
    const around = this.around(die);
    const isOfTrait = IMPLEMENTATION.test(around.at(-1)?.name ?? '');
    const fit = this.fitOfScopes([...around], scope);
    return fit === NONE && isOfTrait ? fitOfImplementation(this.info.linkageName(die), scope) : fit;
  }

  private fitOfScopes(around: Scope[], scope: readonly string[]): Fit {
    let fit: Fit = EXACT;
    for (let wanted = scope.at(-1)!, n = scope.length - 1; n >= 0; wanted = scope[--n]!) {
      if (wanted === '') return around.every(({ isOptional }) => isOptional) ? fit : NONE;
      const fitOf = (one: Scope | undefined) => (one ? this.fitOfOne(one, wanted) : NONE);
      while (around.at(-1)?.isOptional && fitOf(around.at(-1)) === NONE) around.pop();
      fit = least(fit, fitOf(around.pop()));
      if (fit === NONE) return fit;
    }
    return fit;
  }

  private fitOfOne({ name, die }: Scope, wanted: string): Fit {
    return sameComponent(name, wanted) ? EXACT : this.fitOfComponent(die, wanted);
  }

  isIn(die: Die, scope: readonly string[]): boolean {
    return this.fitOfScope(die, scope) !== NONE;
  }
}

/** What rustc puts the methods in that a type has of a trait. */
const IMPLEMENTATION = /^\{impl#\d+\}$/;

/**
 * A method that a type has of a trait, called as of the one or of the other: `Disk::id`, `Device::id`. Rust's debug information says neither,
 * but what the linker calls it does: `<kernel::Disk as kernel::Device>::id`.
 */
function fitOfImplementation(linkage: string | undefined, scope: readonly string[]): Fit {
  const path = linkage === undefined ? undefined : demangled(linkage)?.path;
  const both = path === undefined ? undefined : componentsOf(path).at(-2);
  if (!both?.startsWith('<') || !both.endsWith('>')) return NONE;
  const ways = typeAndTrait(both);
  const endsIn = (way: readonly string[], written: readonly string[]): boolean =>
    written.every((wanted, n) => sameComponent(way.at(n - written.length) ?? '', wanted));
  const [first, ...others] = scope;
  const isBoth = others.length === 0 && first?.startsWith('<') && first.includes(' as ');
  const isMeant = isBoth
    ? typeAndTrait(first).every((written, n) => endsIn(ways[n] ?? [], written))
    : ways.some((way) => endsIn(way, scope));
  return isMeant ? LOOSE : NONE;
}

/** `<kernel::Disk as kernel::Device>` as the two paths. */
const typeAndTrait = (both: string): string[][] => both.slice(1, -1).split(' as ').map(componentsOf);

/** How a parameter may be written: with its typedefs, or as the linker knows it. */
function spellings(type: CType): Spelling[] {
  return [type, withoutTypedefs(type)].flatMap((one) => spellingsOf(typeName(one))?.map(asParameter) ?? []);
}

/** As callers see a parameter: that a function does not change its own copy is none of theirs. */
const unqualified = (type: CType): CType =>
  type.kind === 'const' || type.kind === 'volatile' ? type.target : type;

/** A type as the linker knows it: a typedef is what it stands for, behind pointers too. */
function withoutTypedefs(type: CType, depth = 0): CType {
  if (depth > TYPE_DEPTH) return type;
  switch (type.kind) {
    case 'typedef':
      return withoutTypedefs(type.target, depth + 1);
    case 'pointer':
    case 'const':
    case 'volatile':
      return { ...type, target: withoutTypedefs(type.target, depth + 1) };
    default:
      return type;
  }
}
