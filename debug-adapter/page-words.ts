/** Page walks in words: entries with their bits, and why an access would fault. */
import type { PageLevel, PageWalk } from '../core/protocol/debug-protocol.ts';
import { say, type Sentence } from '../core/sentences/say.ts';

const hex = (value: number, digits = 8) => '0x' + (value >>> 0).toString(16).padStart(digits, '0');

/** Bits of an entry (SDM vol. 3A, tables 4-4 to 4-6): mask, name, and what it means when it is set. The lowest is first. */
const BITS: readonly (readonly [number, string, string])[] = [
  [1, 'P', 'present'],
  [2, 'W', 'writable'],
  [4, 'U', 'user: ring 3 may use it'],
  [8, 'PWT', 'write-through caching'],
  [0x10, 'PCD', 'caching disabled'],
  [0x20, 'A', 'accessed since the bit was cleared'],
  [0x40, 'D', 'written since the bit was cleared'],
  [0x80, 'PS', 'page size: this entry maps a large page'],
  [0x100, 'G', 'global: kept in the TLB when CR3 is loaded'],
];
// In a PTE bit 7 is the memory type's, not the page size.
const PAT = ['PAT', 'page attribute table'] as const;
const XD = ['XD', 'execute disable'] as const;

/** What a bit of an entry means. */
export const ENTRY_MEANINGS = [...BITS.map(([, , meaning]) => meaning), PAT[1], XD[1]];

export interface EntryBit {
  readonly name: string;
  readonly meaning: string;
  readonly set: boolean;
}

/** The bits of an entry that its level has. @param pae its entries have 64 bits */
export function bitsOf(
  { low, high, name }: Pick<PageLevel, 'low' | 'high' | 'name'>,
  pae: boolean,
): EntryBit[] {
  const bits = BITS.map(([mask, short, meaning]) => {
    const [text, words] = name === 'PTE' && mask === 0x80 ? PAT : [short, meaning];
    return { name: text, meaning: words, set: (low & mask) !== 0 };
  });
  return pae ? [...bits, { name: XD[0], meaning: XD[1], set: (high & 0x8000_0000) !== 0 }] : bits;
}

/** `0xc0100063`, of a 64-bit entry `0x80000000_00100063`. */
export const entryValue = ({ low, high }: Pick<PageLevel, 'low' | 'high'>): string =>
  high !== 0 ? `${hex(high)}_${(low >>> 0).toString(16).padStart(8, '0')}` : hex(low);

/** `0xc0100063 (P W A D)`. */
export function entryText(level: Pick<PageLevel, 'low' | 'high' | 'name'>): Sentence {
  const named = bitsOf(level, level.high !== 0)
    .filter(({ set }) => set)
    .map(({ name }) => name);
  return (level.low & 1) === 0
    ? say`${entryValue(level)} (not present)`
    : say`${entryValue(level)} (${named.join(' ')})`;
}

/** `PDE 768 at 0x00102c00: 0x00103063 (P W A D)`. */
export const levelText = (level: PageLevel): Sentence =>
  say`${level.name} ${level.index} at ${hex(level.address)}: ${entryText(level)}`;

const REASONS: Readonly<
  Record<NonNullable<PageWalk['fault']>['reason'], (level: string, text: Sentence) => Sentence>
> = {
  'not-present': (level, text) => say`the ${level} is not present (${text})`,
  'reserved-bit': (level, text) => say`the ${level} has a reserved bit set (${text})`,
  'read-only': (level, text) => say`the ${level} is read-only (${text})`,
  'supervisor-only': (level, text) => say`the ${level} is for ring 0-2 only (${text})`,
  'no-execute': (level, text) => say`the ${level} forbids execution (XD) (${text})`,
  'no-memory': (level, text) => say`the ${level} lies where no memory is (${text})`,
};

/** Why the access of a walk would fault; `undefined` when it would not. */
export function faultReason({ fault, levels, linear }: PageWalk): Sentence | undefined {
  if (!fault) return undefined;
  const level = levels.at(fault.level);
  if (fault.level < 0 || !level) return say`there is no memory at physical address ${hex(linear)}`;
  if (fault.reason === 'no-memory' && (level.low & 1) !== 0)
    return say`the ${level.name} leads to a physical address where no memory is (${levelText(level)})`;
  return REASONS[fault.reason](level.name, levelText(level));
}
