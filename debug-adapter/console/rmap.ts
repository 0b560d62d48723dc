/** `rmap`: which addresses of which spaces lead to a physical address. */
import { flagsTitle } from '../mapping-flags.ts';
import { hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { numberOf } from './operands.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

export const rmap: Command = {
  name: 'rmap',
  usage: 'rmap PHYSICAL',
  help: say`which address spaces map a physical address, and where`,
  operand: 'expression',
  async run(context, operands) {
    if (operands === '') throw misused(rmap, say`a physical address is missing`);
    const { machine, style, tell } = context;
    const physical = await numberOf(context, operands.replace(/^physical:/, ''));
    const { mappings } = await machine.request('reverseMap', { physical });
    if (mappings.length === 0) return tell(say`No address space in use maps ${hex(physical)}.`);
    return table(
      mappings.map(({ cr3, coroutine, linear, flags }) => [
        coroutine < 0
          ? style.dim(tell(say`not in use now`))
          : style.name(tell(machine.coroutines.title(coroutine))),
        `cr3 ${hex(cr3)}`,
        hex(linear),
        tell(flagsTitle(flags)),
      ]),
    );
  },
};
