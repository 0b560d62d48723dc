/**
 * The variables that a frame shows: those of its function or inlined call, the inner ones first. One that an inner one of its name hides is
 * listed too, as gdb does, but no expression finds it. Those that no source names have their values in expressions alone. Every stop asks
 * for those of its place, several times.
 */
import type { Scope, Variable } from './symbols/variables.ts';

export interface VisibleVariables {
  /** Those that expressions find, one of a name. */
  readonly all: readonly Variable[];
  readonly parameters: readonly Variable[];
  readonly locals: readonly Variable[];
  /** Those of the lists that an inner one of their name hides. */
  readonly hidden: ReadonlySet<Variable>;
}

export const NO_VARIABLES: VisibleVariables = { all: [], parameters: [], locals: [], hidden: new Set() };

/** By the scopes of a place (`SymbolImage.scopesAt`, which keeps them), and the depth of the inlined call. */
const known = new WeakMap<readonly Scope[], Map<number, VisibleVariables>>();

/** @param scopes at an address, innermost first. @param inlineDepth 0 for the innermost inlined call */
export function visibleVariables(scopes: readonly Scope[], inlineDepth: number): VisibleVariables {
  let depths = known.get(scopes);
  if (!depths) known.set(scopes, (depths = new Map()));
  let visible = depths.get(inlineDepth);
  if (!visible) depths.set(inlineDepth, (visible = look(scopes, inlineDepth)));
  return visible;
}

function look(scopes: readonly Scope[], inlineDepth: number): VisibleVariables {
  const names = new Set<string>();
  const all: Variable[] = [];
  const hidden = new Set<Variable>();
  const listed = scopes
    .filter((scope) => scope.inlineDepth === inlineDepth)
    .flatMap(({ variables }) => variables);
  for (const variable of listed) {
    if (names.has(variable.name)) hidden.add(variable);
    else all.push(variable);
    names.add(variable.name);
  }
  return {
    all,
    parameters: listed.filter(({ kind }) => kind === 'parameter'),
    // What the compiler has made for itself, such as clang's lengths of arrays of variable length.
    locals: listed.filter(({ kind, artificial }) => kind !== 'parameter' && !artificial),
    hidden,
  };
}

/**
 * What a hidden variable is called in a list, where names tell the rows apart: the line of its declaration is behind its name.
 * @param taken such names of the list so far; this one is added
 */
export function listedName(name: string, line: number | undefined, taken: Set<string>): string {
  const declared = `${name} @${line ?? '?'}`;
  let unique = declared;
  for (let n = 2; taken.has(unique); n++) unique = `${declared} (${n})`;
  taken.add(unique);
  return unique;
}

/** The name in the source of what `listedName` has given another one. */
export const sourceName = (listed: string): string => listed.replace(/ @(?:\d+|\?)(?: \(\d+\))?$/, '');
