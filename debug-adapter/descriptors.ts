/**
 * Descriptor tables and task state in words: GDT, LDT and IDT entries and TSS, each with what is wrong with it. Pure: it gets
 * bytes and gives values, for the debug console and for views.
 *
 * Source: SDM vol. 3A, 3.4.5 (segment descriptors), 3.5 (system descriptors), 6.11 (IDT gates), 7.2 (TSS).
 */

/** What a descriptor is. `none` is an entry of zeros, or one that the manual reserves. */
export type DescriptorKind =
  'none' | 'code' | 'data' | 'ldt' | 'tss' | 'call-gate' | 'task-gate' | 'interrupt-gate' | 'trap-gate';

export interface Descriptor {
  readonly index: number;
  readonly kind: DescriptorKind;
  readonly present: boolean;
  readonly dpl: number;
  /** Of segments: the first linear address. */
  readonly base: number;
  /** Of segments: the last offset, in bytes. */
  readonly limit: number;
  /** Of gates: where they lead. */
  readonly selector: number;
  readonly offset: number;
  /** In the manual's words: `32-bit`, `execute-read`, `accessed`, … */
  readonly attributes: readonly string[];
  /** What the processor would refuse or what is surely a mistake, a half sentence each. */
  readonly problems: readonly string[];
}

export const DESCRIPTOR_SIZE = 8;
/** Entries that a limit of 16 bits has room for. */
export const MAX_ENTRIES = 8192;

/** System types (SDM vol. 3A, table 3-2); those that are missing are reserved. */
const SYSTEM: Readonly<Record<number, { kind: DescriptorKind; attributes: readonly string[] }>> = {
  1: { kind: 'tss', attributes: ['16-bit', 'available'] },
  2: { kind: 'ldt', attributes: [] },
  3: { kind: 'tss', attributes: ['16-bit', 'busy'] },
  4: { kind: 'call-gate', attributes: ['16-bit'] },
  5: { kind: 'task-gate', attributes: [] },
  6: { kind: 'interrupt-gate', attributes: ['16-bit'] },
  7: { kind: 'trap-gate', attributes: ['16-bit'] },
  9: { kind: 'tss', attributes: ['32-bit', 'available'] },
  11: { kind: 'tss', attributes: ['32-bit', 'busy'] },
  12: { kind: 'call-gate', attributes: ['32-bit'] },
  14: { kind: 'interrupt-gate', attributes: ['32-bit'] },
  15: { kind: 'trap-gate', attributes: ['32-bit'] },
};
const GATES: ReadonlySet<DescriptorKind> = new Set(['call-gate', 'task-gate', 'interrupt-gate', 'trap-gate']);
/** Least limits of task state segments (SDM vol. 3A, 7.2.2). */
const TSS_LIMIT = { '16-bit': 0x2b, '32-bit': 0x67 } as const;

/** One descriptor of 8 bytes. @param table an IDT may hold gates only */
export function decodeDescriptor(
  low: number,
  high: number,
  index: number,
  table: 'gdt' | 'ldt' | 'idt',
): Descriptor {
  const type = (high >>> 8) & 15;
  const isSegment = (high & 0x1000) !== 0;
  const system = SYSTEM[type] ?? { kind: 'none' as const, attributes: ['reserved type'] };
  const { kind, attributes } = isSegment ? segmentKind(high) : system;
  const gate = GATES.has(kind);
  const pages = (high & 0x80_0000) !== 0;
  const rawLimit = (low & 0xffff) | (high & 0xf_0000);
  const descriptor = {
    index,
    kind,
    present: (high & 0x8000) !== 0,
    dpl: (high >>> 13) & 3,
    base: gate ? 0 : ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000)) >>> 0,
    limit: gate ? 0 : pages ? ((rawLimit << 12) | 0xfff) >>> 0 : rawLimit,
    selector: gate ? low >>> 16 : 0,
    offset: gate && kind !== 'task-gate' ? ((high & 0xffff_0000) | (low & 0xffff)) >>> 0 : 0,
    attributes: kind === 'call-gate' ? [...attributes, `${high & 31} parameters`] : attributes,
  };
  const empty = low === 0 && high === 0;
  if (empty) return { ...descriptor, kind: 'none', attributes: [], problems: [] };
  return { ...descriptor, problems: problemsOf(descriptor, high, table) };
}

function segmentKind(high: number): { kind: DescriptorKind; attributes: string[] } {
  const type = (high >>> 8) & 15;
  const big = (high & 0x40_0000) !== 0 ? '32-bit' : '16-bit';
  const accessed = (type & 1) !== 0 ? ['accessed'] : [];
  if ((type & 8) !== 0) {
    const conforming = (type & 4) !== 0 ? ['conforming'] : [];
    const access = (type & 2) !== 0 ? 'execute-read' : 'execute-only';
    return { kind: 'code', attributes: [big, access, ...conforming, ...accessed] };
  }
  const down = (type & 4) !== 0 ? ['expand-down'] : [];
  return {
    kind: 'data',
    attributes: [big, (type & 2) !== 0 ? 'read-write' : 'read-only', ...down, ...accessed],
  };
}

