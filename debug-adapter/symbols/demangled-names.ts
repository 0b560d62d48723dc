/**
 * Functions by what they are called in the source, where only symbols know them: assembly, objects without debug information. Every mangled name
 * is read once, when one is asked for.
 */
import { demangled } from './demangle/demangle.ts';
import { EXACT, type Fit, least, LOOSE, NONE, samePart, sameTypes } from './loose-names.ts';
import {
  componentsOf,
  partsOfParameters,
  sameComponent,
  spelled,
  type WantedFunction,
  wantedFunction,
  withoutArguments,
} from './name-text.ts';
import { atOnce, type Pieces } from './pieces.ts';
import type { ElfSymbol, SymbolTable } from './symtab.ts';
import { asParameter, partOf, print, spellingsOf } from './type-spelling.ts';

/** Names that are read between two turns of others. */
const PER_PIECE = 256;
/** No debug information says more of the types that a name mentions. */
const NOTHING = new Map<string, never>();

interface Known {
  /** In the table of symbols. */
  readonly index: number;
  readonly text: string;
  readonly components: readonly string[];
  readonly parameters: string | undefined;
}

export class DemangledNames {
  /** By the last component without the arguments of its template. */
  private names: Map<string, Known[]> | undefined;

  constructor(private readonly symbols: () => SymbolTable) {}

  /** Reads all names, unless that is done. */
  *build(): Pieces<void> {
    if (this.names) return;
    const symbols = this.symbols();
    const names = new Map<string, Known[]>();
    let read = 0;
    for (let index = 0; symbols.isMangled && index < symbols.count; index++) {
      if (!symbols.isMangledAt(index)) continue;
      if (++read % PER_PIECE === 0) yield;
      const found = demangled(symbols.at(index).name);
      if (found?.path === undefined) continue;
      const { text, path, parameters } = found;
      const components = componentsOf(path);
      const key = withoutArguments(components.at(-1)!);
      const list = names.get(key) ?? [];
      if (list.length === 0) names.set(key, list);
      list.push({ index, text, components, parameters });
    }
    this.names = names;
  }

  private get all(): ReadonlyMap<string, readonly Known[]> {
    if (!this.names) atOnce(this.build());
    return this.names!;
  }

  /** The symbols of the functions that a name means, or that are shown so. */
  functions(name: string): ElfSymbol[] {
    const wanted = wantedFunction(name);
    const known = this.all.get(withoutArguments(wanted.name)) ?? [];
    const whole = spelled(name);
    const fits = known.map((one) => (spelled(one.text) === whole ? EXACT : fitOf(one, wanted)));
    const best = Math.max(NONE, ...fits);
    return known
      .filter((_, n) => best > NONE && fits[n] === best)
      .map(({ index }) => this.symbols().at(index));
  }

  /** Is a function of that name an instance of a template? */
  isTemplate(path: string): boolean {
    const components = componentsOf(path);
    const name = components.at(-1)!;
    return (this.all.get(name) ?? []).some((known) => {
      const isInstance = known.components.at(-1)! !== name;
      return isInstance && fitOfScope(known.components.slice(0, -1), components.slice(0, -1)) > NONE;
    });
  }
}

function fitOf({ components, parameters }: Known, wanted: WantedFunction): Fit {
  const name = fitOfComponent(components.at(-1)!, wanted.name);
  if (name === NONE) return NONE;
  const place = least(name, fitOfScope(components.slice(0, -1), wanted.scope));
  if (place === NONE || wanted.parameters === undefined) return place;
  return parameters === undefined ? NONE : least(place, fitOfParameters(parameters, wanted.parameters));
}

function fitOfComponent(known: string, wanted: string): Fit {
  if (sameComponent(known, wanted)) return EXACT;
  const [one, other] = wanted.includes('<') ? [partOf(known), partOf(wanted)] : [];
  return one && other && samePart(one, other, undefined, NOTHING) ? LOOSE : NONE;
}

function fitOfScope(known: readonly string[], wanted: readonly string[]): Fit {
  const around = [...known];
  let fit: Fit = EXACT;
  for (let n = wanted.length - 1; n >= 0; n--) {
    const part = wanted[n]!;
    const isOptional = (scope: string | undefined) => scope !== undefined && /^[({]/.test(scope);
    if (part === '') return around.every(isOptional) ? fit : NONE;
    while (isOptional(around.at(-1)) && fitOfComponent(around.at(-1)!, part) === NONE) around.pop();
    const innermost = around.pop();
    fit = least(fit, innermost === undefined ? NONE : fitOfComponent(innermost, part));
    if (fit === NONE) return NONE;
  }
  return fit;
}

function fitOfParameters(known: string, written: string): Fit {
  const [own, wanted] = [partsOfParameters(known), partsOfParameters(written)];
  if (wanted.behind.trim() !== '' && spelled(wanted.behind) !== spelled(own.behind)) return NONE;
  const [types, others] = [own.inside, wanted.inside.replace(/^\s*void\s*$/, '')].map((text) =>
    spellingsOf(text)?.map(asParameter),
  );
  if (!types || !others) return NONE;
  if (types.map(print).join() === others.map(print).join()) return EXACT;
  return sameTypes(types, others, NOTHING) ? LOOSE : NONE;
}
