/**
 * What a description of a kernel says: by which symbols it is recognised, and how its tasks are found, as C expressions over its
 * own variables and types. In those about one task `task` is a pointer to it. Plain data: a further kernel is one more
 * description (docs/awareness.md).
 */
import type { I386 } from '../symbols/constants.ts';

export interface KernelDescription {
  readonly name: string;
  /** Symbols that its image has, all of them, and images of other kernels have not. */
  readonly symbols: readonly string[];
  /** What a task is, as a type: `struct process`. */
  readonly type: string;
  /** Pointer to the first task; null when there is none. */
  readonly first: string;
  /** Pointer to the task behind `task`; null or the first one again at the end. */
  readonly next: string;
  /** Is there a task in this place? Absent: there always is. */
  readonly present?: string;
  /** A whole number from 0 to `MAX_TASK_ID` that no other task has. */
  readonly id: string;
  /** An array of characters or a pointer to some. */
  readonly label: string;
  /** A number or an enumerator. */
  readonly state: string;
  /** What it waits for, as text; a null pointer when it does not. */
  readonly waitsFor?: string;
  /** Does it have the processor whenever its kernel has? */
  readonly current: string;
  /** Physical address of its page directory, CR3. */
  readonly directory: string;
  /** Does it belong to the kernel, without a program in ring 3? */
  readonly ofKernel: string;
  /** ESP that was put away when it lost the processor. */
  readonly stackPointer: string;
  /** What the switch has pushed: the dwords from there upwards. What it leaves out is not known. */
  readonly pushed: readonly (keyof typeof I386)[];
  /** Memory that the kernel gives out, in bytes. */
  readonly memory?: { readonly total: string; readonly free: string };
  /** Its log: an array of characters that is written round and round, and how many have been written since boot. */
  readonly log?: { readonly ring: string; readonly written: string };
}

export const MAX_TASK_ID = 0xff_ffff;

/** The expressions about tasks. */
export function expressionsOf(description: KernelDescription): readonly string[] {
  const { first, next, present, id, label, state, waitsFor, current } = description;
  const { directory, ofKernel, stackPointer } = description;
  return [
    first,
    next,
    present,
    id,
    label,
    state,
    waitsFor,
    current,
    directory,
    ofKernel,
    stackPointer,
  ].filter((source) => source !== undefined);
}
