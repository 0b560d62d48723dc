/**
 * The variables that a frame shows: those of its function or inlined call, the inner ones first; a name that is hidden by an inner one is
 * left out. Those that no source names have their values in expressions alone. Every stop asks for those of its place, several times.
 */
import type { Scope, Variable } from './symbols/variables.ts';

export interface VisibleVariables {
  readonly all: readonly Variable[];
  readonly parameters: readonly Variable[];
  readonly locals: readonly Variable[];
}

export const NO_VARIABLES: VisibleVariables = { all: [], parameters: [], locals: [] };

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
  const all = scopes
    .filter((scope) => scope.inlineDepth === inlineDepth)
    .flatMap(({ variables }) => variables)
    .filter(({ name }) => !names.has(name) && names.add(name));
  return {
    all,
    parameters: all.filter(({ kind }) => kind === 'parameter'),
    // What the compiler has made for itself, such as clang's lengths of arrays of variable length.
    locals: all.filter(({ kind, artificial }) => kind !== 'parameter' && !artificial),
  };
}
