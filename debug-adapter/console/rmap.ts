/** `rmap`: which addresses of which spaces lead to a physical address. */
import { flagsText } from '../mapping-flags.ts';
import { hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { numberOf } from './operands.ts';
import { table } from './style.ts';

export const rmap: Command = {
  name: 'rmap',
  usage: 'rmap PHYSICAL',
  help: 'which address spaces map a physical address, and where',
  operand: 'expression',
  async run(context, operands) {
    if (operands === '') throw misused(rmap, 'a physical address is missing');
    const { machine, style } = context;
    const physical = await numberOf(context, operands.replace(/^physical:/, ''));
    const { mappings } = await machine.request('reverseMap', { physical });
    if (mappings.length === 0) return `No address space in use maps ${hex(physical)}.`;
    return table(
      mappings.map(({ cr3, coroutine, linear, flags }) => [
        coroutine < 0 ? style.dim('not in use now') : style.name(machine.coroutines.name(coroutine)),
        `cr3 ${hex(cr3)}`,
        hex(linear),
        flagsText(flags),
      ]),
    );
  },
};
