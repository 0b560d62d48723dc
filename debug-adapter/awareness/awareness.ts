/**
 * The tasks of all kernels at one stop, as threads with stacks. Nothing is read before somebody asks, and everything once: made
 * anew for each stop, and when memory is written.
 */
import { joined, say, type Sentence } from '../../core/sentences/say.ts';
import type { OpenEntry } from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Coroutines } from '../coroutines.ts';
import { AdapterError } from '../errors.ts';
import { type MachineClient, MachineError } from '../machine-client.ts';
import type { MemoryCache } from '../memory-cache.ts';
import type { Soon } from '../soon.ts';
import type { Frame } from '../frame.ts';
import { stackOf } from '../stack.ts';
import { expressionsOf, MAX_TASK_ID } from './description.ts';
import type { ImagesInMemory } from '../images-in-memory.ts';
import { descriptionOf } from './descriptions.ts';
import { listTasks, registersOf, type Task, type TaskList } from './tasks.ts';
import { type DescribedKernel, kernelLog, type KernelMemory, kernelMemory } from './kernel-state.ts';
import { kernelValues } from './kernel-values.ts';
import { ListValues } from './list-values.ts';

/** Threads of coroutines are below. */
const FIRST_THREAD = 1000;

/** DAP thread of a task: the same at every stop. */
export const threadOfTask = ({ coroutine, id }: Pick<Task, 'coroutine' | 'id'>): number =>
  FIRST_THREAD + coroutine * (MAX_TASK_ID + 1) + id;

export const isThreadOfTask = (thread: unknown): boolean =>
  typeof thread === 'number' && thread >= FIRST_THREAD;

/** The part of a debuggee that this needs. */
export interface Stopped {
  readonly coroutines: Coroutines;
  readonly memory: MemoryCache;
  readonly request: MachineClient['request'];
  readonly images: ImagesInMemory;
}

/** `guest 0: sh (pid 3)`; what belongs to the kernel stands in brackets, as in ps(1). */
export const titleOfTask = ({ coroutines }: Stopped, { coroutine, id, name, ofKernel }: Task): Sentence =>
  joined([coroutines.shortTitle(coroutine), `${ofKernel ? `[${name}]` : name} (pid ${id})`], ': ');

export class Awareness {
  private listed: Promise<readonly TaskList[]> | undefined;
  /** The tasks at this stop, when somebody has asked. */
  present: readonly Task[] | undefined;
  private readonly stacks = new Map<number, Promise<Frame[]>>();

  constructor(
    private readonly machine: Stopped,
    /** A sentence for the user about a list that is damaged. */
    private readonly note: (problem: Sentence) => void,
    /** What `tasks` has found. */
    public known: readonly Task[],
  ) {}

  /** By coroutine, then in the kernel's order. */
  tasks(): Soon<readonly Task[]> {
    if (!this.isAnyDescribed()) return (this.known = []);
    this.listed ??= this.list();
    return this.listed.then((lists) => (this.present = this.known = lists.flatMap(({ tasks }) => tasks)));
  }

  private isAnyDescribed(): boolean {
    const { coroutines } = this.machine;
    for (const coroutine of coroutines.all)
      if (descriptionOf(coroutines.kernelOf(coroutine)?.image)) return true;
    return false;
  }

  /** Reads from the symbols what the descriptions are about, which takes longer than to read the lists. Needs no stop. */
  prepare(): void {
    for (const coroutine of this.machine.coroutines.all) {
      try {
        const kernel = this.kernelOf(coroutine);
        kernel?.values.prepare(expressionsOf(kernel.description));
      } catch (error) {
        // Whoever asks for the tasks hears of it.
        if (!(error instanceof AdapterError)) throw error;
      }
    }
  }

  private async list(): Promise<readonly TaskList[]> {
    const lists: TaskList[] = [];
    for (const coroutine of this.machine.coroutines.all) {
      const list = await this.tasksOf(coroutine);
      lists.push(list);
      for (const problem of list.problems)
        this.note(say`${this.machine.coroutines.title(coroutine)}: ${problem}`);
    }
    return lists;
  }

  /** What is known of a kernel by its description. @throws AdapterError when it has no such types */
  private kernelOf(coroutine: CoroutineId): DescribedKernel | undefined {
    const { coroutines, memory } = this.machine;
    const description = descriptionOf(coroutines.kernelOf(coroutine)?.image);
    if (!description) return undefined;
    const kernel = kernelValues(coroutines, memory, coroutine);
    return { description, values: new ListValues(kernel, memory, { task: description.type }) };
  }

  /** The memory that a kernel gives out; `undefined` when nothing is known of it. */
  memoryOf(coroutine: CoroutineId): Promise<KernelMemory | undefined> {
    return this.lookAt(coroutine, kernelMemory);
  }

  hasLog(coroutine: CoroutineId): boolean {
    return descriptionOf(this.machine.coroutines.kernelOf(coroutine)?.image)?.log !== undefined;
  }

  /** The end of a kernel's log, whole lines; `undefined` when nothing is known of it. */
  logOf(coroutine: CoroutineId): Promise<string | undefined> {
    return this.lookAt(coroutine, kernelLog);
  }

  /** A kernel that has not begun, or whose memory makes no sense, has nothing to be seen. */
  private async lookAt<T>(
    coroutine: CoroutineId,
    look: (kernel: DescribedKernel) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    try {
      const kernel = this.kernelOf(coroutine);
      return kernel && (await look(kernel));
    } catch (error) {
      if (!(error instanceof MachineError || error instanceof AdapterError)) throw error;
      return undefined;
    }
  }

  private async tasksOf(coroutine: CoroutineId): Promise<TaskList> {
    const description = descriptionOf(this.machine.coroutines.kernelOf(coroutine)?.image);
    if (!description) return { tasks: [], problems: [] };
    try {
      const kernel = this.kernelOf(coroutine);
      return kernel ? await listTasks(coroutine, description, kernel.values) : { tasks: [], problems: [] };
    } catch (error) {
      // Its memory cannot be asked for: a guest that has not begun, or a machine that runs again.
      if (error instanceof MachineError) return { tasks: [], problems: [] };
      if (!(error instanceof AdapterError)) throw error;
      return { tasks: [], problems: [say`It looks like ${description.name}, but is not: ${error.sentence}`] };
    }
  }

  /** The rows of the call stack of a task that is not running. */
  stack(task: Task): Promise<Frame[]> {
    const thread = threadOfTask(task);
    const known = this.stacks.get(thread) ?? this.unwind(task);
    this.stacks.set(thread, known);
    return known;
  }

  private async unwind(task: Task): Promise<Frame[]> {
    const { coroutines, memory, request, images } = this.machine;
    const { coroutine } = task;
    const entries: readonly OpenEntry[] = await request('openEntries', { coroutine }).then(
      (answer) => answer.entries,
      () => [],
    );
    await images.look(coroutine, task.cr3);
    const read = memory.reader(coroutine, task.cr3);
    return memory.compute(() =>
      stackOf(coroutines, coroutine, read, entries, undefined, {
        cr3: task.cr3,
        registers: registersOf(task, read),
        why: whyNotRunning(task),
      }),
    );
  }
}

/** `not running: PROCESS_SLEEPING, waits for child` */
export function whyNotRunning({ state, waitsFor }: Task): Sentence {
  return waitsFor === undefined
    ? say`not running: ${state}`
    : say`not running: ${state}, waits for ${waitsFor}`;
}
