/** `gdt` and `ldt`: segment descriptors of the selected thread, with what is wrong with them. */
import type { Descriptor } from '../descriptors.ts';
import { tableProblems } from '../descriptors.ts';
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
  const { base, limit, entries, readable } = view;
  const used = entries.filter(({ kind, problems }) => kind !== 'none' || problems.length > 0);
  const indicator = name === 'ldt' ? 4 : 0;
  const lines = [`${name.toUpperCase()} at ${hex(base)}, limit ${hex(limit, 4)}, ${entries.length} entries`];
  for (const problem of tableProblems(base, limit)) lines.push(style.bad(`  ! ${problem}`));
  if (readable <= limit) lines.push(style.bad(`  ! only ${readable} of its bytes are mapped`));
  lines.push(table(used.map((entry) => row(entry, indicator, style))));
  return lines.join('\n');
}

function row(entry: Descriptor, indicator: number, style: Style): string[] {
  const { index, kind, present, dpl, base, limit, selector, offset, attributes, problems } = entry;
  const place =
    kind === 'call-gate' || kind === 'task-gate'
      ? `${hex(selector, 4)}:${hex(offset)}`
      : `base ${hex(base)} limit ${hex(limit)}`;
  return [
    `  ${hex(index * 8 + indicator, 4)}`,
    style.strong(kind),
    `DPL ${dpl}`,
    place,
    [...(present ? [] : [style.bad('not present')]), ...attributes].join(' ') +
      problems.map((problem) => style.bad(` ! ${problem}`)).join(''),
  ];
}
