/** The task type `colinux`: its definition as package.json tells VS Code of it, typed by what the provider reads. */

import type { AttributeSchema } from './debugger.ts';
import { MEMORY } from '../launch/options.ts';
import { TASK_TYPE } from './names.ts';
import { text } from './text.ts';

/** What tasks.json may say of a task of ours. */
export interface ColinuxTask {
  task: 'build' | 'clean' | 'test' | 'run';
  folder?: string;
  target?: string;
  kernel?: string;
  config?: string;
  cmdline?: string;
  memory?: number;
}

export const TASKS = ['build', 'clean', 'test', 'run'] as const satisfies readonly ColinuxTask['task'][];

const describe = (property: keyof ColinuxTask, english: string) => text(`task.${property}`, english);

const properties: { [K in keyof Required<ColinuxTask>]: TaskSchema<Required<ColinuxTask>[K]> } = {
  task: {
    type: 'string',
    enum: TASKS,
    description: describe(
      'task',
      'build, clean and test run make in a folder; run boots a kernel on the emulated PC without a debugger and shows its serial port.',
    ),
  },
  folder: {
    type: 'string',
    description: describe('folder', 'Folder of the Makefile, from the workspace folder.'),
  },
  target: {
    type: 'string',
    description: describe('target', 'Targets and variables for make, instead of those of the task.'),
  },
  kernel: {
    type: 'string',
    description: describe('kernel', 'The kernel to run: a cooperative guest or any multiboot 1 kernel.'),
  },
  config: {
    type: 'string',
    description: describe('config', 'The coLinux configuration file to run.'),
  },
  cmdline: { type: 'string', description: describe('cmdline', 'Command line of the kernel to run.') },
  memory: {
    type: 'integer',
    minimum: MEMORY.min,
    maximum: MEMORY.max,
    description: describe('memory', 'Memory of the machine in MiB.'),
  },
};

/** The schema of a launch option, with the plain description that definitions of tasks have. */
type TaskSchema<T> = Omit<AttributeSchema<T>, 'markdownDescription'> & { description: string };

export const taskDefinitions = [{ type: TASK_TYPE, required: ['task'], properties }];
