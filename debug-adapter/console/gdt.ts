/** `gdt` and `ldt`: segment descriptors of the selected thread, with what is wrong with them. */
import { DESCRIPTOR_SIZE, tableProblems } from '../descriptor-problems.ts';
import { describeDescriptor } from '../descriptors.ts';
import { readTable, type TableView } from '../descriptor-tables.ts';
import { hex } from '../registers.ts';
import type { Command, ConsoleContext } from './command.ts';
import { table } from './style.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

const command = (name: 'gdt' | 'ldt', help: Sentence): Command => ({
  name,
  usage: name,
  help,
  operand: 'nothing',
  run: async (context) =>
    segmentTable(context, name, await readTable(context.machine, context.coroutine, name)),
});

export const gdt = command('gdt', say`the global descriptor table, with what is wrong in it`);
export const ldt = command('ldt', say`the local descriptor table, with what is wrong in it`);

function segmentTable(context: ConsoleContext, name: 'gdt' | 'ldt', view: TableView | undefined): string {
  const { style, tell } = context;
  if (!view) return tell(say`There is no local descriptor table: LDTR is null.`);
  const { entries } = view;
  // The table indicator of a selector.
  const indicator = name === 'ldt' ? 4 : 0;
  const rows = entries.map(({ index, descriptor, problems }) => [
    `  ${style.strong(hex(index * DESCRIPTOR_SIZE + indicator, 4))}`,
    tell(describeDescriptor(descriptor)) + problemText(problems, context),
  ]);
  return [...tableHeading(name, view, context), table(rows)].join('\n');
}

export const problemText = (problems: readonly Sentence[], { style, tell }: ConsoleContext): string =>
  problems.map((problem) => style.bad(` ! ${tell(problem)}`)).join('');

/** Where a table is, and what is wrong with its register. */
export function tableHeading(
  name: string,
  { base, limit, readable }: TableView,
  { style, tell }: ConsoleContext,
): string[] {
  const lines = [tell(say`${name.toUpperCase()} at ${hex(base)}, limit ${hex(limit, 4)}`)];
  const problems = tableProblems(base, limit);
  if (readable <= limit) problems.push(say`only ${readable} of its bytes are mapped`);
  for (const problem of problems) lines.push(style.bad(`  ! ${tell(problem)}`));
  return lines;
}