function problemsOf(
  { kind, present, base, limit, selector, attributes, index }: Omit<Descriptor, 'problems'>,
  high: number,
  table: 'gdt' | 'ldt' | 'idt',
): string[] {
  const problems: string[] = [];
  const say = (wrong: boolean, text: string) => {
    if (wrong) problems.push(text);
  };
  // Nobody looks at the rest of what is not present: kernels keep data of their own there.
  if (!present) return problems;
  say(kind === 'none', 'its type is reserved: loading it is a general protection exception');
  if (table === 'idt')
    say(
      kind !== 'interrupt-gate' && kind !== 'trap-gate' && kind !== 'task-gate' && kind !== 'none',
      'it is no gate that an interrupt can go through',
    );
  else
    say(kind === 'interrupt-gate' || kind === 'trap-gate', 'an interrupt or trap gate belongs into the IDT');
  say(table === 'gdt' && index === 0, 'entry 0 is never used: a selector of 0 is null');
  say(
    table === 'ldt' && (kind === 'tss' || kind === 'ldt'),
    `a descriptor of kind ${kind} belongs into the GDT`,
  );
  const wide = attributes.includes('32-bit');
  if (kind === 'tss')
    say(limit < TSS_LIMIT[wide ? '32-bit' : '16-bit'], `its limit is too small for a task state`);
  if (kind === 'code' || kind === 'data') {
    const down = attributes.includes('expand-down');
    say(!down && base + limit > 0xffff_ffff && limit !== 0xffff_ffff, 'it reaches beyond 4 GiB');
    say((high & 0x20_0000) !== 0, 'bit 21 (L) is reserved outside of 64-bit mode');
  }
  if (GATES.has(kind)) say((selector & 0xfffc) === 0, 'its selector is null');
  if (kind === 'call-gate' || kind === 'interrupt-gate' || kind === 'trap-gate')
    say((high & 0xe0) !== 0, 'bits 5 to 7 of the upper dword are reserved');
  return problems;
}

/** The entries of a table whose bytes begin at its base; an incomplete last one is left out. */
export function decodeTable(bytes: Uint8Array, table: 'gdt' | 'ldt' | 'idt'): Descriptor[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(Math.floor(bytes.length / DESCRIPTOR_SIZE), MAX_ENTRIES);
  return Array.from({ length: count }, (_, index) =>
    decodeDescriptor(
      view.getUint32(index * DESCRIPTOR_SIZE, true),
      view.getUint32(index * DESCRIPTOR_SIZE + 4, true),
      index,
      table,
    ),
  );
}

/** What is wrong with a table's register. */
export function tableProblems(base: number, limit: number): string[] {
  const problems: string[] = [];
  if (limit % DESCRIPTOR_SIZE !== DESCRIPTOR_SIZE - 1)
    problems.push('its limit cuts an entry off: it should be 8 n − 1');
  if (base + limit > 0xffff_ffff) problems.push('it reaches beyond 4 GiB');
  return problems;
}

/** What only the GDT tells of a gate of the IDT: does it lead to code? */
export function gateProblems(gate: Descriptor, gdt: readonly Descriptor[]): string[] {
  if (!gate.present || gate.kind === 'none' || (gate.selector & 0xfffc) === 0) return [];
  // In the LDT: which that will be is not known here.
  if ((gate.selector & 4) !== 0) return [];
  const target = gdt[gate.selector >>> 3];
  const wanted = gate.kind === 'task-gate' ? 'tss' : 'code';
  if (!target || target.kind === 'none') return ['its selector is beyond the GDT, or of an empty entry'];
  if (target.kind !== wanted)
    return [`its selector is of a descriptor of kind ${target.kind}, not ${wanted}`];
  if (!target.present) return ['its code segment is not present'];
  if (wanted === 'code' && gate.offset > target.limit)
    return ['its offset is beyond the limit of the code segment'];
  return [];
}

/** Fields of a 32-bit TSS: name, offset, size in bytes (SDM vol. 3A, figure 7-2). */
const TSS_FIELDS = [
  ['link', 0, 2],
  ['esp0', 4, 4],
  ['ss0', 8, 2],
  ['esp1', 12, 4],
  ['ss1', 16, 2],
  ['esp2', 20, 4],
  ['ss2', 24, 2],
  ['cr3', 28, 4],
  ['eip', 32, 4],
  ['eflags', 36, 4],
  ['eax', 40, 4],
  ['ecx', 44, 4],
  ['edx', 48, 4],
  ['ebx', 52, 4],
  ['esp', 56, 4],
  ['ebp', 60, 4],
  ['esi', 64, 4],
  ['edi', 68, 4],
  ['es', 72, 2],
  ['cs', 76, 2],
  ['ss', 80, 2],
  ['ds', 84, 2],
  ['fs', 88, 2],
  ['gs', 92, 2],
  ['ldt', 96, 2],
  ['trap', 100, 2],
  ['iomap', 102, 2],
] as const;

export type TssField = (typeof TSS_FIELDS)[number][0];

export interface TaskState {
  readonly fields: Readonly<Record<TssField, number>>;
  readonly problems: readonly string[];
}

export const TSS_SIZE = 104;

/** @param limit of its descriptor. `undefined` for bytes that are too few */
export function decodeTss(bytes: Uint8Array, limit: number): TaskState | undefined {
  if (bytes.length < TSS_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = Object.fromEntries(
    TSS_FIELDS.map(([name, at, size]) => [
      name,
      size === 2 ? view.getUint16(at, true) : view.getUint32(at, true),
    ]),
  ) as Record<TssField, number>;
  const problems: string[] = [];
  if ((fields.ss0 & 0xfffc) === 0)
    problems.push('ss0 is null: an interrupt in ring 3 would be an invalid TSS exception');
  else if ((fields.ss0 & 3) !== 0) problems.push('ss0 is no selector of ring 0');
  if (fields.esp0 === 0) problems.push('esp0 is 0');
  if (fields.esp0 % 4 !== 0) problems.push('esp0 is not a multiple of 4');
  if (fields.iomap <= limit && fields.iomap < TSS_SIZE)
    problems.push('the I/O map begins within the task state');
  return { fields, problems };
}
