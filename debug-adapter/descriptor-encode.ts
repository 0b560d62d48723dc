/**
 * Entries of descriptor tables from their parts: the way back of `decodeDescriptor` (SDM vol. 3A, 3.4.5, 3.5, 6.11). Bits that no part
 * tells of stay as they were.
 */
import type { Descriptor, DescriptorKind, Gate, RawDescriptor, Segment } from './descriptors.ts';
import { SaidError, say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';

/** The type field by kind; busy, accessed and so on come on top. */
const TYPES: Readonly<Record<Exclude<DescriptorKind, 'reserved'>, number>> = {
  code: 0x18,
  data: 0x10,
  ldt: 2,
  tss16: 1,
  tss32: 9,
  'task-gate': 5,
  'call-gate16': 4,
  'call-gate32': 0xc,
  'interrupt-gate16': 6,
  'interrupt-gate32': 0xe,
  'trap-gate16': 7,
  'trap-gate32': 0xf,
};
export const DESCRIPTOR_KINDS = Object.keys(TYPES) as Exclude<DescriptorKind, 'reserved'>[];

const UNIT = 0x1000;
const LIMIT_MAX = 0xf_ffff;
/** AVL and L of a segment. */
const KEPT = 0x30_0000;
const GRANULARITY = 0x80_0000;

const inRange = (name: Sentence, value: number, most: number) => {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new SaidError(say`${name} must be a whole number from 0 to 0x${most.toString(16)}`);
};

/**
 * @param before what stood there
 * @throws SaidError with half a sentence for a part that an entry cannot hold
 */
export function encodeDescriptor(
  descriptor: Exclude<Descriptor, { readonly kind: 'reserved' }>,
  before: RawDescriptor,
): RawDescriptor {
  const { kind, dpl, present } = descriptor;
  const rights = ((inRange(say`the DPL`, dpl, 3) << 13) | (present ? 0x8000 : 0) | (TYPES[kind] << 8)) >>> 0;
  return 'base' in descriptor ? encodeSegment(descriptor, rights, before) : encodeGate(descriptor, rights);
}

function encodeSegment(segment: Segment, rights: number, { high: old }: RawDescriptor): RawDescriptor {
  const base = inRange(say`the base`, segment.base, 0xffff_ffff);
  const limit = inRange(say`the limit`, segment.limit, 0xffff_ffff);
  const inPages = limit % UNIT === UNIT - 1;
  if (limit > LIMIT_MAX && !inPages)
    throw new SaidError(say`a limit above 0xfffff counts in units of 4 KiB: it must end with 0xfff`);
  // Both ways can say such a limit: it stays as it was.
  const granular = limit > LIMIT_MAX || (inPages && (old & GRANULARITY) !== 0);
  const units = granular ? Math.floor(limit / UNIT) : limit;
  const isTss = segment.kind === 'tss16' || segment.kind === 'tss32';
  const memory = segment.kind === 'code' || segment.kind === 'data';
  const type =
    (segment.second && (memory || isTss) ? 2 : 0) |
    (segment.third && memory ? 4 : 0) |
    (segment.accessed && memory ? 1 : 0);
  const flags = (granular ? GRANULARITY : 0) | (segment.big && memory ? 0x40_0000 : 0) | (old & KEPT);
  return {
    low: (((base & 0xffff) << 16) | (units & 0xffff)) >>> 0,
    high:
      ((base & 0xff00_0000) | flags | (units & 0xf_0000) | rights | (type << 8) | ((base >>> 16) & 0xff)) >>>
      0,
  };
}

function encodeGate(gate: Gate, rights: number): RawDescriptor {
  const wide = gate.kind.endsWith('32');
  const selector = inRange(say`the selector`, gate.selector, 0xffff);
  const offset = inRange(say`the offset`, gate.offset, wide ? 0xffff_ffff : 0xffff);
  const copies = gate.kind.startsWith('call')
    ? inRange(say`the number of parameters`, gate.parameters, 31)
    : 0;
  return {
    low: ((selector << 16) | (offset & 0xffff)) >>> 0,
    high: (((wide ? offset : 0) & 0xffff_0000) | rights | copies) >>> 0,
  };
}

/** What went wrong, for the user; an answer of the adapter is in their language already. */
export const encodingProblem = (error: unknown, translate: Translate): string =>
  error instanceof SaidError ? tell(error.sentence, translate) : (error as Error).message;
