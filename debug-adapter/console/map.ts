/** `map`: the mapped ranges of an address space, neighbours merged. */
import { flagsTitle } from '../mapping-flags.ts';
import { hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { addressOf, numberOf, words } from './operands.ts';
import { table } from './style.ts';
import { sizeText } from './walk.ts';
import { say } from '../../core/sentences/say.ts';

/** Most rows of one answer. */
const MAX_ROWS = 500;

export const map: Command = {
  name: 'map',
  usage: 'map [FROM [TO]]',
  help: say`what is mapped in the address space of the selected thread, and where it leads`,
  operand: 'expression',
  async run(context, operands) {
    const [from, to, more] = words(operands);
    if (more !== undefined) throw misused(map, say`two addresses at most`);
    const first = from === undefined ? undefined : await addressOf(context, from);
    const low = first?.address ?? 0;
    const high = to === undefined ? (first === undefined ? 0xffff_ffff : low) : await numberOf(context, to);
    const { coroutine, machine, style, tell } = context;
    const space = first?.space ?? ({ kind: 'coroutine', coroutine } as const);
    const { start, last, physical, flags, truncated } = await machine.request('mappings', { space });
    const rows: string[][] = [];
    for (let n = 0; n < start.length; n++) {
      if (last[n]! < low || start[n]! > high) continue;
      rows.push([
        `${hex(start[n]!)}-${hex(last[n]!)}`,
        tell(sizeText(last[n]! - start[n]! + 1)),
        `→ ${hex(physical[n]!)}`,
        tell(flagsTitle(flags[n]!)),
      ]);
    }
    if (rows.length === 0)
      return tell(
        from === undefined ? say`Nothing is mapped: paging is off.` : say`Nothing is mapped there.`,
      );
    const left = truncated || rows.length > MAX_ROWS;
    const text = table(rows.slice(0, MAX_ROWS));
    return left ? `${text}\n${style.dim(tell(say`… more was left out: give a range`))}` : text;
  },
};
