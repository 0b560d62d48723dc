/**
 * Entries of descriptor tables in words: segments, gates and task states, with what is wrong with them marked (SDM vol. 3A,
 * sections 3.4.5, 3.5, 6.11 and 7.2).
 */
import { joined, type Said, say, type Sentence } from '../core/sentences/say.ts';

/** The two dwords of an entry, unsigned. */
export interface RawDescriptor {
  readonly low: number;
  readonly high: number;
}

export type DescriptorKind =
  | 'code'
  | 'data'
  | 'ldt'
  | 'tss16'
  | 'tss32'
  | 'task-gate'
  | 'call-gate16'
  | 'call-gate32'
  | 'interrupt-gate16'
  | 'interrupt-gate32'
  | 'trap-gate16'
  | 'trap-gate32'
  | 'reserved';

export interface Segment {
  readonly kind: 'code' | 'data' | 'ldt' | 'tss16' | 'tss32';
  readonly base: number;
  /** Last valid offset. */
  readonly limit: number;
  readonly dpl: number;
  readonly present: boolean;
  /** Code: readable. Data: writable. TSS: busy. */
  readonly second: boolean;
  /** Code: conforming. Data: expand-down. */
  readonly third: boolean;
  readonly accessed: boolean;
  /** D/B: 32-bit. */
  readonly big: boolean;
}

export interface Gate {
  readonly kind: Exclude<DescriptorKind, Segment['kind'] | 'reserved'>;
  readonly selector: number;
  readonly offset: number;
  readonly dpl: number;
  readonly present: boolean;
  /** Dwords or words that a call gate copies. */
  readonly parameters: number;
}

export type Descriptor =
  Segment | Gate | { readonly kind: 'reserved'; readonly type: number; readonly present: boolean };

/** System types (SDM vol. 3A, table 3-2). */
const SYSTEM: Readonly<Record<number, DescriptorKind>> = {
  1: 'tss16',
  2: 'ldt',
  3: 'tss16',
  4: 'call-gate16',
  5: 'task-gate',
  6: 'interrupt-gate16',
  7: 'trap-gate16',
  9: 'tss32',
  0xb: 'tss32',
  0xc: 'call-gate32',
  0xe: 'interrupt-gate32',
  0xf: 'trap-gate32',
};

const isSegment = (kind: DescriptorKind): kind is Segment['kind'] =>
  ['code', 'data', 'ldt', 'tss16', 'tss32'].includes(kind);
const isWide = (kind: DescriptorKind): boolean => kind.endsWith('32');

export function decodeDescriptor({ low, high }: RawDescriptor): Descriptor {
  const type = (high >>> 8) & 0x1f;
  const kind = type >= 0x10 ? ((type & 8) !== 0 ? 'code' : 'data') : (SYSTEM[type] ?? 'reserved');
  const dpl = (high >>> 13) & 3;
  const present = (high & 0x8000) !== 0;
  if (kind === 'reserved') return { kind, type, present };
  if (!isSegment(kind)) {
    const offset = (isWide(kind) ? (high & 0xffff_0000) | (low & 0xffff) : low & 0xffff) >>> 0;
    return { kind, selector: low >>> 16, offset, dpl, present, parameters: high & 0x1f };
  }
  const units = ((high & 0xf_0000) | (low & 0xffff)) >>> 0;
  const granular = (high & 0x80_0000) !== 0;
  return {
    kind,
    base: ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000)) >>> 0,
    limit: (granular ? (units << 12) | 0xfff : units) >>> 0,
    dpl,
    present,
    second: (type & 2) !== 0,
    third: type >= 0x10 && (type & 4) !== 0,
    accessed: type >= 0x10 && (type & 1) !== 0,
    big: (high & 0x40_0000) !== 0,
  };
}

const hex = (value: number, digits: number) => '0x' + (value >>> 0).toString(16).padStart(digits, '0');

