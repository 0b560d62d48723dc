/** Descriptor tables and the task state of a thread: looked at and changed (docs/protocol.md). Writes go the way of all writes to memory. */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { DescriptorBody } from '../custom-protocol.ts';
import type { Debuggee } from '../debuggee.ts';
import {
  DESCRIPTOR_SIZE,
  idtProblems,
  placeOfField,
  type TableEntry,
  tableEntry,
  type TableName,
  tableProblems,
} from '../descriptor-problems.ts';
import { readTable, readTaskState, type TableView } from '../descriptor-tables.ts';
import { describeDescriptor, entryPointOf } from '../descriptors.ts';
import { AdapterError } from '../errors.ts';
import { isSentence, say, type Sentence, tell } from '../../core/sentences/say.ts';
import type { Call } from '../protocol.ts';
import { hex } from '../registers.ts';
import type { SessionContext } from '../session-context.ts';
import { symbolText } from '../symbol-text.ts';
import type { Handlers } from './handler.ts';

/** @throws AdapterError where there is no such table */
async function tableOf(machine: Debuggee, coroutine: CoroutineId, name: TableName): Promise<TableView> {
  const view = await readTable(machine, coroutine, name);
  if (!view) throw new AdapterError('bad-request', say`The thread has no ${name.toUpperCase()}.`);
  return view;
}

const inWords = ({ translate }: SessionContext, problems: readonly Sentence[]) =>
  problems.map((problem) => tell(problem, translate));

/** How entries of a table are told. @param gdt what the selectors of gates name */
function telling(
  context: SessionContext,
  coroutine: CoroutineId,
  table: TableName,
  gdt: readonly TableEntry[],
) {
  const { coroutines } = context.machine();
  return (entry: TableEntry): DescriptorBody => {
    const { index, raw, descriptor, problems } = entry;
    const target = entryPointOf(descriptor);
    const handler = target === undefined ? undefined : symbolText(coroutines, coroutine, target);
    return {
      index,
      ...raw,
      text: tell(describeDescriptor(descriptor), context.translate),
      ...(target !== undefined && { target }),
      ...(handler !== undefined && { handler }),
      problems: inWords(context, table === 'idt' ? idtProblems(entry, gdt) : problems),
    };
  };
}

const gdtOf = async (machine: Debuggee, coroutine: CoroutineId, table: TableName) =>
  table === 'idt' ? ((await readTable(machine, coroutine, 'gdt'))?.entries ?? []) : [];

/** Writes all of `bytes`, or nothing, and tells clients. */
async function write(
  context: SessionContext,
  coroutine: CoroutineId,
  address: number,
  bytes: Uint8Array,
  call: Call,
): Promise<void> {
  const machine = context.machine();
  const space = { kind: 'coroutine', coroutine } as const;
  const there = await machine.request('readMemory', { space, address, length: bytes.length });
  if (there.bytes.length < bytes.length)
    throw new AdapterError(
      'bad-address',
      say`The entry at ${hex(address)} is not mapped: nothing was written.`,
    );
  await machine.request('writeMemory', { space, address, bytes });
  machine.forget();
  const memoryReference = machine.coroutines.referenceOf(coroutine, address, true);
  call.afterAnswer(() => {
    context.changed(false, [{ memoryReference, offset: 0, count: bytes.length }]);
  });
}

export const descriptors = {
  async 'colinux/descriptors'(context, args) {
    context.looking();
    const machine = context.machine();
    const coroutine = context.thread(args);
    const { base, limit, entries } = await tableOf(machine, coroutine, args.table);
    const told = telling(context, coroutine, args.table, await gdtOf(machine, coroutine, args.table));
    return {
      base,
      limit,
      problems: inWords(context, tableProblems(base, limit)),
      entries: entries.map(told),
    };
  },

  async 'colinux/setDescriptor'(context, args, call) {
    context.looking();
    const machine = context.machine();
    const coroutine = context.thread(args);
    const { table, index, low, high, checkOnly = false } = args;
    const { base, limit } = await tableOf(machine, coroutine, table);
    const count = Math.floor((limit + 1) / DESCRIPTOR_SIZE);
    if (index < 0 || index >= count)
      throw new AdapterError(
        'bad-request',
        say`The ${table.toUpperCase()} has entries 0 to ${count - 1}, not ${index}.`,
      );
    const entry = tableEntry({ low: low >>> 0, high: high >>> 0 }, index, table);
    if (!checkOnly) {
      const bytes = new Uint8Array(Uint32Array.of(entry.raw.low, entry.raw.high).buffer);
      await write(context, coroutine, (base + index * DESCRIPTOR_SIZE) >>> 0, bytes, call);
    }
    return telling(context, coroutine, table, await gdtOf(machine, coroutine, table))(entry);
  },

  async 'colinux/taskState'(context, args) {
    context.looking();
    return taskState(context, context.thread(args));
  },

  async 'colinux/setTaskField'(context, args, call) {
    context.looking();
    const coroutine = context.thread(args);
    const { base } = await taskState(context, coroutine);
    const { offset, size } = placeOfField(args.field);
    const { value } = args;
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size))
      throw new AdapterError('bad-request', say`${args.field} takes a whole number of ${8 * size} bits.`);
    const bytes = new Uint8Array(Uint32Array.of(value).buffer, 0, size);
    await write(context, coroutine, (base + offset) >>> 0, bytes, call);
    return taskState(context, coroutine);
  },
} satisfies Handlers;

async function taskState(context: SessionContext, coroutine: CoroutineId) {
  const found = await readTaskState(context.machine(), coroutine);
  if (isSentence(found)) throw new AdapterError('bad-address', found);
  const { selector, base, limit, state } = found;
  const { fields, problems } = state;
  return { selector, base, limit, fields, problems: inWords(context, problems) };
}
