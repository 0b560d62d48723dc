/** `threads`: the coroutines, who owns the CPU, and where the others are. */
import { threadOf } from '../coroutines.ts';
import { hex } from '../registers.ts';
import { placeText } from './bt.ts';
import type { Command } from './command.ts';
import { table } from './style.ts';

export const threads: Command = {
  name: 'threads',
  usage: 'threads',
  help: 'the threads and where they are; * owns the CPU',
  operand: 'nothing',
  async run({ machine, style }) {
    const { coroutines } = machine;
    const rows: string[][] = [];
    for (const coroutine of coroutines.all) {
      const top = (await machine.stack(coroutine)).find(({ kind }) => kind === 'code');
      const owner = coroutine === coroutines.current;
      const state = owner
        ? `ring ${coroutines.snapshot.cpu.cpl}`
        : `away: ${coroutines.operationOf(coroutine) ?? ''}`;
      rows.push([
        owner ? '*' : ' ',
        String(threadOf(coroutine)),
        style.strong(coroutines.name(coroutine)),
        state,
        top ? `${hex(top.pc)} ${placeText(top, style)}` : '',
      ]);
    }
    return table(rows);
  },
};
