/** `p`: the value of an expression, by one of gdb's formats if wanted. */
import { carryOut } from '../carry-out.ts';
import { symbolText } from '../symbol-text.ts';
import { type Command, misused } from './command.ts';
import { lettersOf, unitText } from './formats.ts';
import { wordOf } from './operands.ts';
import { say } from '../../core/sentences/say.ts';

export const p: Command = {
  name: 'p',
  usage: 'p[/x|d|u|o|t|a|c] EXPRESSION',
  help: say`the value of a C expression`,
  operand: 'expression',
  async run(context, operands, letters) {
    const { session, frame, machine, coroutine, call } = context;
    if (operands === '') throw misused(p, say`an expression is missing`);
    if (letters === '') {
      const evaluated = await session
        .looking()
        .evaluate(operands, frame, { hexadecimal: false, context: 'repl' });
      return carryOut(session, evaluated, call);
    }
    const { format, count } = lettersOf(letters);
    if (count !== 1 || 'sif'.includes(format))
      throw misused(p, say`"/${letters}" is for memory: use x/${letters}`);
    const bytes = await wordOf(context, operands);
    return unitText(bytes, format, (address) => symbolText(machine.coroutines, coroutine, address));
  },
};
