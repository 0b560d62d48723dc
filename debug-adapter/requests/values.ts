/**
 * Expressions: evaluating and completing them, setting what they name, and where in the source a value belongs. Only the debug
 * console and the two "set" requests change the machine; hovers and watches look.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CompletionSource } from '../values/completion.ts';
import { completeExpression } from '../values/completion.ts';
import { runCommand } from '../console/console.ts';
import { carryOut } from '../carry-out.ts';
import type { Evaluated } from '../inspection.ts';
import type { Handlers } from './handler.ts';

export const values = {
  async evaluate(context, { expression, frameId, format, context: purpose }, call) {
    context.looking();
    const frame = await context.evaluationFrame(frameId);
    const done = purpose === 'repl' ? await runCommand(context, expression, frame, call) : undefined;
    if (done) return done;
    const options = { hexadecimal: format?.hex ?? false, context: purpose };
    const evaluated = await context.looking().evaluate(expression, frame, options);
    return carryOut(context, evaluated, call);
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
    return { source: context.sources.of(file), line, ...(column > 0 && { column }) };
  },

  async completions(context, { text, column, line = 1, frameId }) {
    context.looking();
    const first = context.client.columnsStartAt1 === false ? 0 : 1;
    const lineNumber = context.client.linesStartAt1 === false ? line : line - 1;
    const source: CompletionSource | undefined = await context
      .evaluationFrame(frameId)
      .then((frame) => frame && context.looking().scopeOf(frame));
    const typed = text.split('\n')[lineNumber] ?? '';
    if (!source) return { targets: [] };
    const targets = await context
      .machine()
      .memory.compute(() => completeExpression(typed, column - first, source));
    return { targets: targets.map((target) => ({ ...target, start: target.start + first })) };
  },
} satisfies Handlers;

const asSet = ({ result, ...rest }: Evaluated['body']): DebugProtocol.SetVariableResponse['body'] => ({
  ...rest,
  value: result,
});
