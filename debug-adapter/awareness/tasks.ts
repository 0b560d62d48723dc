/**
 * The tasks of a kernel at a stop, by a description of it. The list is in memory that anything may have overwritten: it is
 * bounded, a list that runs in a circle ends, and what makes no sense is left out; the reason is told.
 */
import { isSentence, say, type Sentence } from '../../core/sentences/say.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import { AdapterError } from '../errors.ts';
import type { SyncReader } from '../memory-cache.ts';
import { I386 } from '../symbols/constants.ts';
import type { Registers } from '../symbols/location.ts';
import { hexAddress } from '../values/text.ts';
import { type KernelDescription, MAX_TASK_ID } from './description.ts';
import type { Items, ListValues } from './list-values.ts';
import { walkList } from './walk-list.ts';

export interface Task {
  readonly coroutine: CoroutineId;
  readonly id: number;
  readonly name: string;
  /** What its kernel says it does, and what it waits for. */
  readonly state: string;
  readonly waitsFor: string | undefined;
  /** Its registers are those of the coroutine. */
  readonly current: boolean;
  readonly ofKernel: boolean;
  /** Physical address of its page directory. */
  readonly cr3: number;
  /** Where the switch has left its registers, and which. */
  readonly stackPointer: number;
  readonly pushed: KernelDescription['pushed'];
}

export interface TaskList {
  readonly tasks: readonly Task[];
  /** What is wrong with the list, one sentence each. */
  readonly problems: readonly Sentence[];
}

/** Most sentences about a list. */
const MAX_PROBLEMS = 8;
/** Bits of CR3 that say where the page directory is (SDM vol. 3A, 4.3). */
const DIRECTORY = 0xffff_f000;

export async function listTasks(
  coroutine: CoroutineId,
  description: KernelDescription,
  values: ListValues,
): Promise<TaskList> {
  const tasks: Task[] = [];
  const ids = new Set<number>();
  const problems: Sentence[] = [];
  const note = (problem: Sentence) => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  try {
    for await (const at of walkList({ ...description, item: 'task', noun: 'tasks' }, values, {}, note)) {
      const task = await taskAt(at, coroutine, description, values, ids).catch(reasonOf);
      if (isSentence(task)) note(say`The task at ${hexAddress(at)} is left out: ${task}`);
      else if (task) tasks.push(task);
    }
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    note(say`The list of tasks ends after ${tasks.length}: ${error.sentence}`);
  }
  return { tasks, problems };
}

/**
 * @param ids of the tasks before
 * @returns why it is none, or nothing for a place that is free
 * @throws AdapterError for memory that cannot be read
 */
async function taskAt(
  at: number,
  coroutine: CoroutineId,
  description: KernelDescription,
  values: ListValues,
  ids: Set<number>,
): Promise<Task | Sentence | undefined> {
  const { present, id, label, state, waitsFor, current, directory, ofKernel, stackPointer, pushed } =
    description;
  const items = { task: at };
  if (present !== undefined && !(await values.holds(present, items))) return undefined;
  const number = await values.number(id, items);
  if (number > MAX_TASK_ID) return say`Its id ${number} is too large.`;
  if (ids.has(number)) return say`Its id ${number} is taken.`;
  ids.add(number);
  return {
    coroutine,
    id: number,
    name: (await values.text(label, items)) ?? '?',
    state: await values.enumerator(state, items),
    waitsFor: waitsFor === undefined ? undefined : await waitOf(waitsFor, items, values),
    current: await values.holds(current, items),
    ofKernel: await values.holds(ofKernel, items),
    cr3: ((await values.number(directory, items)) & DIRECTORY) >>> 0,
    stackPointer: await values.number(stackPointer, items),
    pushed,
  };
}

/** Why a task could not be read. */
function reasonOf(error: unknown): Sentence {
  if (error instanceof AdapterError) return error.sentence;
  throw error;
}

/** A pointer to nowhere says nothing about the task: it goes without. */
async function waitOf(source: string, items: Items, values: ListValues): Promise<string | undefined> {
  try {
    return await values.text(source, items);
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    return '?';
  }
}

/**
 * The registers of a task that is not running, by DWARF number. Inside `MemoryCache.compute`.
 * @returns `undefined` when its stack cannot be read
 */
export function registersOf({ stackPointer, pushed }: Task, read: SyncReader): Registers | undefined {
  const size = pushed.length * 4;
  const bytes = read(stackPointer, size);
  if (!bytes || bytes.length < size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const registers = new Array<number | undefined>(10).fill(undefined);
  pushed.forEach((name, n) => {
    registers[I386[name]] = view.getUint32(n * 4, true);
  });
  registers[I386.esp] = (stackPointer + size) >>> 0;
  return registers;
}
