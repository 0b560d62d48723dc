/**
 * What is wrong with descriptor tables and task states: what the processor would refuse, or what is surely a mistake. Pure.
 *
 * Source: SDM vol. 3A, 3.4.5 (segment descriptors), 3.5 (system descriptors and tables), 6.11 (gates), 7.2 (TSS).
 */
import { decodeDescriptor, type Descriptor, gateProblem, type RawDescriptor } from './descriptors.ts';
import { say, type Sentence } from '../core/sentences/say.ts';

export type TableName = 'gdt' | 'ldt' | 'idt';

export interface TableEntry {
  readonly index: number;
  readonly raw: RawDescriptor;
  readonly descriptor: Descriptor;
  /** Half a sentence each. */
  readonly problems: readonly Sentence[];
}

export const DESCRIPTOR_SIZE = 8;
/** Entries that a limit of 16 bits has room for. */
export const MAX_ENTRIES = 8192;
/** Least limits of task states (SDM vol. 3A, 7.2.2). */
const TSS_LIMIT = { tss16: 0x2b, tss32: 0x67 } as const;
const MEMORY_END = 0xffff_ffff;

/** The entries of a table whose bytes begin at its base. Those of zeros, and an incomplete last one, are left out. */
export function decodeTable(bytes: Uint8Array, table: TableName): TableEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: TableEntry[] = [];
  for (let index = 0; index < MAX_ENTRIES && (index + 1) * DESCRIPTOR_SIZE <= bytes.length; index++) {
    const low = view.getUint32(index * DESCRIPTOR_SIZE, true);
    const high = view.getUint32(index * DESCRIPTOR_SIZE + 4, true);
    if (low === 0 && high === 0) continue;
    entries.push(tableEntry({ low, high }, index, table));
  }
  return entries;
}

/** One entry. */
export function tableEntry(raw: RawDescriptor, index: number, table: TableName): TableEntry {
  const descriptor = decodeDescriptor(raw);
  // Nobody looks at the rest of what is not present: kernels keep data of their own there.
  const problems = descriptor.present ? problemsOf(descriptor, raw.high, index, table) : [];
  return { index, raw, descriptor, problems };
}

function problemsOf(descriptor: Descriptor, high: number, index: number, table: TableName): Sentence[] {
  const { kind } = descriptor;
  const problems: Sentence[] = [];
  const note = (wrong: boolean, text: Sentence) => {
    if (wrong) problems.push(text);
  };
  const throughIdt = kind.startsWith('interrupt') || kind.startsWith('trap');
  note(kind === 'reserved', say`its type is reserved: to use it is a general protection exception`);
  note(table !== 'idt' && throughIdt, say`an interrupt or trap gate belongs into the IDT`);
  note(table === 'gdt' && index === 0, say`entry 0 is never used: a selector of 0 is null`);
  note(table === 'ldt' && (kind === 'ldt' || kind.startsWith('tss')), say`it may stand in the GDT only`);
  if (kind === 'tss16' || kind === 'tss32')
    note(descriptor.limit < TSS_LIMIT[kind], say`its limit is too small for a task state`);
  if (kind === 'code' || kind === 'data') {
    const { base, limit, third } = descriptor;
    const down = kind === 'data' && third;
    note(!down && base + limit > MEMORY_END && limit !== MEMORY_END, say`it reaches beyond 4 GiB`);
    note((high & 0x20_0000) !== 0, say`bit 21 (L) is reserved outside of 64-bit mode`);
  }
  if ('selector' in descriptor) {
    note(table !== 'idt' && (descriptor.selector & 0xfffc) === 0, say`its selector is null`);
    note(kind !== 'task-gate' && (high & 0xe0) !== 0, say`bits 5 to 7 of its upper dword are reserved`);
  }
  return problems;
}

/** What is wrong with a gate of the IDT, with what the GDT says of where it leads. */
export function idtProblems(
  { descriptor, problems }: TableEntry,
  gdt: readonly TableEntry[],
): readonly Sentence[] {
  if (!descriptor.present) return problems;
  const selector = 'selector' in descriptor ? descriptor.selector : 0;
  // What a selector of the LDT will be when the gate is used, nobody knows here.
  if ((selector & 4) !== 0) return problems;
  const target = gdt.find(({ index }) => index === selector >>> 3)?.descriptor;
  // Ring 3 is where every handler can be entered from.
  const problem = gateProblem(descriptor, target, 3);
  if (problem !== undefined) return [...problems, problem];
  const beyond = target && 'limit' in target && 'offset' in descriptor && descriptor.offset > target.limit;
  return beyond && target.kind === 'code'
    ? [...problems, say`its offset is beyond the limit of its code segment`]
    : problems;
}

/** What is wrong with GDTR, IDTR or LDTR. */
export function tableProblems(base: number, limit: number): Sentence[] {
  const problems: Sentence[] = [];
  if (limit % DESCRIPTOR_SIZE !== DESCRIPTOR_SIZE - 1)
    problems.push(say`its limit cuts an entry off: it should be 8 n − 1`);
  if (base + limit > MEMORY_END) problems.push(say`it reaches beyond 4 GiB`);
  return problems;
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

/** Where a field is in the task state, and how many bytes it has. */
export function placeOfField(field: TssField): { readonly offset: number; readonly size: number } {
  const [, offset, size] = TSS_FIELDS.find(([name]) => name === field)!;
  return { offset, size };
}

export interface TaskState {
  readonly fields: Readonly<Record<TssField, number>>;
  readonly problems: readonly Sentence[];
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
  const problems: Sentence[] = [];
  if ((fields.ss0 & 0xfffc) === 0)
    problems.push(say`ss0 is null: an interrupt in ring 3 would be an invalid TSS exception`);
  else if ((fields.ss0 & 3) !== 0) problems.push(say`ss0 is no selector of ring 0`);
  if (fields.esp0 === 0) problems.push(say`esp0 is 0`);
  if (fields.esp0 % 4 !== 0) problems.push(say`esp0 is not a multiple of 4`);
  if (fields.iomap <= limit && fields.iomap < TSS_SIZE)
    problems.push(say`the I/O map begins within the task state`);
  return { fields, problems };
}
