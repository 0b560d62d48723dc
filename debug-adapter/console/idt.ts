/** `idt`: the gates of interrupts and exceptions, with the names of their handlers. */
import { gateProblems, tableProblems } from '../descriptors.ts';
import { readTable } from '../descriptor-tables.ts';
import { exceptionName } from '../exceptions.ts';
import { symbolText } from '../listing.ts';
import { hex } from '../registers.ts';
import type { Command } from './command.ts';
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
    const { base, limit, entries } = view;
    const only = operands === '' ? undefined : Number(operands);
    const lines = [`IDT at ${hex(base)}, limit ${hex(limit, 4)}, ${entries.length} gates`];
    for (const problem of tableProblems(base, limit)) lines.push(style.bad(`  ! ${problem}`));
    const shown = entries.filter(({ index, kind }) =>
      only === undefined ? kind !== 'none' : index === only,
    );
    lines.push(
      table(
        shown.map((gate) => {
          const handler = symbolText(machine.coroutines, coroutine, gate.offset);
          const problems = [...gate.problems, ...gateProblems(gate, segments)];
          return [
            `  ${hex(gate.index, 2)}`,
            gate.index < 32 ? exceptionName(gate.index) : `interrupt ${hex(gate.index, 2)}`,
            style.strong(gate.kind),
            `DPL ${gate.dpl}`,
            `${hex(gate.selector, 4)}:${hex(gate.offset)}`,
            (handler === undefined ? '' : `<${style.name(handler)}>`) +
              (gate.present ? '' : style.bad(' not present')) +
              problems.map((problem) => style.bad(` ! ${problem}`)).join(''),
          ];
        }),
      ),
    );
    return lines.join('\n');
  },
};
