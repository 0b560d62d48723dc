/** `idt`: the gates of interrupts and exceptions, with the names of their handlers. */
import { idtProblems } from '../descriptor-problems.ts';
import { describeDescriptor, entryPointOf } from '../descriptors.ts';
import { readTable } from '../descriptor-tables.ts';
import { exceptionName } from '../exceptions.ts';
import { symbolText } from '../symbol-text.ts';
import { hex } from '../registers.ts';
import { AdapterError } from '../errors.ts';
import type { Command, ConsoleContext } from './command.ts';
import { numberOf } from './operands.ts';
import { problemText, tableHeading } from './gdt.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

const MOST_VECTOR = 0xff;

/** @throws AdapterError */
async function vectorOf(context: ConsoleContext, text: string): Promise<number> {
  const vector = await numberOf(context, text);
  if (vector > MOST_VECTOR)
    throw new AdapterError('bad-command', say`${hex(vector, 2)} is no vector: it has 8 bits.`);
  return vector;
}

export const idt: Command = {
  name: 'idt',
  usage: 'idt [VECTOR]',
  help: say`the interrupt descriptor table: gates, handlers, and what is wrong with them`,
  operand: 'expression',
  async run(context, operands) {
    const { machine, coroutine, style, tell } = context;
    const view = await readTable(machine, coroutine, 'idt');
    const segments = (await readTable(machine, coroutine, 'gdt'))?.entries ?? [];
    if (!view) return tell(say`There is no interrupt descriptor table.`);
    const only = operands === '' ? undefined : await vectorOf(context, operands);
    const shown = view.entries.filter(({ index }) => only === undefined || index === only);
    if (only !== undefined && shown.length === 0)
      throw new AdapterError('bad-command', say`Vector ${hex(only, 2)} has no gate.`);
    const rows = shown.map((entry) => {
      const { index, descriptor } = entry;
      const target = entryPointOf(descriptor);
      const handler = target === undefined ? undefined : symbolText(machine.coroutines, coroutine, target);
      return [
        `  ${hex(index, 2)}`,
        tell(index < 32 ? exceptionName(index) : say`interrupt ${hex(index, 2)}`),
        tell(describeDescriptor(descriptor)),
        (handler === undefined ? '' : `<${style.name(handler)}>`) +
          problemText(idtProblems(entry, segments), context),
      ];
    });
    return [...tableHeading('idt', view, context), table(rows)].join('\n');
  },
};
