/** Descriptor tables and task state of a coroutine, read from its memory, whether or not it owns the CPU. */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Debuggee } from './debuggee.ts';
import {
  decodeTable,
  decodeTss,
  DESCRIPTOR_SIZE,
  MAX_ENTRIES,
  type TableEntry,
  type TableName,
  type TaskState,
  TSS_SIZE,
} from './descriptor-problems.ts';
import { hex } from './registers.ts';
import { say, type Sentence } from '../core/sentences/say.ts';

export interface TableView {
  readonly base: number;
  readonly limit: number;
  /** Bytes of it that are mapped. */
  readonly readable: number;
  readonly entries: readonly TableEntry[];
}

interface Span {
  readonly base: number;
  readonly limit: number;
}

const SEGMENTS = { ldtr: 6, tr: 7 } as const;

/** `undefined` where there is no such table. */
export async function readTable(
  machine: Debuggee,
  coroutine: CoroutineId,
  name: TableName,
): Promise<TableView | undefined> {
  const span =
    name === 'ldt'
      ? await systemSegment(machine, coroutine, 'ldtr')
      : tableRegister(machine, coroutine, name);
  if (!span) return undefined;
  const size = Math.min(span.limit + 1, MAX_ENTRIES * DESCRIPTOR_SIZE);
  const bytes = await read(machine, coroutine, span.base, size);
  return { ...span, readable: bytes.length, entries: decodeTable(bytes, name) };
}

/** The task state that TR names; a sentence when there is none. */
export async function readTaskState(
  machine: Debuggee,
  coroutine: CoroutineId,
): Promise<(Span & { readonly selector: number; readonly state: TaskState }) | Sentence> {
  const span = await systemSegment(machine, coroutine, 'tr');
  if (!span) return say`There is no task state: TR is null.`;
  const state = decodeTss(await read(machine, coroutine, span.base, TSS_SIZE), span.limit);
  return state ? { ...span, state } : say`The task state at ${hex(span.base)} is not mapped.`;
}

async function read(
  { request }: Debuggee,
  coroutine: CoroutineId,
  address: number,
  length: number,
): Promise<Uint8Array> {
  const most = Math.min(length, 0x1_0000_0000 - address);
  return (await request('readMemory', { space: { kind: 'coroutine', coroutine }, address, length: most }))
    .bytes;
}

function tableRegister(
  { coroutines }: Debuggee,
  coroutine: CoroutineId,
  name: 'gdt' | 'idt',
): Span | undefined {
  if (coroutine === coroutines.current) return coroutines.snapshot.cpu[name];
  const saved = coroutines.savedState(coroutine);
  if (!saved) return undefined;
  return name === 'gdt'
    ? { base: saved.gdtBase, limit: saved.gdtLimit }
    : { base: saved.idtBase, limit: saved.idtLimit };
}

/** Of the CPU the hidden part of the register counts; a coroutine that is away loads it from its GDT again. */
async function systemSegment(
  machine: Debuggee,
  coroutine: CoroutineId,
  name: keyof typeof SEGMENTS,
): Promise<(Span & { readonly selector: number }) | undefined> {
  const { coroutines } = machine;
  if (coroutine === coroutines.current) {
    const segment = coroutines.snapshot.cpu.segments[SEGMENTS[name]];
    return segment && (segment.selector & 0xfffc) !== 0 ? segment : undefined;
  }
  const saved = coroutines.savedState(coroutine);
  const selector = (name === 'tr' ? saved?.tr : saved?.ldt) ?? 0;
  if ((selector & 0xfffc) === 0) return undefined;
  const gdt = await readTable(machine, coroutine, 'gdt');
  const entry = gdt?.entries.find(({ index }) => index === selector >>> 3)?.descriptor;
  return entry && 'base' in entry ? { selector, base: entry.base, limit: entry.limit } : undefined;
}
