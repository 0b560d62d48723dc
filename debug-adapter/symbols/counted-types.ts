/**
 * Arrays whose length only a frame has: C's arrays of variable length, and pointers to them. Their types are made anew with the lengths
 * of the frame that is looked at. Source: DWARF 5 §5.13 (subranges).
 */
import type { ArrayType, CType } from './types.ts';

/** Types are looked through so far: pointers to pointers, typedefs, arrays of arrays. */
const DEPTH_LIMIT = 16;

/** The length of what stands at a position. */
export type LengthOf = (position: number) => number | undefined;

/** The type with the lengths that `lengthOf` knows; the same object when it has none of its own. */
export function withLengths(type: CType, lengthOf: LengthOf, depth = 0): CType {
  if (depth >= DEPTH_LIMIT) return type;
  switch (type.kind) {
    case 'array': {
      const element = withLengths(type.element, lengthOf, depth + 1);
      if (!type.counted) return element === type.element ? type : { ...type, element };
      return { kind: 'array', element, ...lengthsOf(type.dimensions, type.counted, lengthOf) };
    }
    case 'pointer': {
      const target = withLengths(type.target, lengthOf, depth + 1);
      return target === type.target ? type : { kind: 'pointer', size: type.size, target };
    }
    case 'typedef': {
      const target = withLengths(type.target, lengthOf, depth + 1);
      return target === type.target ? type : { kind: 'typedef', name: type.name, target };
    }
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'atomic': {
      const target = withLengths(type.target, lengthOf, depth + 1);
      return target === type.target ? type : { kind: type.kind, target };
    }
    default:
      return type;
  }
}

/** Are there lengths in it that only a frame has? */
export function counts(type: CType): boolean {
  let found = false;
  withLengths(type, () => {
    found = true;
    return undefined;
  });
  return found;
}

/** Those that are not known there stay marked. */
function lengthsOf(
  dimensions: ArrayType['dimensions'],
  counted: NonNullable<ArrayType['counted']>,
  lengthOf: LengthOf,
): Pick<ArrayType, 'dimensions' | 'counted'> {
  const found = dimensions.map((length, n) => {
    const position = counted[n];
    return position === undefined ? length : lengthOf(position);
  });
  const left = counted.map((position, n) => (found[n] === undefined ? position : undefined));
  return { dimensions: found, ...(left.some((position) => position !== undefined) && { counted: left }) };
}
