/**
 * The types that the parameters and the template arguments of an entry name, with what their spelling does not tell: which of their scopes
 * C++ sees through, which of their arguments are defaults. Source: DWARF 5 §2.23, §3.2.2, §4.1.
 */
import { DW_AT, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import type { Die } from './die.ts';
import type { KnownType, KnownTypes } from './loose-names.ts';
import { spelled } from './name-text.ts';

/** Entries that are looked at for one. */
const LIMIT = 256;

const PARAMETERS: ReadonlySet<number> = new Set([
  DW_TAG.template_type_parameter,
  DW_TAG.template_value_parameter,
  DW_TAG.GNU_template_template_parameter,
]);
const NAMED: ReadonlySet<number> = new Set([
  DW_TAG.structure_type,
  DW_TAG.class_type,
  DW_TAG.union_type,
  DW_TAG.enumeration_type,
  DW_TAG.typedef,
]);
/** What leads from one entry to the types it is made of. */
const LINKS = [DW_AT.type, DW_AT.containing_type] as const;

/** What is around an entry, the outermost first, and what it is called with that. */
export interface Placed {
  around(die: Die): readonly { readonly isOptional: boolean }[];
  path(die: Die): string | undefined;
}

/** The types that an entry mentions, by `spelled` names. */
export function mentionedTypes(info: DebugInfo, names: Placed, entry: Die): KnownTypes {
  const found = new Map<string, KnownType>();
  const seen = new Set([entry.offset]);
  const waiting = [entry];
  const enter = (offset: number | undefined): void => {
    if (offset === undefined || seen.has(offset) || seen.size > LIMIT) return;
    seen.add(offset);
    waiting.push(info.die(offset));
  };
  const enterTypes = (die: Die): void => {
    for (const link of LINKS) enter(die.reference(link));
  };
  for (let die = waiting.pop(); die; die = waiting.pop()) {
    const path = NAMED.has(die.tag) ? names.path(die) : undefined;
    if (path !== undefined)
      found.set(spelled(path), {
        isOptional: names.around(die).map(({ isOptional }) => isOptional),
        given: argumentsGiven(die),
      });
    if (die !== entry) enterTypes(die);
    // A stub for a type that stands in a type unit (DWARF 5 §5.6).
    enter(die.reference(DW_AT.signature));
    if (!die.abbreviation.hasChildren || die.tag === DW_TAG.enumeration_type) continue;
    for (const child of die.children()) {
      if (child.tag === DW_TAG.formal_parameter || PARAMETERS.has(child.tag)) enterTypes(child);
      else if (child.tag === DW_TAG.GNU_template_parameter_pack)
        for (const one of child.children()) enterTypes(one);
    }
  }
  return found;
}

/** How many of a template's arguments are not its defaults; undefined for what is no template, or one of any number of arguments. */
export function argumentsGiven(die: Die): number | undefined {
  let count = 0;
  let given = 0;
  for (const child of die.children()) {
    if (child.tag === DW_TAG.GNU_template_parameter_pack) return undefined;
    if (!PARAMETERS.has(child.tag)) continue;
    count++;
    if (!child.flag(DW_AT.default_value)) given = count;
  }
  return count === 0 ? undefined : given;
}
