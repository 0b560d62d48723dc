/**
 * What entries of C++ and Rust are called with all that is around them: `kernel::Ring<int, 3>::at(int) const`. Entries of C have their plain
 * names. Source: DWARF 5 §3.3, §5.7.
 */
import { DW_AT, DW_LANG, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import { Enclosing } from './enclosing.ts';
import type { SymbolError } from './errors.ts';
import { sameComponent, spelled, type WantedFunction } from './name-text.ts';
import { typeName } from './type-name.ts';
import type { TypeReader } from './type-reader.ts';
import { type CType, stripType } from './types.ts';
import type { Unit } from './unit.ts';

/** Pointers within pointers of a parameter. */
const TYPE_DEPTH = 16;

interface Scope {
  readonly name: string;
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

  private languageOf(unit: Unit): number | undefined {
    const { languages, info } = this;
    if (!languages.has(unit.index)) languages.set(unit.index, info.root(unit).number(DW_AT.language));
    return languages.get(unit.index);
  }

  /** What is around an entry, the outermost first. */
  around(die: Die): Scope[] {
    const declared = this.declaring(die);
    if (!this.isScoped(declared.unit)) return [];
    const isCall = this.info.name(declared) === 'operator()';
    return this.enclosing.of(declared).map((scope) => {
      const name = this.info.name(scope);
      if (name !== undefined)
        return { name, isOptional: scope.flag(DW_AT.export_symbols) || name.startsWith('{') };
      if (scope.tag === DW_TAG.namespace) return { name: '(anonymous namespace)', isOptional: true };
      return { name: isCall ? '{lambda}' : '(anonymous)', isOptional: true };
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
    return !isOutside || this.info.inherited(die, DW_AT.linkage_name) !== undefined;
  }

  /** `(int, kernel::Task *) const` */
  private signature(die: Die, shown = (type: CType): CType => type): string {
    const declared = this.declaring(die);
    const parameters: string[] = [];
    let self: Die | undefined;
    for (const child of declared.children()) {
      if (child.tag === DW_TAG.unspecified_parameters) parameters.push('...');
      if (child.tag !== DW_TAG.formal_parameter) continue;
      if (child.flag(DW_AT.artificial)) self ??= child;
      else parameters.push(typeName(shown(this.types().typeOf(child))));
    }
    const object = self && stripType(this.types().typeOf(self));
    const words = [
      object?.kind === 'pointer' && object.target.kind === 'const' && ' const',
      declared.flag(DW_AT.reference) && ' &',
      declared.flag(DW_AT.rvalue_reference) && ' &&',
    ];
    return `(${parameters.join(', ')})${words.filter(Boolean).join('')}`;
  }

  /** Is an entry called so, as far as the name says? */
  isCalled(die: Die, { scope, name, parameters }: WantedFunction): boolean {
    const own = this.info.name(die);
    if (own === undefined || !sameComponent(own, name) || !this.isIn(die, scope)) return false;
    if (parameters === undefined) return true;
    if (!this.isOverloadable(die)) return false;
    const written = spelled(parameters.replace(/^\(\s*void\s*\)/, '()'));
    return [this.signature(die), this.signature(die, (type) => withoutTypedefs(type))].map(spelled).some(
      // What stands behind the parameters may be left out.
      (own) => own === written || own.slice(0, own.lastIndexOf(')') + 1) === written,
    );
  }

  /** Is an entry in such scopes, of which the outer ones may be left out? An empty one is outside of all. */
  isIn(die: Die, scope: readonly string[]): boolean {
    if (scope.length === 0) return true;
    const around = this.around(die);
    for (let wanted = scope.at(-1), n = scope.length - 1; n >= 0; wanted = scope[--n]) {
      if (wanted === '') return around.every(({ isOptional }) => isOptional);
      while (around.at(-1)?.isOptional && !sameComponent(around.at(-1)!.name, wanted!)) around.pop();
      const innermost = around.pop();
      if (!innermost || !sameComponent(innermost.name, wanted!)) return false;
    }
    return true;
  }
}

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
