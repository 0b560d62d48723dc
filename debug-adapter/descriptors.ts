/**
 * Entries of descriptor tables in words: segments, gates and task states, with what is wrong with them marked (SDM vol. 3A,
 * sections 3.4.5, 3.5, 6.11 and 7.2).
 */

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

const NAMES: Readonly<Record<DescriptorKind, string>> = {
  code: 'code',
  data: 'data',
  ldt: 'LDT',
  tss16: '16-bit TSS',
  tss32: '32-bit TSS',
  'task-gate': 'task gate',
  'call-gate16': '16-bit call gate',
  'call-gate32': '32-bit call gate',
  'interrupt-gate16': '16-bit interrupt gate',
  'interrupt-gate32': '32-bit interrupt gate',
  'trap-gate16': '16-bit trap gate',
  'trap-gate32': '32-bit trap gate',
  reserved: 'reserved type',
};

function describeSegment(segment: Segment): string {
  const words = [NAMES[segment.kind]];
  if (segment.kind === 'code') {
    words.push(segment.second ? 'execute/read' : 'execute only', segment.big ? '32-bit' : '16-bit');
    if (segment.third) words.push('conforming');
  } else if (segment.kind === 'data') {
    words.push(segment.second ? 'read/write' : 'read only', segment.big ? '32-bit' : '16-bit');
    if (segment.third) words.push('expand-down');
  } else if (segment.kind !== 'ldt') words.push(segment.second ? 'busy' : 'available');
  const range = `base ${hex(segment.base, 8)}, limit ${hex(segment.limit, 8)}`;
  return `${words.join(', ')}, DPL ${segment.dpl}, ${range}${segment.present ? '' : ', NOT PRESENT'}`;
}

/** One entry in words. */
export function describeDescriptor(descriptor: Descriptor): string {
  if (descriptor.kind === 'reserved')
    return `${NAMES.reserved} ${descriptor.type}${descriptor.present ? '' : ', NOT PRESENT'}`;
  if ('base' in descriptor) return describeSegment(descriptor);
  const { kind, selector, offset, dpl, present, parameters } = descriptor;
  const target = kind === 'task-gate' ? hex(selector, 4) : `${hex(selector, 4)}:${hex(offset, 8)}`;
  const copies = kind.startsWith('call') && parameters > 0 ? `, ${parameters} parameters` : '';
  return `${NAMES[kind]} to ${target}, DPL ${dpl}${copies}${present ? '' : ', NOT PRESENT'}`;
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
): string | undefined {
  const isGate = 'selector' in gate && !gate.kind.startsWith('call');
  if (!isGate) return `it is no gate but: ${describeDescriptor(gate)}`;
  if (!gate.present) return 'the gate is not present';
  const selector = hex(gate.selector, 4);
  if ((gate.selector & 0xfffc) === 0) return 'its selector is null';
  if (!target) return `its selector ${selector} lies outside of the descriptor table`;
  if (gate.kind === 'task-gate')
    return target.kind === 'tss16' || target.kind === 'tss32'
      ? target.present
        ? undefined
        : `the TSS ${selector} is not present`
      : `its selector ${selector} names no TSS but: ${describeDescriptor(target)}`;
  if (target.kind !== 'code')
    return `its selector ${selector} names no code segment but: ${describeDescriptor(target)}`;
  if (!target.present) return `its code segment ${selector} is not present`;
  if (target.dpl > cpl)
    return `its code segment ${selector} has DPL ${target.dpl}, and the CPU is in ring ${cpl}`;
  return undefined;
}
