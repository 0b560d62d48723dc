/** `threads`: the coroutines and their tasks, who owns the CPU, and where the others are. */
import { threadOfTask, titleOfTask, whyNotRunning } from '../awareness/awareness.ts';
import { threadOf } from '../coroutines.ts';
import { hex } from '../registers.ts';
import type { Frame } from '../frame.ts';
import { placeText } from './bt.ts';
import type { Command } from './command.ts';
import { expectNothing } from './operands.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

export const threads: Command = {
  name: 'threads',
  usage: 'threads',
  help: say`the threads and where they are; * owns the CPU`,
  operand: 'nothing',
  async run({ machine, session, style, tell }, operands) {
    expectNothing(threads, operands);
    const { coroutines } = machine;
    const rows: string[][] = [];
    const tasks = await session.tasks();
    const placeOf = (top: Frame | undefined) => (top ? `${hex(top.pc)} ${placeText(top, style, tell)}` : '');
    for (const coroutine of coroutines.all) {
      const top = (await machine.stack(coroutine)).find(({ kind }) => kind === 'code');
      const owner = coroutine === coroutines.current;
      const state = owner
        ? tell(say`ring ${coroutines.snapshot.cpu.cpl}`)
        : tell(say`away: ${coroutines.operationOf(coroutine) ?? ''}`);
      rows.push([
        owner ? '*' : ' ',
        String(threadOf(coroutine)),
        style.strong(tell(coroutines.title(coroutine))),
        state,
        placeOf(top),
      ]);
      for (const task of tasks.filter((one) => one.coroutine === coroutine)) {
        const threadId = threadOfTask(task);
        const frames = task.current ? [] : await session.stackOf({ threadId });
        const inner = frames.find(({ kind }) => kind === 'code');
        const doing = tell(task.current ? say`current` : whyNotRunning(task));
        rows.push([' ', String(threadId), tell(titleOfTask(machine, task)), doing, placeOf(inner)]);
      }
    }
    return table(rows);
  },
};
