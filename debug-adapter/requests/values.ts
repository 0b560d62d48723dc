/**
 * Expressions: evaluating and completing them, setting what they name, and where in the source a value belongs. Only the debug
 * console and the two "set" requests change the machine; hovers and watches look.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { carryOut } from '../carry-out.ts';
import { completeLine } from '../console/completion.ts';
import { runCommand } from '../console/console.ts';
import { insteadOfGdb } from '../console/gdb-words.ts';
import { AdapterError } from '../errors.ts';
import { hoverWords } from '../hover-words.ts';
import type { Evaluated } from '../inspection.ts';
import { fromClientColumn, fromClientLine, toClientColumn, toClientLine } from '../positions.ts';
import type { Handlers } from './handler.ts';
import { tell } from '../../core/sentences/say.ts';

/** In the debug console, a line that is a command of gdb's and no expression is answered with what there is here. */
async function asTyped(
  line: string,
  purpose: string | undefined,
  run: () => Promise<Evaluated>,
): Promise<Evaluated> {
  try {
    return await run();
  } catch (error) {
    const instead = purpose === 'repl' ? insteadOfGdb(line) : undefined;
    if (!instead || !(error instanceof AdapterError) || error.code !== 'evaluate-failed') throw error;
    throw new AdapterError('bad-command', instead);
  }
}

export const values = {
  async evaluate(context, { expression, frameId, format, context: purpose }, call) {
    context.looking();
    const frame = await context.evaluationFrame(frameId);
    const done = purpose === 'repl' ? await runCommand(context, expression, frame, call) : undefined;
    if (done) return done;
    const options = { hexadecimal: format?.hex ?? false, context: purpose };
    const evaluated = await asTyped(expression, purpose, () =>
      context.looking().evaluate(expression, frame, options),
    );
    const answer = await carryOut(context, evaluated, call);
    const words = purpose === 'hover' ? hoverWords(expression, answer.result) : undefined;
    return words === undefined ? answer : { ...answer, result: tell(words, context.translate) };
  },

  async setVariable(context, { variablesReference, name, value, format }, call) {
    const { path, frame } = await context.looking().pathOf(variablesReference, name);
    const evaluated = await context.looking().assign(path, value, frame, format?.hex ?? false);
    return asSet(await carryOut(context, evaluated, call));
  },

  async setExpression(context, { expression, value, frameId, format }, call) {
    context.looking();
    const frame = await context.evaluationFrame(frameId);
    const evaluated = await context.looking().assign(expression, value, frame, format?.hex ?? false);
    return asSet(await carryOut(context, evaluated, call));
  },

  locations(context, { locationReference }) {
    const { file, line, column } = context.looking().place(locationReference);
    return {
      source: context.sources.of(file),
      line: toClientLine(context.client, line),
      ...(column > 0 && { column: toClientColumn(context.client, column) }),
    };
  },

  async completions(context, { text, column, line, frameId }) {
    const { client } = context;
    const first = fromClientColumn(client, 0);
    const typed = text.split('\n')[line === undefined ? 0 : fromClientLine(client, line) - 1] ?? '';
    const targets = await completeLine(context, typed, column + first - 1, frameId);
    return {
      targets: targets.map((target) => ({ ...target, start: toClientColumn(client, target.start + 1) })),
    };
  },
} satisfies Handlers;

const asSet = ({ result, ...rest }: Evaluated['body']): DebugProtocol.SetVariableResponse['body'] => ({
  ...rest,
  value: result,
});
