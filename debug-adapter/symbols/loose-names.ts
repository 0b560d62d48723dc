/**
 * Is a type, or a component of a name, the one that somebody wrote and left out what need not be written: scopes on the outside, inline
 * and anonymous namespaces, arguments of templates, those that are the template's own defaults? Compares spellings only.
 */
import type { Part, Spelling, Words } from './type-spelling.ts';
import { printName } from './type-spelling.ts';

/** How well an entry is what somebody wrote: not at all, with something left out inside of parameters or arguments, or as it is called. */
export type Fit = 0 | 1 | 2;
export const NONE = 0;
export const LOOSE = 1;
export const EXACT = 2;

export const least = (...fits: readonly Fit[]): Fit => Math.min(...fits) as Fit;

/** What is known of a type beyond its spelling. */
export interface KnownType {
  /** For each of the scopes around it, the outermost first: may it be left out where it is in the middle? */
  readonly isOptional: readonly boolean[];
  /** How many of the template's arguments are not its defaults; undefined for what is no template. */
  readonly given: number | undefined;
}

/** Types by their whole names, as `printName` writes them. */
export type KnownTypes = ReadonlyMap<string, KnownType>;

/** Are types the ones that are written, in this order? */
export function sameTypes(
  known: readonly Spelling[],
  wanted: readonly Spelling[],
  types: KnownTypes,
): boolean {
  return known.length === wanted.length && known.every((one, n) => sameType(one, wanted[n]!, types));
}

export function sameType(known: Spelling, wanted: Spelling, types: KnownTypes): boolean {
  if (known.length !== wanted.length) return false;
  return known.every((item, n) => {
    const other = wanted[n]!;
    if (typeof item === 'string' || typeof other === 'string') return item === other;
    return sameWords(item, other, types);
  });
}

function sameWords(known: Words, wanted: Words, types: KnownTypes): boolean {
  const isSame =
    known.isConst === wanted.isConst &&
    known.isVolatile === wanted.isVolatile &&
    known.plain === wanted.plain &&
    known.names.length === wanted.names.length;
  return isSame && known.names.every((name, n) => sameName(name, wanted.names[n]!, types));
}

function sameName(known: readonly Part[], wanted: readonly Part[], types: KnownTypes): boolean {
  let at = known.length;
  for (let n = wanted.length - 1; n >= 0; n--) {
    const part = wanted[n]!;
    if (part.id === '') return known.slice(0, at).every((_, scope) => isOptional(known, scope, types));
    const isMeant = (): boolean => {
      const given = at > 0 ? types.get(printName(known.slice(0, at)))?.given : undefined;
      return at > 0 && samePart(known[at - 1]!, part, given, types);
    };
    // The type itself is no scope of it.
    while (n < wanted.length - 1 && !isMeant() && at > 0 && isOptional(known, at - 1, types)) at--;
    if (!isMeant()) return false;
    at--;
  }
  return true;
}

/** May the `scope`th part of a name be left out where it is in the middle? */
function isOptional(known: readonly Part[], scope: number, types: KnownTypes): boolean {
  if (/^[({]/.test(known[scope]!.id)) return true;
  for (let end = known.length; end > scope + 1; end--) {
    const type = types.get(printName(known.slice(0, end)));
    if (type) return type.isOptional[scope] ?? false;
  }
  return false;
}

/** Is a part the one that is written? @param given how many of its arguments are not its defaults, if that is known */
export function samePart(
  { id, args }: Part,
  wanted: Part,
  given: number | undefined,
  types: KnownTypes,
): boolean {
  if (id !== wanted.id) return false;
  if (wanted.args === undefined) return true;
  if (args === undefined) return false;
  const written = wanted.args.length;
  const isEnough = written >= (given ?? args.length) && written <= args.length;
  return isEnough && sameTypes(args.slice(0, written), wanted.args, types);
}
