/** `gdt` and `ldt`: segment descriptors of the selected thread, with what is wrong with them. */
import { DESCRIPTOR_SIZE, tableProblems } from '../descriptor-problems.ts';
import { describeDescriptor } from '../descriptors.ts';
import { readTable, type TableView } from '../descriptor-tables.ts';
import { hex } from '../registers.ts';
import type { Command, ConsoleContext } from './command.ts';
import { type Style, table } from './style.ts';

const command = (name: 'gdt' | 'ldt', help: string): Command => ({
  name,
  usage: name,
  help,
  operand: 'nothing',
  run: async (context) =>
    segmentTable(context, name, await readTable(context.machine, context.coroutine, name)),
});

export const gdt = command('gdt', 'the global descriptor table, with what is wrong in it');
export const ldt = command('ldt', 'the local descriptor table, with what is wrong in it');

function segmentTable({ style }: ConsoleContext, name: 'gdt' | 'ldt', view: TableView | undefined): string {
  if (!view) return 'There is no local descriptor table: LDTR is null.';
  const { entries } = view;
  // The table indicator of a selector.
  const indicator = name === 'ldt' ? 4 : 0;
  const rows = entries.map(({ index, descriptor, problems }) => [
    `  ${style.strong(hex(index * DESCRIPTOR_SIZE + indicator, 4))}`,
    describeDescriptor(descriptor) + problemText(problems, style),
  ]);
  return [...tableHeading(name, view, style), table(rows)].join('\n');
}

export const problemText = (problems: readonly string[], { bad }: Style): string =>
  problems.map((problem) => bad(` ! ${problem}`)).join('');

/** Where a table is, and what is wrong with its register. */
export function tableHeading(name: string, { base, limit, readable }: TableView, { bad }: Style): string[] {
  const lines = [`${name.toUpperCase()} at ${hex(base)}, limit ${hex(limit, 4)}`];
  for (const problem of tableProblems(base, limit)) lines.push(bad(`  ! ${problem}`));
  if (readable <= limit) lines.push(bad(`  ! only ${readable} of its bytes are mapped`));
  return lines;
}
