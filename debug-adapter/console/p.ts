/** `p`: the value of an expression, by one of gdb's formats if wanted. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { carryOut } from '../carry-out.ts';
import { symbolText } from '../symbol-text.ts';
import { type Command, misused } from './command.ts';
import { lettersOf, unitText } from './formats.ts';
import { wordOf } from './operands.ts';
import { isComplex, isFloat } from '../values/value.ts';
import { say } from '../../core/sentences/say.ts';

/** Letters of formats, and what says the same of all parts of a value. */
const OF_PARTS: Readonly<Record<string, string>> = {
  ...{ x: 'x', d: 'd', u: 'u', o: 'o', t: 'b', c: 'c', f: 'f', s: 's' },
};

/** Is it an array or a structure? Pointers unfold, too. */
const hasParts = ({ type, variablesReference }: DebugProtocol.EvaluateResponse['body']): boolean =>
  variablesReference > 0 && type !== undefined && !/\*[^[]*$|\(\*/.test(type);

export const p: Command = {
  name: 'p',
  usage: 'p[/x|d|u|o|t|a|c|f|s] EXPRESSION',
  help: say`the value of a C expression`,
  operand: 'expression',
  async run(context, operands, letters) {
    const { session, frame, machine, coroutine, call } = context;
    if (operands === '') throw misused(p, say`an expression is missing`);
    const options = { hexadecimal: false, context: 'repl' } as const;
    const evaluate = (text: string) => session.looking().evaluate(text, frame, options);
    if (letters === '') return carryOut(session, await evaluate(operands), call);
    if (!/^\d*[xduotacfsi]?[bhwg]?$/.test(letters)) throw misused(p, say`"/${letters}" is no format`);
    const { format, count } = lettersOf(letters);
    if (count !== 1 || format === 'i') throw misused(p, say`"/${letters}" is for memory: use x/${letters}`);
    if (hasParts((await evaluate(operands)).body)) {
      const specifier = OF_PARTS[format];
      if (specifier === undefined)
        throw misused(
          p,
          say`"/${letters}" is for a single value: an array or a structure takes /x, /d, /u, /o, /t, /c, /f and /s`,
        );
      return carryOut(session, await evaluate(`${operands},${specifier}`), call);
    }
    // Text is no number, and of a number with a fraction the bits are meant, as gdb has it.
    const type = await session.looking().typeOf(operands, frame);
    if ('fs'.includes(format) || (format === 'x' && (isFloat(type) || isComplex(type))))
      return carryOut(session, await evaluate(`${operands},${format}`), call);
    const bytes = await wordOf(context, operands);
    return unitText(bytes, format, (address) => symbolText(machine.coroutines, coroutine, address));
  },
};
