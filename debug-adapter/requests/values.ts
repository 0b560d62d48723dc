/**
 * Expressions: evaluating and completing them, setting what they name, and where in the source a value belongs. Only the debug
 * console and the two "set" requests change the machine; hovers and watches look.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CompletionSource } from '../values/completion.ts';
import { completeExpression } from '../values/completion.ts';
import type { Evaluated } from '../inspection.ts';
import type { Call } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';
import type { Handlers } from './handler.ts';

export const values = {
  async evaluate(context, { expression, frameId, format, context: purpose }, call) {
    context.looking();
    const frame = await context.evaluationFrame(frameId);
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
    return { source: context.source(file), line, ...(column > 0 && { column }) };
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

/** Writes what the evaluation wants written; the client hears of it after the answer. */
async function carryOut(
  context: SessionContext,
  { body, writes, frame }: Evaluated,
  call: Call,
): Promise<Evaluated['body']> {
  if (writes.length === 0) return body;
  const machine = context.machine();
  const scope = context.looking().scopeOf(frame);
  const own = { kind: 'coroutine', coroutine: frame.coroutine } as const;
  const memory: DebugProtocol.MemoryEvent['body'][] = [];
  let registers = false;
  try {
    for (const write of writes) {
      if (write.kind === 'register') {
        registers = true;
        await machine.request('writeRegister', { name: write.name, value: write.value });
      } else {
        const { space = own, address, bytes } = write;
        await machine.request('writeMemory', { space, address, bytes });
        memory.push({
          memoryReference: scope.referenceOf(address, write.space),
          offset: 0,
          count: bytes.length,
        });
      }
    }
  } finally {
    // What came before a write that the processor refuses has been written.
    machine.forget();
    if (registers) await context.refresh();
    call.afterAnswer(() => {
      context.changed(registers, memory);
    });
  }
  return body;
}

const asSet = ({ result, ...rest }: Evaluated['body']): DebugProtocol.SetVariableResponse['body'] => ({
  ...rest,
  value: result,
});
