/** `idt`: the gates of interrupts and exceptions, with the names of their handlers. */
import { idtProblems } from '../descriptor-problems.ts';
import { describeDescriptor } from '../descriptors.ts';
import { readTable } from '../descriptor-tables.ts';
import { exceptionName } from '../exceptions.ts';
import { symbolText } from '../symbol-text.ts';
import { hex } from '../registers.ts';
import type { Command } from './command.ts';
import { problemText, tableHeading } from './gdt.ts';
import { table } from './style.ts';

export const idt: Command = {
  name: 'idt',
  usage: 'idt [VECTOR]',
  help: 'the interrupt descriptor table: gates, handlers, and what is wrong with them',
  operand: 'nothing',
  async run({ machine, coroutine, style }, operands) {
    const view = await readTable(machine, coroutine, 'idt');
    const segments = (await readTable(machine, coroutine, 'gdt'))?.entries ?? [];
    if (!view) return 'There is no interrupt descriptor table.';
    const only = operands === '' ? undefined : Number(operands);
    const shown = view.entries.filter(({ index }) => only === undefined || index === only);
    const rows = shown.map((entry) => {
      const { index, descriptor } = entry;
      const offset = 'offset' in descriptor ? descriptor.offset : 0;
      const handler = symbolText(machine.coroutines, coroutine, offset);
      return [
        `  ${hex(index, 2)}`,
        index < 32 ? exceptionName(index) : `interrupt ${hex(index, 2)}`,
        describeDescriptor(descriptor),
        (handler === undefined ? '' : `<${style.name(handler)}>`) +
          problemText(idtProblems(entry, segments), style),
      ];
    });
    return [...tableHeading('idt', view, style), table(rows)].join('\n');
  },
};
