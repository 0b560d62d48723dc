/**
 * The task that a step has begun in. One that ends does not come back, and the step would run on for ever: while the machine runs, its kernel's
 * list of tasks is read now and then, and a step without its task is given up. Only kernels whose tasks are known (docs/awareness.md), and
 * only steps at whose beginning somebody has asked for them.
 */
import { Awareness, titleOfTask } from './awareness/awareness.ts';
import type { Task } from './awareness/tasks.ts';
import type { Debuggee } from './debuggee.ts';
import { MemoryCache } from './memory-cache.ts';

/** A step takes so long before its task is looked for, and from then on so long between two looks. */
const LOOK_MS = 300;
/** What kernels call the state of a task that has ended and whose parent has not heard of it. */
const DEAD = /zombie|dead|exit/i;

const isThere = (task: Task, tasks: readonly Task[]): boolean =>
  tasks.some(
    ({ coroutine, id, name, state }) =>
      coroutine === task.coroutine && id === task.id && name === task.name && !DEAD.test(state),
  );

export class SteppedTask {
  private step: { readonly task: Task; readonly debuggee: Debuggee; lookedAt: number } | undefined;

  /** A step begins. @param tasks at the stop, if they are known */
  begin(debuggee: Debuggee, tasks: readonly Task[] = []): void {
    const { current } = debuggee.coroutines;
    const task = tasks.find((one) => one.current && one.coroutine === current);
    this.step = task && { task, debuggee, lookedAt: Date.now() };
  }

  /** What runs now is no step. */
  forget(): void {
    this.step = undefined;
  }

  /** The machine tells that it runs. */
  look(): void {
    const { step } = this;
    if (!step?.debuggee.running || Date.now() - step.lookedAt < LOOK_MS) return;
    // Not while the list is being read.
    step.lookedAt = Infinity;
    void this.lookAt(step).catch(() => undefined);
  }

  private async lookAt(step: NonNullable<typeof this.step>): Promise<void> {
    const { task, debuggee } = step;
    const { coroutines, request, images } = debuggee;
    const machine = {
      coroutines,
      request,
      images,
      memory: new MemoryCache({ request, known: () => undefined }),
    };
    // What is read while the kernel changes it may be damaged: of that nothing is told, and it is read again.
    let isWhole = true;
    const note = () => {
      isWhole = false;
    };
    const tasks = await new Awareness(machine, note, []).tasks();
    step.lookedAt = Date.now();
    if (this.step !== step || !debuggee.running || !isWhole || tasks.length === 0) return;
    if (isThere(task, tasks)) return;
    this.step = undefined;
    debuggee.steps.taskEnded(titleOfTask(machine, task));
    await debuggee.pause();
  }
}