const NAMES: Readonly<Record<Exclude<DescriptorKind, 'reserved'>, Sentence>> = {
  code: say`code`,
  data: say`data`,
  ldt: say`LDT`,
  tss16: say`16-bit TSS`,
  tss32: say`32-bit TSS`,
  'task-gate': say`task gate`,
  'call-gate16': say`16-bit call gate`,
  'call-gate32': say`32-bit call gate`,
  'interrupt-gate16': say`16-bit interrupt gate`,
  'interrupt-gate32': say`32-bit interrupt gate`,
  'trap-gate16': say`16-bit trap gate`,
  'trap-gate32': say`32-bit trap gate`,
};

const NOT_PRESENT = say`NOT PRESENT`;

function describeSegment(segment: Segment): Sentence {
  const words: Said[] = [NAMES[segment.kind]];
  const wide = () => (segment.big ? say`32-bit` : say`16-bit`);
  if (segment.kind === 'code') {
    words.push(segment.second ? say`execute/read` : say`execute only`, wide());
    if (segment.third) words.push(say`conforming`);
  } else if (segment.kind === 'data') {
    words.push(segment.second ? say`read/write` : say`read only`, wide());
    if (segment.third) words.push(say`expand-down`);
  } else if (segment.kind !== 'ldt') words.push(segment.second ? say`busy` : say`available`);
  const { dpl, base, limit, present } = segment;
  words.push(`DPL ${dpl}`, say`base ${hex(base, 8)}`, say`limit ${hex(limit, 8)}`);
  return joined([...words, ...(present ? [] : [NOT_PRESENT])], ', ');
}

/** Where a gate leads to. `undefined` for segments, and for task gates: the offset of those is not looked at (SDM vol. 3A, 7.2.5). */
export function entryPointOf(descriptor: Descriptor): number | undefined {
  return 'offset' in descriptor && descriptor.kind !== 'task-gate' ? descriptor.offset : undefined;
}

/** One entry in words. */
export function describeDescriptor(descriptor: Descriptor): Sentence {
  if (descriptor.kind === 'reserved')
    return joined(
      [say`reserved type ${descriptor.type}`, ...(descriptor.present ? [] : [NOT_PRESENT])],
      ', ',
    );
  if ('base' in descriptor) return describeSegment(descriptor);
  const { kind, selector, offset, dpl, present, parameters } = descriptor;
  const target = kind === 'task-gate' ? hex(selector, 4) : `${hex(selector, 4)}:${hex(offset, 8)}`;
  const copies = kind.startsWith('call') && parameters > 0 ? [say`${parameters} parameters`] : [];
  const leads = say`${NAMES[kind]} to ${target}`;
  return joined([leads, `DPL ${dpl}`, ...copies, ...(present ? [] : [NOT_PRESENT])], ', ');
}

/**
 * What is wrong with a gate of the IDT: the reason why no handler can be entered through it, or `undefined`.
 * @param target the descriptor that its selector names; `undefined` when it lies outside of its table
 * @param cpl the privilege level that it is entered from
 */
export function gateProblem(
  gate: Descriptor,
  target: Descriptor | undefined,
  cpl: number,
): Sentence | undefined {
  const isGate = 'selector' in gate && !gate.kind.startsWith('call');
  if (!isGate) return say`it is no gate but: ${describeDescriptor(gate)}`;
  if (!gate.present) return say`the gate is not present`;
  const selector = hex(gate.selector, 4);
  if ((gate.selector & 0xfffc) === 0) return say`its selector is null`;
  if (!target) return say`its selector ${selector} lies outside of the descriptor table`;
  if (gate.kind === 'task-gate')
    return target.kind === 'tss16' || target.kind === 'tss32'
      ? target.present
        ? undefined
        : say`the TSS ${selector} is not present`
      : say`its selector ${selector} names no TSS but: ${describeDescriptor(target)}`;
  if (target.kind !== 'code')
    return say`its selector ${selector} names no code segment but: ${describeDescriptor(target)}`;
  if (!target.present) return say`its code segment ${selector} is not present`;
  if (target.dpl > cpl)
    return say`its code segment ${selector} has DPL ${target.dpl}, and the CPU is in ring ${cpl}`;
  return undefined;
}
