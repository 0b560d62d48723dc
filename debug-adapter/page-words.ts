/** Page walks in words: entries with their bits, and why an access would fault. */
import type { PageLevel, PageWalk } from '../core/protocol/debug-protocol.ts';

const hex = (value: number, digits = 8) => '0x' + (value >>> 0).toString(16).padStart(digits, '0');

/** Bits of an entry by name (SDM vol. 3A, tables 4-4 to 4-6), the lowest first. */
const BITS: readonly (readonly [number, string])[] = [
  [1, 'P'],
  [2, 'W'],
  [4, 'U'],
  [8, 'PWT'],
  [0x10, 'PCD'],
  [0x20, 'A'],
  [0x40, 'D'],
  [0x80, 'PS'],
  [0x100, 'G'],
];

/** `0xc0100063 (P W A D)`. */
export function entryText({ low, high, name }: Pick<PageLevel, 'low' | 'high' | 'name'>): string {
  const bits = BITS.filter(([mask]) => (low & mask) !== 0).map(([, text]) => text);
  // In a PTE bit 7 is the memory type's, not the page size.
  const named = name === 'PTE' ? bits.map((text) => (text === 'PS' ? 'PAT' : text)) : bits;
  if ((high & 0x8000_0000) !== 0) named.push('XD');
  const value = high !== 0 ? `${hex(high)}_${(low >>> 0).toString(16).padStart(8, '0')}` : hex(low);
  return `${value} (${(low & 1) === 0 ? 'not present' : named.join(' ')})`;
}

/** `PDE 768 at 0x00102c00: 0x00103063 (P W A D)`. */
export const levelText = (level: PageLevel): string =>
  `${level.name} ${level.index} at ${hex(level.address)}: ${entryText(level)}`;

const REASONS: Readonly<Record<NonNullable<PageWalk['fault']>['reason'], string>> = {
  'not-present': 'is not present',
  'reserved-bit': 'has a reserved bit set',
  'read-only': 'is read-only',
  'supervisor-only': 'is for ring 0-2 only',
  'no-execute': 'forbids execution (XD)',
  'no-memory': 'lies where no memory is',
};

/** Why the access of a walk would fault; `undefined` when it would not. */
export function faultReason({ fault, levels, linear }: PageWalk): string | undefined {
  if (!fault) return undefined;
  const level = levels.at(fault.level);
  if (fault.level < 0 || !level) return `there is no memory at physical address ${hex(linear)}`;
  if (fault.reason === 'no-memory' && (level.low & 1) !== 0)
    return `the ${level.name} leads to a physical address where no memory is (${levelText(level)})`;
  return `the ${level.name} ${REASONS[fault.reason]} (${levelText(level)})`;
}
