/** `gdt` and `ldt`: segment descriptors of the selected thread, with what is wrong with them. */
import { DESCRIPTOR_SIZE, tableProblems } from '../descriptor-problems.ts';
import { describeDescriptor } from '../descriptors.ts';
import { readTable, type TableView } from '../descriptor-tables.ts';
import { hex } from '../registers.ts';
import { AdapterError } from '../errors.ts';
import type { Command, ConsoleContext } from './command.ts';
import { numberOf } from './operands.ts';
import { table } from './style.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

const command = (name: 'gdt' | 'ldt', help: Sentence): Command => ({
  name,
  usage: `${name} [SELECTOR]`,
  help,
  operand: 'expression',
  async run(context, operands) {
    const view = await readTable(context.machine, context.coroutine, name);
    if (!view) return context.tell(say`There is no local descriptor table: LDTR is null.`);
    const only = operands === '' ? undefined : await indexOf(context, operands, name, view);
    return segmentTable(context, name, view, only);
  },
});

export const gdt = command('gdt', say`the global descriptor table, with what is wrong in it`);
export const ldt = command('ldt', say`the local descriptor table, with what is wrong in it`);

// The table indicator of a selector.
const indicatorOf = (name: 'gdt' | 'ldt') => (name === 'ldt' ? 4 : 0);

/** The place in a table that a selector means, whatever its RPL. @throws AdapterError unless there is a descriptor in that table */
async function indexOf(
  context: ConsoleContext,
  text: string,
  name: 'gdt' | 'ldt',
  { limit, entries }: TableView,
): Promise<number> {
  const selector = await numberOf(context, text);
  const title = hex(selector, 4);
  if (selector > 0xffff) throw new AdapterError('bad-command', say`${title} is no selector: it has 16 bits.`);
  if ((selector & 4) !== indicatorOf(name))
    throw new AdapterError(
      'bad-command',
      name === 'gdt' ? say`${title} is a selector of the LDT.` : say`${title} is a selector of the GDT.`,
    );
  const index = selector >>> 3;
  if (index * DESCRIPTOR_SIZE + DESCRIPTOR_SIZE - 1 > limit)
    throw new AdapterError('bad-command', say`${title} lies beyond the limit, ${hex(limit, 4)}.`);
  if (!entries.some((entry) => entry.index === index))
    throw new AdapterError('bad-command', say`Nothing is at ${title}: zeros, or it is not mapped.`);
  return index;
}

/** @param only the place of the only entry that is shown */
function segmentTable(
  context: ConsoleContext,
  name: 'gdt' | 'ldt',
  view: TableView,
  only: number | undefined,
): string {
  const { style, tell } = context;
  const shown = view.entries.filter(({ index }) => only === undefined || index === only);
  const rows = shown.map(({ index, descriptor, problems }) => [
    `  ${style.strong(hex(index * DESCRIPTOR_SIZE + indicatorOf(name), 4))}`,
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
