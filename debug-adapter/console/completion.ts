/** What may be typed next in the debug console: names of commands, and behind most of them an expression. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { SessionContext } from '../session-context.ts';
import { completeExpression } from '../values/completion.ts';
import { COMMANDS } from './console.ts';
import { tell } from '../../core/sentences/say.ts';

type Completion = DebugProtocol.CompletionItem & { readonly start: number };

/** @param column offset of the cursor in the line */
export async function completeLine(
  context: SessionContext,
  line: string,
  column: number,
  frameId: number | undefined,
): Promise<Completion[]> {
  const before = line.slice(0, Math.max(0, column));
  const [, forced = '', name = '', space] = /^\s*(:?)([a-z-]*)(?:\/\w*)?(\s+)?/.exec(before) ?? [];
  const command = COMMANDS.find((one) => one.name === name);
  if (command && space !== undefined && command.operand === 'nothing') return [];
  if (command && space !== undefined && command.operand === 'command') return commands(context, before, '');
  const first = /^\s*:?[a-z-]*$/.test(before) ? commands(context, before, forced) : [];
  // Nothing but a command can follow a colon.
  if (forced !== '' && space === undefined) return first;
  return [...first, ...(await expressions(context, line, column, command && space !== undefined, frameId))];
}

/** The commands that begin with the last word. */
function commands({ translate }: SessionContext, before: string, forced: string): Completion[] {
  const word = /[a-z-]*$/.exec(before)?.[0] ?? '';
  const start = before.length - word.length;
  return COMMANDS.filter(({ name }) => name.startsWith(word)).map(({ name, help }) => ({
    label: name,
    detail: tell(help, translate),
    type: 'function',
    start,
    length: word.length,
    // Commands come first where an expression could stand too.
    sortText: `${forced === '' ? '0' : ''}${name}`,
  }));
}

async function expressions(
  context: SessionContext,
  line: string,
  column: number,
  behindCommand: boolean | undefined,
  frameId: number | undefined,
): Promise<Completion[]> {
  context.looking();
  const frame = await context.evaluationFrame(frameId);
  if (!frame) return [];
  const source = context.looking().scopeOf(frame);
  // The command itself is no part of the expression: in its place stands white space.
  const text = behindCommand ? line.replace(/^\s*\S+/, (all) => ' '.repeat(all.length)) : line;
  return context.machine().memory.compute(() => completeExpression(text, column, source));
}
