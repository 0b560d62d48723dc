/** `tss`: the task state that TR names: where interrupts find their stack. */
import { readTaskState } from '../descriptor-tables.ts';
import { symbolText } from '../symbol-text.ts';
import { hex } from '../registers.ts';
import type { Command } from './command.ts';
import { expectNothing } from './operands.ts';
import { table } from './style.ts';
import { isSentence, say } from '../../core/sentences/say.ts';

/** Shown always; the others only when they are not 0. */
const IMPORTANT: ReadonlySet<string> = new Set(['esp0', 'ss0', 'cr3', 'iomap']);

export const tss: Command = {
  name: 'tss',
  usage: 'tss',
  help: say`the task state segment of TR: stacks of rings, and what is wrong with it`,
  operand: 'nothing',
  async run({ machine, coroutine, style, tell }, operands) {
    expectNothing(tss, operands);
    const found = await readTaskState(machine, coroutine);
    if (isSentence(found)) return tell(found);
    const { selector, base, limit, state } = found;
    const rows = Object.entries(state.fields)
      .filter(([name, value]) => value !== 0 || IMPORTANT.has(name))
      .map(([name, value]) => {
        const symbol = symbolText(machine.coroutines, coroutine, value);
        return [`  ${style.name(name)}`, hex(value), symbol === undefined ? '' : `<${symbol}>`];
      });
    return [
      tell(say`TSS ${hex(selector, 4)} at ${hex(base)}, limit ${hex(limit)}`),
      table(rows),
      ...state.problems.map((problem) => style.bad(`  ! ${tell(problem)}`)),
    ].join('\n');
  },
};
