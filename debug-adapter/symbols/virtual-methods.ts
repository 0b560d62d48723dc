/** Which method of a class stands at a place in its virtual table: the class itself says that (DWARF 5 §5.7.8). */
import { DW_AT, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { shownName } from './demangle/demangle.ts';
import type { Die } from './die.ts';
import { evaluateNumber } from './expression.ts';

/** Base classes of base classes: only damaged ones have more. */
const DEPTH_LIMIT = 32;

const NOWHERE = {
  frame: undefined,
  frameBase: () => undefined,
  addressAt: () => 0,
  baseType: () => undefined,
};

function numberOf(die: Die, attribute: number, initial: readonly number[] = []): number | undefined {
  const value = die.attribute(attribute);
  if (value?.kind === 'constant') return Number(value.value);
  if (value?.kind !== 'block') return undefined;
  return evaluateNumber(value.bytes, { ...NOWHERE, initial: [...initial] });
}

/**
 * @param owner a class. @param entry in its virtual table, or in that of the base class that is `adjustment` bytes into it
 * @returns its name with scopes and parameters, where the linker's name says them
 */
export function virtualMethod(
  info: DebugInfo,
  owner: Die,
  entry: number,
  adjustment: number,
  nameOf: (method: Die) => string | undefined,
  depth = 0,
): string | undefined {
  if (depth > DEPTH_LIMIT) return undefined;
  for (const die of owner.children()) {
    if (die.tag !== DW_TAG.subprogram || numberOf(die, DW_AT.vtable_elem_location) !== entry) continue;
    const linkage = info.linkageName(die);
    return linkage === undefined ? nameOf(die) : shownName(linkage);
  }
  for (const die of owner.children()) {
    if (die.tag !== DW_TAG.inheritance) continue;
    const reference = die.reference(DW_AT.type);
    const base = reference === undefined ? undefined : info.die(reference);
    const offset = numberOf(die, DW_AT.data_member_location, [0]);
    const size = base?.number(DW_AT.byte_size) ?? 0;
    if (!base || offset === undefined || adjustment < offset || adjustment >= offset + size) continue;
    const found = virtualMethod(info, base, entry, adjustment - offset, nameOf, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
